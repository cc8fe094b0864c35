"""The layers of the web map as folium elements, and a folium map that works with the network off.

Each layer is a ``MacroElement``: ``ConcentrationsLayer(found).add_to(any_folium_map)``. Nothing else in
sialgeo imports this module, so that everything but :func:`explore` runs where folium is absent.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.crs import require_crs
from sialgeo.errors import MissingDependencyError, ParameterError
from sialgeo.exporters import basemap
from sialgeo.exporters.bivariate import HIDDEN, bivariate_layer
from sialgeo.exporters.kinds import MAX_MB
from sialgeo.exporters.pointset import point_set
from sialgeo.exporters.webmap import (
    ASSETS,
    LAYERS,
    as_json,
    asset,
    bundle,
    data_uri,
    inline_script,
    leaflet,
    said,
)
from sialgeo.exporters.wording import NO_TITLE, plain, synthetic_of
from sialgeo.i18n import LANGUAGES, _, language, localised, tell_number
from sialgeo.model import (
    CONCENTRATION,
    EVIDENCE,
    N_LEAST,
    N_MOST,
    NAME,
    Concentrations,
    Indicator,
    N,
    Publication,
)
from sialgeo.symbology import (
    CELL,
    EVIDENCE_STYLE,
    LAND,
    NO_DATA,
    PLACE,
    SEA,
    TERRITORY_LINE,
    Style,
    cell_radii,
    chain_colours,
    class_of,
    grid_classes,
    indicator_classes,
)

try:
    import folium
    from branca.element import Element, Figure
    from folium.map import Layer
    from jinja2 import Template
except ImportError as missing:
    raise MissingDependencyError("folium", _("explore()")) from missing

if TYPE_CHECKING:
    import geopandas as gpd

_PIXELS_A_POINT = 4 / 3
_DEGREES = 4326
_PLAIN_DIGITS = 5


class _Layer(Layer):
    """A GeoJSON layer whose features carry their own Leaflet style and an escaped text."""

    # The script that a MacroElement writes is read as a template once more when the page is rendered:
    # ``_data`` leaves no "{{", "{%" or "{#" in it.
    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.geoJSON({{ this.data }}, {
            style: function (feature) { return feature.properties.style; },
            pointToLayer: function (feature, at) { return L.circleMarker(at, feature.properties.style); },
            interactive: {{ this.interactive }},
            onEachFeature: function (feature, layer) {
                var said = feature.properties;
                if (said.popup) { layer.bindPopup(said.popup, { maxWidth: 320 }); }
                if (said.tooltip) { layer.bindTooltip(said.tooltip, { permanent: said.fixed, direction: said.fixed ? "right" : "auto", sticky: !said.fixed }); }
            }
        });
        {% endmacro %}
        """
    )

    def __init__(
        self,
        features: list[dict[str, Any]],
        bounds: Sequence[float],
        name: str,
        *,
        interactive: bool = True,
    ) -> None:
        label = html.escape(name).replace("{", "&#123;")  # Leaflet writes it as markup
        super().__init__(name=label, overlay=True)
        self._name = type(self).__name__
        self.data = _data({"type": "FeatureCollection", "features": features})
        self.interactive = "true" if interactive else "false"
        self._bounds = [float(value) for value in bounds]

    def _get_self_bounds(self) -> list[list[float | None]]:
        """Return the corners, so that ``fit_bounds(map.get_bounds())`` works; NaN where it is empty."""
        return _corners(self._bounds)


def _corners(bounds: Sequence[float]) -> list[list[float | None]]:
    west, south, east, north = bounds
    if math.isnan(west):
        return [[None, None], [None, None]]
    return [[south, west], [north, east]]


class ConcentrationsLayer(_Layer):
    """Concentrations, styled by what their evidence is worth; a click opens verdict, number, caution.

    Parameters
    ----------
    found : Concentrations or Publication
        What to draw. Of a ``Concentrations`` the exact footprints are drawn, for your own eyes; hand on
        ``map.html`` or a ``Publication``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> areas = gpd.GeoDataFrame({"name": ["A"], "n": [12], "evidence": ["tested"]}, index=[1],
    ...     geometry=[shapely.box(-78.6, -7.2, -78.4, -7.0)], crs=4326)
    >>> dairies = gpd.GeoDataFrame({"concentration": [1], "membership": ["core"]},
    ...     geometry=gpd.points_from_xy([-78.5], [-7.1]), crs=4326)
    >>> layer = ConcentrationsLayer(Concentrations(dairies, areas)).add_to(OfflineMap())
    >>> layer.get_bounds()
    [[-7.2, -78.6], [-7.0, -78.4]]
    """

    def __init__(self, found: Concentrations | Publication) -> None:
        areas = _in_degrees(found.areas)
        synthetic = _synthetic(found)
        features = []
        for key, row, shape in zip(
            areas.index, areas.to_dict("records"), areas.geometry, strict=True
        ):
            title = f"{key}. {plain(row.get(NAME)) or ''}"
            popup = _popup(
                title,
                said({k: plain(v) for k, v in row.items() if k != areas.geometry.name}, synthetic),
            )
            style = EVIDENCE_STYLE.get(row[EVIDENCE], NO_DATA)
            features.append(
                _feature(shape, _path(style, style.opacity), popup=popup, tooltip=title)
            )
        super().__init__(features, areas.total_bounds, _("Concentrations"))


class TerritoriesLayer(_Layer):
    """Territories coloured by an indicator, grey where it has no value.

    Parameters
    ----------
    territories
        Polygons with the indicator's column.
    indicator
        What is shown: :class:`sialgeo.Indicator`.
    name
        Column of the territories' names.

    Raises
    ------
    ParameterError
        The territories lack the indicator's column.
    """

    def __init__(
        self, territories: gpd.GeoDataFrame, indicator: Indicator, *, name: str | None = None
    ) -> None:
        if indicator.column not in territories.columns:
            raise ParameterError(
                _(
                    "the territories have no column “{column}”. Remedy: join_indicators(territories, table, key=…)"
                ).format(column=indicator.column)
            )
        layer = _in_degrees(territories)
        values = layer[indicator.column].to_numpy(float)
        classes = indicator_classes(values, indicator)
        names = layer[name] if name else layer.index
        features = []
        for shape, value, called in zip(layer.geometry, values, names, strict=True):
            found = class_of(value, classes)
            style = _path(TERRITORY_LINE, 0.8) | {
                "fillColor": found.colour if found else NO_DATA.fill
            }
            shown = (
                f"{localised(f'{value:,.4g}')} {indicator.unit}".rstrip()
                if found
                else _(NO_DATA.label)
            )
            features.append(
                _feature(shape, style, tooltip=f"{called}: {indicator.label()} {shown}")
            )
        super().__init__(features, layer.total_bounds, indicator.label())


class BivariateLayer(_Layer):
    """Territories coloured by an indicator and the producers in them at once, three classes by three.

    Parameters
    ----------
    territories
        Polygons with the indicator's column and the count ``n``, as the territories of a
        ``Publication``: a count that is withheld is NaN.
    indicator
        One that says which end is better.
    population
        Column of the people: producers are then taken per 1,000 people, else per 100 km².
    name
        Column of the territories' names.

    Raises
    ------
    ParameterError
        A column is missing, or fewer than three territories have both figures.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> districts = gpd.GeoDataFrame({"hdi": [0.3, 0.5, 0.7], "n": [10, 20, 40]}, crs=4326,
    ...     geometry=[shapely.box(x, -7, x + 0.1, -6.9) for x in (-78.3, -78.2, -78.1)])
    >>> hdi = Indicator("hdi", {"en": "HDI"}, "hdi", 2019, "", "more", "")
    >>> BivariateLayer(districts, hdi).layer_name
    'HDI, 2019 × producers'
    """

    def __init__(
        self,
        territories: gpd.GeoDataFrame,
        indicator: Indicator,
        *,
        population: str | None = None,
        name: str | None = None,
    ) -> None:
        made = bivariate_layer(territories, indicator, population, lambda say: say())
        if made is None:
            raise ParameterError(
                _(
                    "two variables need territories with “{column}” and the count “{n}”, at least three with both, and an indicator that says which end is better"
                ).format(column=indicator.column, n=N)
            )
        layer = _in_degrees(territories)
        names = layer[name] if name else layer.index
        features = []
        for shape, place, called in zip(layer.geometry, made["classes"], names, strict=True):
            style = _path(TERRITORY_LINE, 0.85 if place >= 0 else 0.05)
            if place >= 0:
                style["fillColor"] = made["colours"][place]
                said = made["said"][place]
            else:
                style["dashArray"] = "3 3" if place == HIDDEN else None
                said = _("withheld") if place == HIDDEN else _(NO_DATA.label)
            features.append(_feature(shape, style, tooltip=f"{called}: {said}"))
        super().__init__(features, layer.total_bounds, made["label"])


class GridLayer(_Layer):
    """Producers counted by grid cell: a circle in each, as large as the count, that covers no colour.

    Parameters
    ----------
    grid
        Cells with the count ``n`` and, where it is told by a class, ``n_least`` and ``n_most``: the grid
        of a ``Publication``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> grid = gpd.GeoDataFrame({"n": [15]}, geometry=[shapely.box(-78.6, -7.2, -78.4, -7)], crs=4326)
    >>> GridLayer(grid).get_bounds()
    [[-7.2, -78.6], [-7.0, -78.4]]
    """

    def __init__(self, grid: gpd.GeoDataFrame) -> None:
        layer = _in_degrees(grid)
        classes = grid_classes(layer)
        radii = cell_radii(len(classes))
        outline = {"color": CELL.fill, "weight": 1, "opacity": 0.5, "fill": False}
        features = []
        for shape, row in zip(layer.geometry, layer.to_dict("records"), strict=True):
            found = class_of(row[N], classes)
            features.append(_feature(shape, outline))
            if found is not None:
                ends = dict.fromkeys((row.get(N_LEAST, row[N]), row.get(N_MOST, row[N])))
                said = f"{_('Producers')}: {' – '.join(map(tell_number, ends))}"
                radius = radii[classes.index(found)] * _PIXELS_A_POINT
                style = _path(CELL, CELL.opacity) | {"radius": radius}
                features.append(_feature(shape.centroid, style, tooltip=said))
        super().__init__(features, layer.total_bounds, _(CELL.label))


class PlacesLayer(_Layer):
    """Places with their names written beside them."""

    def __init__(self, places: gpd.GeoDataFrame, name: str) -> None:
        layer = _in_degrees(places)
        style = _path(PLACE, 1.0) | {"radius": 3}
        features = [
            _feature(point, style, tooltip=str(called), fixed=True)
            for point, called in zip(
                layer.geometry.representative_point(), layer[name], strict=True
            )
        ]
        super().__init__(features, layer.total_bounds, _("Places"))


class PointsLayer(Layer):
    """Producers: density at low zooms, dots above, coloured by chain; a click tells what is there.

    The layer draws from sorted codes as ``map.html`` does, so that millions of points cost little; the
    size policy of :mod:`.pointset` holds here too (``note`` says what it left out). It works on any
    ``folium.Map``.

    Parameters
    ----------
    producers : GeoDataFrame
    chain : str, optional
        Column of the chains; without one, colours tell those in a concentration from the others.
    columns : sequence of str, optional
        Columns that a click shows.
    max_mb
        Most megabytes of the layer.

    Examples
    --------
    >>> import geopandas as gpd
    >>> dairies = gpd.GeoDataFrame({"chain": ["cheese"]},
    ...     geometry=gpd.points_from_xy([-78.5], [-7.1]), crs=4326)
    >>> layer = PointsLayer(dairies, chain="chain").add_to(folium.Map((-7, -78)))
    >>> layer.get_bounds()
    [[-7.1, -78.5], [-7.1, -78.5]]
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = sialgeoPoints("{{ this.blob }}", "{{ this.known }}", {{ this.words }}, {});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        producers: gpd.GeoDataFrame,
        *,
        chain: str | None = None,
        columns: Sequence[str] = (),
        max_mb: float = MAX_MB,
    ) -> None:
        label = _("Producers")
        super().__init__(name=label, overlay=True)
        self._name = type(self).__name__
        layer = _in_degrees(producers)
        colours = chain_colours(layer[chain]) if chain else {}
        if not chain and CONCENTRATION in layer.columns:
            inside = layer[CONCENTRATION].fillna(-1).to_numpy(int) > 0
            chain, inner = "group", str(_("in a concentration"))
            layer = layer[[layer.geometry.name, *columns]].assign(group=np.where(inside, inner, ""))
            colours = {inner: EVIDENCE_STYLE["tested"].fill}
        made = point_set(
            layer,
            chain=chain,
            colours=colours,
            labels={column: column for column in columns},
            budget=max_mb * 1e6,
        )
        self.blob, self.known, self.note = made.blob, made.known, made.note()
        self.words = _data({"producers": label})
        self._bounds = [float(value) for value in layer.total_bounds]

    def render(self, **kwargs: Any) -> Any:
        """Put the scripts of the layer into the page's head, once, then render as folium does."""
        figure: Any = self.get_root()
        script = f"<script>{inline_script(bundle(LAYERS))}</script>"
        figure.header.add_child(_Literal(script), name="sialgeo_points")
        super().render(**kwargs)  # type: ignore[no-untyped-call]

    def _get_self_bounds(self) -> list[list[float | None]]:
        return _corners(self._bounds)


class BasemapLayer(_Layer):
    """Land and borders (Natural Earth, public domain) around given bounds in degrees: no tiles needed."""

    def __init__(self, bounds: basemap.Bounds) -> None:
        ground = basemap.around(bounds)
        plain_land = {"stroke": False, "fillColor": LAND.fill, "fillOpacity": 1}
        line = {"weight": 0.8, "color": LAND.line, "fill": False}
        features = [_feature(shape, plain_land) for shape in (*ground.backdrop, *ground.land)]
        features += [_feature(shape, line) for shape in ground.provinces]
        features += [_feature(shape, line | {"weight": 1.6}) for shape in ground.borders]
        super().__init__(features, bounds, _("Basemap"), interactive=False)
        self.control = False

    def _get_self_bounds(self) -> list[list[float | None]]:
        return [[None, None], [None, None]]


class OfflineMap(folium.Map):
    """A folium map whose page holds Leaflet 1.9.4 itself and asks the network for nothing.

    It has no tiles, bootstrap, jquery or icon font; plugins that you add bring their own links. The page
    has a language and a title, and pinching zooms it.

    Parameters
    ----------
    location
        Latitude and longitude of the centre; by default all that is added is shown.
    lang
        Language of the page; the one in force by default.
    title
        Title of the page.
    **options
        As for ``folium.Map``.

    Examples
    --------
    >>> page = OfflineMap((-7.1, -78.5), title="Cajamarca").get_root().render()
    >>> "http-equiv" in page, "https://cdn" in page, 'lang="en"' in page, "<title>Cajamarca</title>" in page
    (True, False, True, True)
    """

    def __init__(
        self,
        location: Sequence[float] | None = None,
        *,
        lang: str | None = None,
        title: str | None = None,
        **options: Any,
    ) -> None:
        settings: dict[str, Any] = {"tiles": None, "control_scale": True, "max_zoom": 18, **options}
        super().__init__(location=list(location) if location is not None else None, **settings)
        self.default_js, self.default_css = [], []  # no links: ``render`` puts Leaflet in
        self.lang = lang if lang in LANGUAGES else language()
        page = _Page(self.lang, title or _(NO_TITLE))
        page.add_child(self)

    def render(self, **kwargs: Any) -> Any:
        """Put Leaflet into the page's head, then render as folium does."""
        figure: Any = self.get_root()
        for name, text in _leaflet_inline().items():
            figure.header.add_child(_Literal(text), name=name)
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        own = figure.header._children.get(self.get_name())
        if own is not None:
            head = _NO_PINCH.sub("", own.render())
            sea = f"<style>#{self.get_name()} {{ background: {SEA}; }}</style>"
            figure.header.add_child(_Literal(head + sea), name=self.get_name())


class _Page(Figure):
    """A page with a language and a title, both escaped."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.lang }}">\n<head>\n<title>{{ this.title|e }}</title>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n{{ this.html.render(**kwargs) }}\n</body>\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</html>\n"
    )

    def __init__(self, lang: str, title: str) -> None:
        super().__init__(title=title)
        self.lang = lang


class _Literal(Element):
    """A text that is written as it is, never read as a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Literal"
        self.text = text


_NO_PINCH = re.compile(r",\s*maximum-scale=1\.0,\s*user-scalable=no")
_TEMPLATE_MARK = re.compile(r"\{(?=[{%#])")


def explore(
    concentrations: Concentrations | Publication,
    m: folium.Map | None = None,
    *,
    territories: gpd.GeoDataFrame | None = None,
    indicator: Indicator | None = None,
    places: gpd.GeoDataFrame | None = None,
    place_name: str | None = None,
    points: bool = False,
) -> folium.Map:
    """Return a folium map of the concentrations; ``Concentrations.explore`` calls this.

    Parameters
    ----------
    concentrations
        What to draw. The map shows exact footprints: it is for your own eyes, not for handing on.
    m
        Map to add to; by default an :class:`OfflineMap` with the embedded basemap.
    territories, indicator
        Polygons to colour by an indicator.
    places, place_name
        Points to name, and the column of their names.
    points
        Draw the producers too.

    Returns
    -------
    folium.Map

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> areas = gpd.GeoDataFrame({"name": ["A"], "n": [12], "evidence": ["tested"]}, index=[1],
    ...     geometry=[shapely.box(-78.6, -7.2, -78.4, -7.0)], crs=4326)
    >>> dairies = gpd.GeoDataFrame({"concentration": [1], "membership": ["core"]},
    ...     geometry=gpd.points_from_xy([-78.5], [-7.1]), crs=4326)
    >>> "1. A" in Concentrations(dairies, areas).explore().get_root().render()
    True
    """
    given = m is not None
    target = m if m is not None else OfflineMap()
    layers: list[Layer] = []
    grid = concentrations.grid if isinstance(concentrations, Publication) else None
    if territories is not None and indicator is not None:
        layers.append(TerritoriesLayer(territories, indicator))
    if grid is not None and len(grid):
        layers.append(GridLayer(grid))
    layers.append(ConcentrationsLayer(concentrations))
    if points:
        producers = (
            concentrations.points
            if isinstance(concentrations, Publication)
            else concentrations.producers
        )
        if producers is not None:
            layers.append(PointsLayer(producers))
    if places is not None and place_name is not None:
        layers.append(PlacesLayer(places, place_name))
    corners = [(y, x) for layer in layers for y, x in layer.get_bounds() if None not in (y, x)]
    if not given and corners:
        south, west = np.min(np.array(corners, dtype=float), axis=0)
        north, east = np.max(np.array(corners, dtype=float), axis=0)
        BasemapLayer((float(west), float(south), float(east), float(north))).add_to(target)
    for layer in layers:
        layer.add_to(target)
    if corners:
        bounds: Any = target.get_bounds()
        target.fit_bounds(bounds, padding=(20, 20))
    return target


@lru_cache(maxsize=1)
def _leaflet_inline() -> Mapping[str, str]:
    """Return Leaflet's style sheet and script as elements of a head, images inside."""
    css = re.sub(
        r"images/([\w-]+\.png)",
        lambda found: data_uri(f"leaflet/images/{found[1]}"),
        asset("leaflet/leaflet.css"),
    )
    css = "\n".join(line for line in css.splitlines() if "behavior:" not in line)
    icons = json.dumps(
        {
            option: data_uri(f"leaflet/images/{name}")
            for option, name in (
                ("iconUrl", "marker-icon.png"),
                ("iconRetinaUrl", "marker-icon-2x.png"),
                ("shadowUrl", "marker-shadow.png"),
            )
        }
    )
    licence = (ASSETS / "leaflet" / "LICENSE").read_text(encoding="utf-8").split("\n\n")[0]
    code = f"{leaflet()}\nL.Icon.Default.imagePath = ''; L.Icon.Default.mergeOptions({icons});"
    return {
        "leaflet_css": f"<style>{css}</style>",
        "leaflet": f"<!-- Leaflet 1.9.4, {html.escape(licence)} -->\n<script>{inline_script(code)}</script>",
    }


def _data(value: Any) -> str:
    """Return JSON that is safe inside a script and inside a template."""
    return _TEMPLATE_MARK.sub(r"\\u007b", as_json(value))


def _feature(
    shape: Any, style: Mapping[str, Any], *, popup: str = "", tooltip: str = "", fixed: bool = False
) -> dict[str, Any]:
    import shapely

    rounded = (
        shapely.transform(shape, lambda xy: xy.round(_PLAIN_DIGITS)) if shape is not None else None
    )
    properties = {
        "style": dict(style),
        "popup": popup,
        "tooltip": html.escape(tooltip),
        "fixed": fixed,
    }
    geometry = (
        None if rounded is None or rounded.is_empty else json.loads(shapely.to_geojson(rounded))
    )
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _path(style: Style, opacity: float) -> dict[str, Any]:
    return {
        "color": style.line,
        "weight": style.width,
        "dashArray": style.dash_array or None,
        "fillColor": style.fill,
        "fillOpacity": opacity,
    }


def _popup(title: str, sentences: Sequence[str]) -> str:
    verdict, number, caution = (html.escape(text) for text in sentences)
    return f"<h3>{html.escape(title)}</h3><p><strong>{verdict}</strong></p><p>{number}</p><p><em>{caution}</em></p>"


def _synthetic(found: Concentrations | Publication) -> str:
    if isinstance(found, Publication):
        return synthetic_of(found)
    return _("Synthetic data: {label}").format(label=found.synthetic) if found.synthetic else ""


def _in_degrees(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer if require_crs(layer=layer).to_epsg() == _DEGREES else layer.to_crs(_DEGREES)
