"""``map.html``: one self-contained page that opens from an e-mail attachment, offline.

The page is our own template with Leaflet and the basemap inside; it needs jinja2 and no folium.
Nothing leaves it: its content security policy allows the two scripts by their hash and forbids every
request. Data reach it as blobs of base64(zlib) (:mod:`.coding`): first texts, basemap, areas and
territories, then the points (:mod:`.pointset`); behind the scripts stands what is known of each producer, which is
read while the map is drawn.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.disclosure import withheld_sentences
from sialgeo.errors import MissingDependencyError, ParameterError
from sialgeo.exporters import basemap
from sialgeo.exporters.bivariate import bivariate_layers
from sialgeo.exporters.coding import encode, pack, path_of, to_world
from sialgeo.exporters.kinds import MAX_MB
from sialgeo.exporters.picture import picture
from sialgeo.exporters.pointset import PointSet, point_set
from sialgeo.exporters.wording import (
    ECOLOGICAL,
    ELSEWHERE,
    association_lines,
    indicator_name,
    label_of,
    plain,
    synthetic_of,
    title_of,
)
from sialgeo.files import whole_file
from sialgeo.i18n import (
    LANGUAGES,
    N_,
    _,
    both,
    language,
    marks,
    ngettext,
    retell,
    tell_date,
    tell_number,
    use_language,
)
from sialgeo.model import (
    CHAIN_N,
    EVIDENCE,
    EXPECTED,
    EXPLORATORY,
    EXPOSURE_ACTIVATION,
    INCONCLUSIVE,
    LABELS,
    MEMBERSHIP,
    N_LEAST,
    N_MOST,
    NAME,
    NOT_SIGNIFICANT,
    NOT_TOLD,
    SHARE,
    WORDS,
    Context,
    Indicator,
    N,
    Publication,
)
from sialgeo.symbology import (
    CELL,
    CHANGES,
    EVIDENCE_STYLE,
    FLOW,
    LAND,
    NO_DATA,
    PLACE,
    SEA,
    TERRITORY_LINE,
    TERROIR,
    UNITS,
    WORD_COLOURS,
    Class,
    Style,
    cell_radii,
    chain_colours,
    class_of,
    decimals,
    grid_classes,
    indicator_classes,
)
from sialgeo.trade import CAUTION
from sialgeo.verdicts import verdict

if TYPE_CHECKING:
    import geopandas as gpd

ASSETS = Path(__file__).parent / "web"
DEGREES = 4326
DIGITS = 5  # 1 m: footprints keep their distance from producers
TERRITORY_DIGITS = 4  # 11 m: drawn for reading
GROUND_DIGITS = {"backdrop": 4, "land": 6, "provinces": 6, "borders": 6}  # of the world: 4 km, 40 m
VERTICES = (60_000, 20_000, 6_000)  # of territories: simplified to the first that lets the page fit
# The scripts of the page in the order in which they are joined: plain ES modules (see ``bundle``).
PAGE = [
    "codec",
    "morton",
    "points",
    "text",
    "app",
    "ground",
    "mapview",
    "legend",
    "compare",
    "list",
    "chart",
    "ficha",
    "about",
    "search",
    "link",
    "main",
]
LAYERS = ["codec", "morton", "points", "folium"]
WORLD = (-118.0, -56.0, -30.0, 33.0)
_LONGEST_NAME = 120
_SPARE = 2_000  # bytes that are kept for what is said of the points
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async |function |const |let |class )", re.MULTILINE)

STYLES: Mapping[str, Style] = {
    "territory": TERRITORY_LINE,
    "no_data": NO_DATA,
    "place": PLACE,
    "cell": CELL,
    "flow": FLOW,
    "terroir": TERROIR,
    "earlier": CHANGES["before"],
}
# Every text of the page. English sources; ``both`` gives the page all languages at once.
VERBS = {
    "detect": N_("Detection"),
    "assess": N_("Test"),
    "estimate": N_("Relative risk on held-out producers"),
    "stability": N_("Stability"),
    "agreement": N_("Agreement between detectors"),
    "profile": N_("Description"),
    "overlay": N_("Indicators laid over"),
    "chains": N_("Adjustment for the number of chains"),
    "suggest_radius": N_("Guide to the radius"),
    "associate": N_("Association"),
    "bivariate_classes": N_("Two indicators in one map"),
    "bivariate_map": N_("Two indicators in one map"),
    "catchment_rings": N_("Rings around concentrations"),
    "contrast": N_("One group against the rest"),
    "distritos_air": N_("Districts of rural agro-industry"),
    "link": N_("Linkages"),
    "classify": N_("Level of activation"),
    "trade_exposure": N_("Exposure to trade opening"),
    "compare": N_("Change"),
    "prioritise": N_("Priorities"),
    "protect": N_("What may be published"),
}
TEXTS: Mapping[str, str] = {
    "about": N_("Data, sources and method"),
    "across": N_("Across:"),
    "adjusted": N_("Adjusted p-value"),
    "both_dates": N_("both dates"),
    "dates": N_("Date shown"),
    "earlier": N_("Footprints of {date}"),
    "none_shown": N_("none of them"),
    "all_chains": N_("all chains"),
    "all_territories": N_("all territories together"),
    "among": N_("Compared with the others"),
    "basemap": N_("Basemap: Natural Earth, public domain"),
    "basemap_layer": N_("Basemap names"),
    "cell": N_("Producers in this cell"),
    "chain": N_("Chain"),
    "chains": N_("Chain mix"),
    "chart": N_("Size against poverty"),
    "chart_note": N_(
        "Upwards: producers (each step doubles alike). Dashed: all territories together. A mark opens its fact sheet."
    ),
    "close": N_("Close"),
    "area_coloured": N_("Colour the concentrations by"),
    "coloured": N_("Colour the territories by"),
    "compare": N_("Compare"),
    "compare_add": N_("Add to the comparison"),
    "compare_one": N_("Compare {name}"),
    "compared": N_("In the comparison"),
    "comparison": N_("Side by side"),
    "concentration": N_("Concentration"),
    "concentrations": N_("Concentrations"),
    "copied": N_("Copied."),
    "copy_link": N_("Copy the link to this fact sheet"),
    "copy_manually": N_("Select the text and copy it:"),
    "copy_table": N_("Copy the table"),
    "covered": N_("share of the area with a value"),
    "crs": N_("Projection"),
    "date": N_("Date"),
    "density": N_("Producers in each square of the map at this zoom; zoom in to see each one"),
    "download": N_("Download as CSV"),
    "ecological": ECOLOGICAL,
    "evidence": N_("Evidence"),
    "ficha_closed": N_("Fact sheet closed."),
    "ficha_open": N_("Fact sheet open: {name}"),
    "figure": N_("Figure"),
    "flows": N_("Flows"),
    "flows_note": N_(
        "As thick as their volume; summed by concentration, from its middle, never from a plant."
    ),
    "flows_of_plants": N_(
        "Thick: summed by concentration, as thick as their volume. Thin: from plant to plant, without volume."
    ),
    "flow_of_plants": N_("From plant to plant"),
    "filter": N_("Filter"),
    "first": N_("In short"),
    "grid": N_("Producers by grid cell"),
    "held_out": N_("medians over halves that took no part in detecting it"),
    "home": N_("Show the whole study"),
    "ignores": N_("the interval ignores that the concentration was selected"),
    "indicators": N_("Human development and poverty"),
    "interval": N_("95 % interval"),
    "language": N_("Language"),
    "layers": N_("Layers and legend"),
    "least": N_("At least so many producers:"),
    "link_copied": N_("Link copied."),
    "list": N_("List of concentrations"),
    "lq_note": N_("LQ: location quotient against all producers, with its 95 % interval."),
    "made_with": N_("Made with sialgeo. Map software: Leaflet 1.9.4 (BSD-2-Clause)."),
    "map": N_("Map of the concentrations. The list of concentrations says the same in words."),
    "map_keys": N_("Arrow keys move the map, + and − zoom, Enter tells what is in its middle."),
    "median_rest": N_("median of the others"),
    "method": N_("Method, step by step"),
    "next": N_("Next"),
    "no_data": N_("no data"),
    "no_results": N_("Nothing found."),
    "none": N_("nothing (outlines only)"),
    "none_found": N_("There is no concentration to list."),
    "none_published": N_("Individual locations are not published."),
    "grid_note": N_(
        "Cells are large where there are few producers. Counts are told by classes; cells of too few are not shown."
    ),
    "not_drawn": N_("Not drawn, for want of a figure: {n}."),
    "notes": N_("Cautions"),
    "null": N_("Null hypothesis"),
    "open_ficha": N_("Open the fact sheet: {name}"),
    "other_concentrations": N_("other concentrations"),
    "own_known": N_("producers with a value"),
    "own_units": N_("mean over the producers' own territories"),
    "place": N_("place"),
    "place_of": N_("{place} of {all}"),
    "places": N_("Places"),
    "points": N_("Producers"),
    "points_exact": N_("Individual locations are published."),
    "points_masked": N_("The points are displaced: none stands at its producer's place."),
    "previous": N_("Previous"),
    "producer": N_("Producer"),
    "producers": N_("Producers"),
    "reference": N_("Reference population"),
    "replicates": N_("Replicates"),
    "results": N_("{n} results"),
    "rr": N_("Relative risk"),
    "search": N_("Search"),
    "search_hint": N_("Concentration, place or territory"),
    "see_on_map": N_("See it on the map"),
    "seed": N_("Seed"),
    "shown": N_("{n} of {all} concentrations shown"),
    "skip": N_("Skip to the list of concentrations"),
    "sort": N_("Sort by this column"),
    "source": N_("Source"),
    "sources": N_("Sources"),
    "statistics": N_("The statistics"),
    "terroirs": N_("Territories given by the user (terruños)"),
    "territories": N_("Territories"),
    "test": N_("Test"),
    "this_one": N_("this concentration"),
    "total": N_("Producers examined"),
    "versions": N_("Versions"),
    "withheld": N_("Withheld for confidentiality"),
    "association": N_("In poorer places than expected?"),
    "withheld_count": N_("withheld"),
    "not_told": NOT_TOLD,
    "without_chain": N_("no chain given"),
    "year": N_("Year"),
    "zoom_in": N_("Zoom in"),
    "zoom_out": N_("Zoom out"),
}


def write(
    publication: Publication,
    path: str | Path,
    *,
    lang: str | None = None,
    max_mb: float = MAX_MB,
) -> None:
    """Write the web map: one HTML file that needs no network and sends nothing.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` allows to be handed on.
    path
        File to write, whole or not at all.
    lang
        Language the page opens in, ``"es"`` or ``"en"``; the one in force by default. The page holds
        both.
    max_mb
        Most megabytes (millions of bytes) that the file takes. Many points lose their long texts, then
        their exact positions, then become counts by cell; the page says which.

    Raises
    ------
    FileError
        The file cannot be written.
    MissingDependencyError
        jinja2 is not installed.
    ParameterError
        What is published does not fit into ``max_mb``, however coarse.
    """
    page = render(publication, lang=lang, max_mb=max_mb)
    with whole_file(path) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")


def render(publication: Publication, *, lang: str | None = None, max_mb: float = MAX_MB) -> str:
    """Return the page as text; see :func:`write`."""
    if not max_mb > 0:
        raise ParameterError(_("max_mb = {mb}: must be greater than 0").format(mb=max_mb))
    code = lang if lang in LANGUAGES else language()
    most = int(max_mb * 1e6)
    points = publication.points
    drawn = ""
    for vertices in VERTICES:
        data, blocks = payload(publication, code, vertices)
        drawn = drawn or _picture(publication, data, code)
        page = _filled(publication, data, blocks, drawn)
        room = most - len(page.encode()) - _SPARE * (points is not None)
        if room >= 0:
            break
    else:
        raise ParameterError(
            _(
                "the page takes {size:.1f} MB even with simplified territories, and max_mb is {mb:g}. Remedy: a larger max_mb, or fewer territories"
            ).format(size=len(page.encode()) / 1e6, mb=max_mb)
        )
    if points is None or not len(points):
        return page
    made = _points(_degrees(points), publication, room)
    data["points"] = made.n
    data["masked"] = any(s.parameters.get("publish") == "masked" for s in publication.steps)
    if made.note():
        data["points_note"] = _in_each(made.note)
    data["known"] = bool(made.known)
    return _filled(publication, data, blocks, drawn, made.blob, made.known)


def _filled(
    publication: Publication,
    data: dict[str, Any],
    blocks: Mapping[str, bytes],
    drawn: str,
    points: str = "",
    known: str = "",
) -> str:
    code = data["lang"]
    css = _inline_css(asset("leaflet/leaflet.css")) + asset("map.css")
    scripts = [inline_script(leaflet()), inline_script(bundle(PAGE))]
    with use_language(code):
        return str(
            _template().render(
                lang=code,
                policy=_policy(scripts, css),
                css=css,
                scripts=scripts,
                study=pack(data, blocks),
                points=points,
                known=known,
                title=data["title"][code],
                synthetic=data["synthetic"][code],
                summary=data["summary"][code],
                date=tell_date(publication.context.date),
                table=_plain_table(publication),
                picture=drawn,
                t={key: _(text) for key, text in TEXTS.items()},
            )
        )


def _picture(publication: Publication, data: Mapping[str, Any], code: str) -> str:
    """Return the drawing for readers without scripts, coloured as the page opens."""
    context = publication.context
    territories = None if context.territories is None else _degrees(context.territories)
    shown = next((i for i in data["indicators"] if i["classes"]), None)
    colours = [NO_DATA.fill] * (0 if territories is None else len(territories))
    if territories is not None and shown:
        indicator = next(i for i in publication.indicators if i.column == shown["column"])
        values = territories[indicator.column].to_numpy(float)
        classes = indicator_classes(values, indicator)
        found = [class_of(value, classes) for value in values]
        colours = [one.colour if one else NO_DATA.fill for one in found]
    (south, west), (north, east) = data["bounds"]
    with use_language(code):
        said = str(_("Map of the concentrations, numbered as in the table below."))
    areas = _degrees(publication.areas)
    return picture(areas, territories, colours, (west, south, east, north), said)


def payload(
    publication: Publication, code: str, vertices: int = VERTICES[0]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the page holds but points: data for JSON, and coded shapes by layer name."""
    context = publication.context
    areas = _degrees(publication.areas)
    territories = None if context.territories is None else _degrees(context.territories)
    view = _view(areas, publication, territories)
    ground = _ground(_extent([areas, territories, publication.points, publication.grid]))
    chains = _chains(publication)
    shapes = {"areas": encode(areas.geometry, DIGITS)}
    data: dict[str, Any] = {
        "lang": code,
        "texts": {key: both(text) for key, text in TEXTS.items()},
        "title": _in_each(lambda: title_of(publication)),
        "synthetic": _in_each(lambda: synthetic_of(publication)),
        "words": {
            column: {value: both(text) for value, text in WORDS[column].items()}
            for column in WORDS
            if column != EVIDENCE and column in areas
        },
        "summary": {c: _summary(publication, c) for c in LANGUAGES},
        "about": _about(publication),
        "columns": _column_meta(publication),
        "areas": _areas(areas, publication),
        "area_colours": _area_colours(areas),
        "flows": _flows(publication),
        "terroirs": _terroirs(publication),
        "evidence": {k: _style(s) for k, s in EVIDENCE_STYLE.items() if k in set(areas[EVIDENCE])},
        "indicators": [
            _indicator(i, areas, territories, publication.indicators)
            for i in publication.indicators
        ],
        "bivariate": bivariate_layers(publication, territories, _in_each),
        "marks": _in_each(lambda: list(marks())),
        "chains": [{"name": name, "colour": colour} for name, colour in chains.items()],
        "digits": {
            "areas": DIGITS,
            "grid": DIGITS,
            "territories": TERRITORY_DIGITS,
        },
        "style": {name: _style(style) for name, style in STYLES.items()},
        "basemap": ground,
        "bounds": view,
    }
    if territories is not None and len(territories):
        data["territories"], shapes["territories"] = _territories(
            territories, publication, vertices
        )
    if context.places is not None and len(context.places):
        data["places"] = _places(_degrees(context.places), context.place_name)
    if context.earlier is not None and len(context.earlier):
        data["earlier"], shapes["earlier"] = _earlier(context)
        data["digits"]["earlier"] = DIGITS
    if publication.grid is not None and len(publication.grid):
        data["grid"], shapes["grid"] = _grid(_degrees(publication.grid))
    return data, shapes


# --- what a concentration says -------------------------------------------------------------------
def said(row: Mapping[str, Any], synthetic: str = "") -> tuple[str, str, str]:
    """Return the verdict, one number and one caution of a concentration, in the language in force.

    Parameters
    ----------
    row
        Its row of ``areas``, as a mapping; columns that are missing or NaN are not known.
    synthetic
        What is said of synthetic data, empty where they are real.

    Examples
    --------
    >>> from sialgeo.i18n import use_language
    >>> with use_language("en"):
    ...     said({"evidence": "tested", "n": 104, "expected_n": 23.46, "p_value": 0.001})[:2]
    ('Significant: denser than the reference population explains (p = 0.001).', '104 producers where 23.5 would be expected.')
    """
    kind = str(row.get(EVIDENCE, ""))
    return verdict(row), _one_number(row), _one_caution(kind, synthetic)


def _said_of(row: Mapping[str, Any], publication: Publication) -> tuple[str, str, str]:
    return said(row, synthetic_of(publication))


def _one_number(row: Mapping[str, Any]) -> str:
    count, expected, share = (_number(row.get(column)) for column in (N, EXPECTED, SHARE))
    if count is None:
        return _("The number of producers is withheld.")
    n = round(count)
    if expected is not None:
        return ngettext(
            "{n} producer where {expected} would be expected.",
            "{n} producers where {expected} would be expected.",
            n,
        ).format(n=tell_number(n), expected=tell_number(expected, 1))
    if share is not None:
        return ngettext(
            "{n} producer, {share} % of all.", "{n} producers, {share} % of all.", n
        ).format(n=tell_number(n), share=tell_number(share, 1))
    return ngettext("{n} producer.", "{n} producers.", n).format(n=tell_number(n))


def _one_caution(kind: str, synthetic: str) -> str:
    if synthetic:
        return synthetic
    if kind == EXPLORATORY:
        return _(
            "Plain density finds groups even where there are none; give a reference population to test them."
        )
    if kind == INCONCLUSIVE:
        return _("The notes say what a test would need.")
    if kind == NOT_SIGNIFICANT:
        return _("Do not read it as a concentration: groups like it arise by chance.")
    return _("Points alone never show a SIAL: collective action is not evaluable from locations.")


# --- layers ---------------------------------------------------------------------------------------
def _areas(areas: gpd.GeoDataFrame, publication: Publication) -> list[dict[str, Any]]:
    inside = areas.geometry.representative_point() if len(areas) else areas.geometry
    columns = [c for c in areas.columns if c != areas.geometry.name]
    rows = []
    for key, values, point in zip(
        areas.index, areas[columns].to_dict("records"), inside, strict=True
    ):
        held = {str(column): plain(value) for column, value in values.items()}
        rows.append(
            {
                "id": plain(key),
                "name": _name(held.get(NAME) or key),
                "evidence": held.get(EVIDENCE),
                "at": [round(float(point.y), 4), round(float(point.x), 4)],
                "said": _in_each(partial(_said_of, held, publication)),
                "values": held,
            }
        )
    return rows


def _earlier(context: Context) -> tuple[dict[str, Any], bytes]:
    """Return the names of the concentrations of the earlier date and the two dates, and the footprints."""
    before = _degrees(context.earlier)

    def told(date: str, without: str) -> dict[str, str]:
        return _in_each(lambda: tell_date(date) or _(without))

    dates = (
        told(context.earlier_date, N_("the earlier date")),
        told(context.date, N_("the later date")),
    )
    names = [_name(name) for name in before[NAME]]
    return {"names": names, "dates": list(dates)}, encode(before.geometry, DIGITS)


def _area_colours(areas: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the words that the concentrations may be coloured by, beside their evidence."""
    return [
        {
            "column": column,
            "label": both(LABELS[column].text),
            "colours": dict(colours),
            "note": both(CAUTION) if column == EXPOSURE_ACTIVATION else None,
        }
        for column, colours in WORD_COLOURS.items()
        if column in areas and areas[column].notna().any()
    ]


def _flows(publication: Publication) -> list[dict[str, Any]]:
    """Return the flows that have a place, the greatest first; width in pixels within each unit.

    Those from plant to plant come last and thin: their volume is not told.
    """
    flows = publication.flows
    if flows is None:
        return []
    placed = flows[~(flows.geometry.isna() | flows.geometry.is_empty)]
    placed = placed.sort_values("volume", ascending=False)
    greatest = placed.groupby("volume_unit")["volume"].max()
    rows = []
    for flow, line in zip(placed.to_dict("records"), placed.geometry, strict=True):
        most = float(greatest[flow["volume_unit"]])
        row = {k: plain(v) for k, v in flow.items() if k != placed.geometry.name}
        ends = [[round(y, 4), round(x, 4)] for x, y, *_z in line.coords]
        known = np.isfinite(flow["volume"]) and most > 0
        share = float(flow["volume"]) / most if known else 0.0
        rows.append(row | {"line": ends, "width": round(1.5 + 6.0 * share, 1)})
    return rows


def _terroirs(publication: Publication) -> list[dict[str, Any]]:
    """Return the territories given by the user, as outlines."""
    given = publication.context.terroirs
    if given is None:
        return []
    drawn = basemap.simplified(list(_degrees(given).geometry), VERTICES[2])
    found = []
    for name, shape in zip(given[NAME], drawn, strict=True):
        parts = getattr(shape, "geoms", [shape])
        rings = [
            [
                [round(y, TERRITORY_DIGITS), round(x, TERRITORY_DIGITS)]
                for x, y, *_z in p.exterior.coords
            ]
            for p in parts
        ]
        found.append({"name": _text(name), "rings": rings})
    return found


def _territories(
    territories: gpd.GeoDataFrame, publication: Publication, vertices: int
) -> tuple[dict[str, Any], bytes]:
    context = publication.context
    named = context.territory_name or context.territory_key
    names = territories[named] if named in territories.columns else territories.index
    values = {
        i.column: [plain(v) for v in territories[i.column]]
        for i in publication.indicators
        if i.column in territories.columns
    }
    if N in territories.columns:
        values[N] = [plain(v) for v in territories[N]]
    drawn = basemap.simplified(list(territories.geometry), vertices)
    return {"names": [_name(name) for name in names], "values": values}, encode(
        drawn, TERRITORY_DIGITS
    )


def _indicator(
    indicator: Indicator,
    areas: gpd.GeoDataFrame,
    territories: gpd.GeoDataFrame | None,
    all_of_them: Sequence[Indicator],
) -> dict[str, Any]:
    """Return an indicator with its classes; none where no territory has a value.

    The years of one indicator are a series: they share their classes.
    """
    mapped = territories is not None and indicator.column in territories.columns
    values = np.zeros(0)
    if territories is not None and mapped:
        columns = [i.column for i in all_of_them if _series(i) == _series(indicator)]
        values = territories[[c for c in columns if c in territories]].to_numpy(float).ravel()
    elif indicator.column in areas.columns:
        values = areas[indicator.column].to_numpy(float)
    known = values[np.isfinite(values)]
    shown = replace(indicator, unit=UNITS.get(indicator.unit, indicator.unit))
    return {
        "column": indicator.column,
        "label": _in_each(lambda: indicator_name(indicator)),
        "unit": shown.unit,
        "better": indicator.better,
        "family": indicator.family,
        "year": indicator.year,
        "series": _series(indicator),
        "source": indicator.source,
        "overall": plain(indicator.overall),
        "digits": min(4, decimals(float(np.ptp(known)))) if known.size else 2,
        "range": [float(known.min()), float(known.max())] if known.size else None,
        "classes": _classes(lambda: indicator_classes(values, shown)) if mapped else [],
    }


def _series(indicator: Indicator) -> str:
    """Return what the years of one indicator have in common."""
    names = [
        name.replace(str(indicator.year or ""), "").strip(" ,")
        for _code, name in sorted(indicator.name.items())
    ]
    return "|".join([indicator.family, indicator.unit, indicator.better, *names])


def _places(places: gpd.GeoDataFrame, column: str | None) -> list[dict[str, Any]]:
    points = places.geometry.representative_point()
    names = places[column] if column in places.columns else places.index
    return [
        {"name": _name(name), "at": [round(float(point.y), 5), round(float(point.x), 5)]}
        for name, point in zip(names, points, strict=True)
        if not point.is_empty
    ]


def _grid(grid: gpd.GeoDataFrame) -> tuple[dict[str, Any], bytes]:
    classes = grid_classes(grid)
    data = {
        "classed": [classes.index(c) for n in grid[N] if (c := class_of(n, classes))],
        "between": list(zip(grid[N_LEAST].tolist(), grid[N_MOST].tolist(), strict=True)),
        "classes": _classes(lambda: grid_classes(grid)),
        "radii": cell_radii(len(classes)),
    }
    return data, encode(grid.geometry, DIGITS)


def _points(points: gpd.GeoDataFrame, publication: Publication, room: int) -> PointSet:
    """Return the published producers, coarse enough for the room that is left."""
    chain = _chain_column(publication)
    shown = [c for c in points.columns if c not in (points.geometry.name, MEMBERSHIP, chain)]
    labels = {str(c): _in_each(partial(_label_text, str(c), publication)) for c in shown}
    return point_set(points, chain=chain, colours=_chains(publication), labels=labels, budget=room)


def _ground(bounds: basemap.Bounds) -> dict[str, Any]:
    """Return the basemap: its paths are projected here, so that the page has only to draw them."""
    import shapely

    ground = basemap.around(bounds)
    return {
        "names": [list(label) for label in ground.names],
        "countries": [list(label) for label in ground.countries],
        "land": LAND.fill,
        "line": LAND.line,
        "sea": SEA,
        "paths": {
            name: {
                "path": path_of(shapely.transform(getattr(ground, name), to_world), digits),
                "digits": digits,
            }
            for name, digits in GROUND_DIGITS.items()
        },
    }


def _chain_column(publication: Publication) -> str | None:
    chosen = (s.parameters.get("chain") for s in publication.steps if s.verb == "profile")
    return next((str(c) for c in chosen if c), "chain")


def _chains(publication: Publication) -> dict[str, str]:
    names = [c[len(CHAIN_N) :] for c in publication.areas.columns if str(c).startswith(CHAIN_N)]
    column = _chain_column(publication)
    if publication.points is not None and column in publication.points.columns:
        names += [c for c in publication.points[column].unique() if isinstance(c, str)]
    return chain_colours(names)


# --- what the page says about itself -------------------------------------------------------------
def _about(publication: Publication) -> dict[str, Any]:
    context = publication.context
    return {
        "date": _in_each(lambda: tell_date(context.date)),
        "sources": [str(source) for source in context.sources],
        "reference": _in_all(context.reference),
        "total": int(publication.total),
        "associations": _in_each(lambda: [line.text for line in association_lines(publication)]),
        "notes": _in_each(lambda: [retell(note) for note in publication.notes]),
        "withheld": _in_each(lambda: list(withheld_sentences(publication))),
        "tests": [
            {
                "name": _in_each(t.label),
                "p": plain(t.p_value),
                "null": _in_each(partial(_, t.null)),
                "replicates": t.replicates,
                "seed": t.seed,
            }
            for t in publication.tests
        ],
        "steps": [
            {
                "verb": _in_each(partial(_, VERBS.get(step.verb, step.verb))),
                "crs": step.crs,
                "seed": step.seed,
                "parameters": _parameters(step.parameters),
                "versions": _parameters(step.versions),
            }
            for step in publication.steps
            if step.verb != "study"  # title, sources and label have their own place on the page
        ],
    }


def _parameters(given: Mapping[str, Any]) -> list[list[str]]:
    """Return parameters as texts; the indicators have their own place on the page."""
    kept = {k: v for k, v in given.items() if k not in ELSEWHERE and v not in (None, "", [], ())}
    return [[str(k), _parameter(plain(v))] for k, v in kept.items()]


def _parameter(value: Any) -> str:
    """Return a parameter as people write it.

    >>> _parameter({"alpha": 0.05, "radii": [5, 10], "named": {"es": "a"}})
    'alpha: 0.05; radii: 5, 10; named: (es: a)'
    """
    if isinstance(value, Mapping):
        held = {k: _parameter(v) for k, v in value.items()}
        nested = {k for k, v in value.items() if isinstance(v, Mapping)}
        return "; ".join(f"{k}: ({v})" if k in nested else f"{k}: {v}" for k, v in held.items())
    if isinstance(value, list | tuple):
        return ", ".join(_parameter(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value)


def _summary(publication: Publication, code: str) -> dict[str, str]:
    found = publication.summaries.get(code) or next(iter(publication.summaries.values()))
    return {"verdict": found.verdict, "number": found.number, "caution": found.caution}


def _column_meta(publication: Publication) -> list[dict[str, Any]]:
    """Return the columns of the table that people copy: labels, units, decimals."""
    areas = publication.areas
    meta = []
    for column in (str(c) for c in areas.columns if c != areas.geometry.name):
        label = label_of(column, publication)
        meta.append(
            {
                "column": column,
                "label": _in_each(partial(_label_text, column, publication)),
                "unit": UNITS.get(label.unit, label.unit),
                "digits": label.digits,
                "texts": {k: both(v) for k, v in WORDS[column].items()}
                if column in WORDS
                else None,
            }
        )
    return meta


def _label_text(column: str, publication: Publication) -> str:
    return label_of(column, publication).text


def _plain_table(publication: Publication) -> list[dict[str, str]]:
    """Return the rows of the table for readers without scripts, in the language in force."""
    rows = []
    for key, row in zip(publication.areas.index, publication.areas.to_dict("records"), strict=True):
        verdict, number, caution = said(row, synthetic_of(publication))
        rows.append(
            {
                "name": f"{key}. {_text(row.get(NAME))}",
                "verdict": verdict,
                "number": number,
                "caution": caution,
            }
        )
    return rows


# --- small things ---------------------------------------------------------------------------------
def as_json(value: Any) -> str:
    """Return JSON that may stand inside a ``<script>`` block, whatever the texts in it hold.

    Examples
    --------
    >>> as_json("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """Return a text file that ships with the web map."""
    return (ASSETS / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def leaflet() -> str:
    """Return Leaflet's script without the pointer to its source map, which would be a request."""
    return asset("leaflet/leaflet.js").replace("//# sourceMappingURL=leaflet.js.map", "")


def bundle(names: Sequence[str]) -> str:
    """Return ES modules of the web folder joined to one classic script: no build step, no loader.

    Their names share one scope, so that imports and the word ``export`` are simply left out.

    Examples
    --------
    >>> ["export function" in code for code in (asset("codec.js"), bundle(["codec"]))]
    [True, False]
    """
    code = "\n".join(_IMPORT.sub("", _EXPORT.sub("", asset(f"{name}.js"))) for name in names)
    return f"(() => {{\n'use strict';\n{code}}})();\n"


def inline_script(code: str) -> str:
    """Return a script that may stand inside ``<script>``."""
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def data_uri(name: str) -> str:
    """Return a PNG of the assets as a data URI.

    Examples
    --------
    >>> data_uri("leaflet/images/layers.png")[:22]
    'data:image/png;base64,'
    """
    return "data:image/png;base64," + base64.b64encode((ASSETS / name).read_bytes()).decode("ascii")


def _inline_css(css: str, *, images: bool = False) -> str:
    """Return Leaflet's style sheet with its images inside, or without them."""
    lines = []
    for line in css.splitlines():
        if "url(images/" in line:
            name = line.split("url(images/")[1].split(")")[0]
            if images:
                lines.append(line.replace(f"images/{name}", data_uri(f"leaflet/images/{name}")))
        elif "behavior:" not in line:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _policy(scripts: Iterable[str], css: str) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(css)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


@lru_cache(maxsize=1)
def _template() -> Any:
    try:
        import jinja2
    except ImportError as missing:
        raise MissingDependencyError("jinja2", _("the web map")) from missing
    return jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        asset("template.html")
    )


def _number(value: Any) -> float | None:
    found = plain(value)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _text(value: Any) -> str:
    found = plain(value)
    return "" if found is None else str(found)


def _name(value: Any) -> str:
    """Return a name as the page shows it: cut where it is absurdly long."""
    text = _text(value)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _in_each(say: Callable[[], Any]) -> dict[str, Any]:
    """Return what ``say`` says in each language."""
    spoken = {}
    for code in LANGUAGES:
        with use_language(code):
            spoken[code] = say()
    return spoken


def _in_all(texts: Mapping[str, str]) -> dict[str, str] | None:
    """Return a text in every language: one that is missing takes the first that is given."""
    given = [text for text in texts.values() if text]
    return {code: texts.get(code) or given[0] for code in LANGUAGES} if given else None


def _style(style: Style) -> dict[str, Any]:
    return {
        "fill": style.fill,
        "line": style.line,
        "width": style.width,
        "dash": style.dash_array,
        "opacity": style.opacity,
        "label": both(style.label),
    }


def _classes(make: Callable[[], Sequence[Class]]) -> list[dict[str, Any]]:
    """Return classes with their limits as each language writes them."""
    told = _in_each(make)
    return [
        {
            "lower": one.lower,
            "upper": one.upper,
            "colour": one.colour,
            "label": {code: told[code][i].label for code in LANGUAGES},
        }
        for i, one in enumerate(told[LANGUAGES[0]])
    ]


def _degrees(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer if layer.crs is None or layer.crs.to_epsg() == DEGREES else layer.to_crs(DEGREES)


def _extent(layers: Iterable[gpd.GeoDataFrame | None]) -> basemap.Bounds:
    """Return the bounds of all layers together; Latin America where there is nothing."""
    found = [layer.total_bounds for layer in layers if layer is not None and len(layer)]
    finite = np.array([bounds for bounds in found if np.isfinite(bounds).all()]).reshape(-1, 4)
    if not len(finite):
        return WORLD
    west, south = finite[:, :2].min(axis=0)
    east, north = finite[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _view(
    areas: gpd.GeoDataFrame, publication: Publication, territories: gpd.GeoDataFrame | None
) -> list[list[float]]:
    """Return the corners that the page opens on: the concentrations, else whatever there is."""
    choices = ([areas], [publication.points, publication.grid], [territories])
    held = next((c for c in choices if any(one is not None and len(one) for one in c)), [areas])
    west, south, east, north = _extent(held)
    pad = max(0.02, 0.08 * max(east - west, north - south))
    return [[south - pad, west - pad], [north + pad, east + pad]]
