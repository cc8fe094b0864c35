"""``sialgeo interpolate``: figures of districts carried to other polygons, or to a grid."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sialgeo
from sialgeo import study
from sialgeo.cli.parser import (
    Parser,
    UsageError,
    declare_parameters,
    declare_shares,
    declare_territories,
    given_parameters,
    names_in,
    require_key,
    shares_of,
)
from sialgeo.cli.reports import Report, aligned, listed, path_lines
from sialgeo.files import write_geotiff, write_layer
from sialgeo.i18n import _, localised
from sialgeo.progress import Progress, scaled

if TYPE_CHECKING:
    import geopandas as gpd


def declare(parser: Parser) -> None:
    from sialgeo.overlays.asked import Interpolation

    add = parser.group(_("inputs")).add_argument
    declare_territories(add, required=True)
    add(
        "--targets",
        default="",
        metavar="FILE",
        help=_("polygons that shall have the figures; without them a grid is written"),
    )
    add("--columns", default="", metavar="A,B", help=_("indicators: rates and indices"))
    declare_shares(add)
    declare_parameters(parser.group(_("method")), Interpolation)
    parser.group(_("outputs")).add_argument(
        "--output",
        required=True,
        metavar="OUT.gpkg",
        help=_("polygons with the figures; without --targets OUT.tif, the count in each cell"),
    )


def act(options: argparse.Namespace, progress: Progress) -> Report:
    from sialgeo.overlays.asked import Interpolation

    columns, totals = names_in(options.columns), names_in(options.totals)
    asked = given_parameters(options, Interpolation)
    _check(options, columns, totals, asked)
    source = study.TerritoriesSource(
        options.territories,
        key=options.key,
        table=options.indicators,
        columns=columns,
        **shares_of(options),
    )
    progress(0.0, _("Reading the districts"))
    if not options.targets:
        return _grid(options, source, asked, progress)
    targets = sialgeo.read_territories(options.targets)
    layer, notes = study.read_territories(source, Path(), targets.crs)
    progress(0.2, _("Laying over {layer}").format(layer=options.territories))
    found = sialgeo.interpolate_areas(
        layer,
        targets,
        means=columns,
        totals=totals,
        key=options.key or None,
        population=options.population or None,
        settlements=options.settlements or None,
        progress=scaled(progress, 0.2, 0.9),
        **asked,
    )
    progress(0.9, _("Writing"))
    write_layer(found, options.output, "interpolated")
    progress(1.0, _("Done"))
    return _report(found, layer, source, notes, options.output)


def _check(
    options: argparse.Namespace,
    columns: tuple[str, ...],
    totals: tuple[str, ...],
    asked: dict[str, Any],
) -> None:
    """Refuse what does not go together before anything is read."""
    from sialgeo.overlays.asked import PYCNOPHYLACTIC

    require_key(options)
    if not columns and not totals:
        raise UsageError(_("interpolate needs --columns or --totals"))
    suffix = ".gpkg" if options.targets else ".tif"
    if not options.output.lower().endswith(suffix):
        raise UsageError(
            _("--output {path}: must end in .gpkg with --targets, in .tif without").format(
                path=options.output
            )
        )
    if options.targets:
        return
    if columns or len(totals) != 1 or asked.get("method", PYCNOPHYLACTIC) != PYCNOPHYLACTIC:
        raise UsageError(
            _(
                "without --targets one count of --totals is spread over a grid (--method pycnophylactic)"
            )
        )


def _grid(
    options: argparse.Namespace,
    source: study.TerritoriesSource,
    asked: dict[str, Any],
    progress: Progress,
) -> Report:
    layer, notes = study.read_territories(source, Path())
    (column,) = source.totals
    raster = sialgeo.pycnophylactic_surface(
        layer,
        column,
        key=options.key or None,
        settlements=options.settlements or None,
        progress=scaled(progress, 0.2, 0.9),
        **{name: value for name, value in asked.items() if name != "method"},
    )
    progress(0.9, _("Writing"))
    write_geotiff(options.output, [(column, raster.values)], raster.transform, raster.crs)
    cautions = (*notes, *raster.notes)
    rows, across = raster.values.shape
    side = raster.transform[0]
    lines = [
        _("{rows} × {columns} cells of {side:.0f} m with “{column}”.").format(
            rows=rows, columns=across, side=side, column=column
        ),
        *listed(_("Notes:"), cautions),
        "",
        *path_lines([Path(options.output)]),
    ]
    data = {"cell_size": side, "shape": raster.values.shape, "notes": cautions}
    return Report(tuple(lines), {**data, "outputs": {"surface": options.output}})


def _report(
    found: gpd.GeoDataFrame,
    layer: gpd.GeoDataFrame,
    source: study.TerritoriesSource,
    notes: tuple[str, ...],
    output: str,
) -> Report:
    cautions = (*notes, *found.attrs["notes"])
    head = [_("column"), _("polygons with a value"), _("least"), _("greatest"), _("sum")]
    rows = [
        [
            column,
            f"{int(found[column].notna().sum())}/{len(found)}",
            *(localised(f"{v:.6g}") for v in (found[column].min(), found[column].max())),
            localised(f"{found[column].sum():.6g}") if column in source.totals else "–",
        ]
        for column in (*source.columns, *source.totals)
    ]
    sums = {c: {"targets": found[c].sum(), "source": layer[c].sum()} for c in source.totals}
    lines = [
        *aligned([head, *rows], left=(0,)),
        *listed(_("Notes:"), cautions),
        "",
        *path_lines([Path(output)]),
    ]
    data = {"polygons": len(found), "sums": sums, "notes": cautions}
    return Report(tuple(lines), {**data, "outputs": {"polygons": output}})
