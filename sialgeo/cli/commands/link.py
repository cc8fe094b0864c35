"""``sialgeo link``: suppliers, catchments, links of the chain and flows of concentrations."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import sialgeo
from sialgeo import params
from sialgeo.cli.parser import (
    PLACES,
    Parser,
    UsageError,
    declare_reader_of,
    declare_tables,
    names_in,
    reading_of,
    require_workfile,
    tables_of,
    workfile_option,
)
from sialgeo.cli.reports import Report, aligned, figure, report
from sialgeo.i18n import _
from sialgeo.linkages import LINK, Linking
from sialgeo.model import (
    AT_EDGE,
    BACKWARD,
    CATCHMENT_KM,
    CATCHMENT_N,
    CATCHMENT_VOLUME,
    COMPLETENESS,
    FORWARD,
    LINKS_MISSING,
    LINKS_PRESENT,
    LOCAL_CONTENT,
    NAME,
    SOLD_OUTSIDE,
    SUPPLIER_ACCESS,
    SUPPLIERS_WITHIN,
    SUPPLY_WITHIN,
)
from sialgeo.progress import Progress

_ACROSS = 6  # concentrations that a terminal has room for
_TOLD = (
    *(SUPPLIERS_WITHIN, SUPPLY_WITHIN, SUPPLIER_ACCESS, AT_EDGE),
    *(CATCHMENT_N, CATCHMENT_VOLUME, CATCHMENT_KM, LINKS_PRESENT, LINKS_MISSING, COMPLETENESS),
    *(LOCAL_CONTENT, BACKWARD, FORWARD, SOLD_OUTSIDE),
)
_GIVEN = ("tables", "suppliers", "actors", "flows", "volume")


def declare(parser: Parser) -> None:
    add = parser.group(_("inputs")).add_argument
    add("workfile", metavar="C.work.gpkg", help=_("working file of detect"))
    declare_tables(add)
    add("--suppliers", default="", metavar="FILE", help=_("producers of the raw material"))
    add("--supply", default="", metavar="COLUMN", help=_("column with what a supplier can deliver"))
    add("--actors", default="", metavar="FILE", help=_("all actors, with their link (eslabon)"))
    add("--links", default="", metavar="1,2,3", help=_("links that the chain needs"))
    add("--flows", default="", metavar="TABLE", help=_("who supplies whom (table flujo)"))
    add("--places", default="", metavar="FILE", help=_("where markets are"))
    add("--place-name", default="name", metavar="COLUMN", help=_("column with the markets' names"))
    own = parser.group(_("columns of the producers")).add_argument
    own("--id", default="id", metavar="COLUMN", help=_("column with the units' codes"))
    own("--volume", default="", metavar="COLUMN", help=_("column with the output sold"))
    own("--volume-unit", default="", metavar="UNIT", help=_("unit of the output, as t/week"))
    own("--attraction", default="", metavar="COLUMN", help=_("column with what draws suppliers"))
    own(
        "--capacity",
        default="",
        metavar="COLUMN",
        help=_("column with the supply a plant can take"),
    )
    declare_reader_of(parser, PLACES)
    how = parser.group(_("how")).add_argument
    for p in params.params_of(Linking):
        how(f"--{p.name}", default="", help=f"{_(p.help)} ({p.default:g})" if p.unit else _(p.help))
    workfile_option(parser)


def act(options: argparse.Namespace, progress: Progress) -> Report:
    require_workfile(options.output)
    if not any(getattr(options, name) for name in _GIVEN):
        raise UsageError(
            _("link needs one of {names}").format(names=", ".join(f"--{name}" for name in _GIVEN))
        )
    given = {p.name: getattr(options, p.name) for p in params.params_of(Linking)}
    asked = params.build(Linking, {name: text for name, text in given.items() if text})
    of_places = reading_of(options, PLACES)
    found = sialgeo.read_concentrations(options.workfile)
    crs = found.producers.crs
    layers: dict[str, Any] = {
        name: sialgeo.read_producers(getattr(options, name)).to_crs(crs)
        for name in ("suppliers", "actors")
        if getattr(options, name)
    }
    if options.places:
        named = sialgeo.read_places(options.places, name=options.place_name, **of_places)
        layers["places"] = named.to_crs(crs)
    if options.flows:
        layers["flows"] = _table(options.flows)
    tables = tables_of(options)
    texts = ("supply", "volume", "attraction", "capacity")
    columns = {name: getattr(options, name) for name in texts if getattr(options, name)}
    links = names_in(options.links)
    if links and "actors" not in layers and tables is None:
        layers["actors"] = _own_and(layers.get("suppliers"), found.producers)
    found = sialgeo.link(
        found,
        tables=tables,
        links=links,
        id=options.id,
        volume_unit=options.volume_unit,
        place_name=options.place_name,
        progress=progress,
        **params.as_dict(asked),
        **columns,
        **layers,
    )
    written = Path(sialgeo.save(found, options.output))
    return report(found, {"work": written}, answer=_figures(found))


def _figures(found: Any) -> list[str]:
    """Return what linking told of each concentration, one figure a line; the first concentrations."""
    from sialgeo.exporters.wording import label_of, with_unit  # not for a command to start with

    areas = found.areas.head(_ACROSS)
    rows = [["", *(f"{i} {name}" for i, name in areas[NAME].items())]]
    for column in (str(c) for c in areas.columns):
        if not column.startswith(_TOLD):
            continue
        label = label_of(column, found)
        cells = [_cell(value, label.digits or 0) for value in areas[column]]
        if any(cell not in ("", "–") for cell in cells):
            rows.append([with_unit(label), *(cell or "–" for cell in cells)])
    lines = aligned(rows, left=(0,)) if len(rows) > 1 else []
    more = len(found) - len(areas)
    return [*lines, _("… and {n} more in the files").format(n=more)] if lines and more else lines


def _cell(value: Any, digits: int) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(value) if isinstance(value, list) else figure(float(value), digits)


def _table(path: str) -> Any:
    """Return a table of flows; codes stay text."""
    return sialgeo.read_indicators(path)


def _own_and(suppliers: Any, producers: Any) -> Any:
    """Return suppliers and plants as the actors, where both say their link."""
    import pandas as pd

    tables = [
        t[[LINK, t.geometry.name]] for t in (suppliers, producers) if t is not None and LINK in t
    ]
    if not tables:
        raise UsageError(
            _("--links needs --actors, or a column eslabon in suppliers and producers")
        )
    import geopandas as gpd

    both = [
        gpd.GeoDataFrame({LINK: t[LINK]}, geometry=t.geometry.values, crs=t.crs) for t in tables
    ]
    return pd.concat(both, ignore_index=True)
