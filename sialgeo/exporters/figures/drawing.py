"""One door to every kind of map: ``figure(kind, …)``, and the writer of PNG and SVG."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from sialgeo.errors import ParameterError, raise_all
from sialgeo.exporters.figures import described, ground, maps, related, workshop
from sialgeo.exporters.figures.furniture import require_matplotlib, save
from sialgeo.exporters.kinds import MAP, kind_of
from sialgeo.exporters.wording import title_of
from sialgeo.i18n import _
from sialgeo.model import Concentrations, Context, Publication

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWERS: Mapping[str, Callable[..., Any]] = {
    MAP: maps.plot,
    "chains": described.chains,
    "concentrations": described.concentrations,
    "risk": ground.risk,
    "indicator": ground.indicator,
    "bivariate": ground.bivariate,
    "hotspots": ground.hotspots,
    "linkages": related.linkages,
    "actors": related.actors,
    "quality": described.quality,
    "change": related.change,
    "exposure": described.exposure,
    "workshop": workshop.workshop,
}


def figure(
    kind: str,
    concentrations: Concentrations | Publication,
    *,
    ax: Axes | None = None,
    context: Context | None = None,
    **options: Any,
) -> Axes:
    """Draw one kind of map, with scale bar, north arrow, projection, date, sources, n and what is withheld.

    Parameters
    ----------
    kind
        ``"map"``: as :meth:`Concentrations.plot`. ``"chains"``: where each chain is, generalised.
        ``"concentrations"``: evidence and stability. ``"risk"``: a surface of relative risk with
        contours (``surface=``). ``"indicator"``: HDI or poverty with the concentrations (``column=``).
        ``"bivariate"``: an indicator against the producers, 3 × 3 (``column=``). ``"hotspots"``: Gi* or
        LISA (``column=``, or ``classes=`` of :func:`sialgeo.hot_spots` or
        :func:`sialgeo.local_association`). ``"linkages"``: ``flows=`` (lines with ``volume``) and
        ``catchments=``. ``"actors"``: ``actors=`` (points), by the column ``by=``, named by ``name=``. ``"quality"``: how uncertain the relative risk is. ``"change"``: against
        ``before=``, with ``dates=("2012", "2024")``. ``"exposure"``: exposure to trade opening by
        activation. ``"workshop"``: a page of A3 to draw on in a workshop, with ``actors=`` where some
        are to be on it already.
    concentrations
        A result: drawn as it is, for the analyst's own eyes. Or a publication of
        :func:`sialgeo.protect`: only what it holds.
    ax
        Axes to draw on; by default a new figure's (``ax.figure``), made without pyplot.
    context
        Title, sources, territories and places, where a result is drawn.
    **options
        What the kind needs, as above. Layers given here are drawn as they are.

    Returns
    -------
    matplotlib.axes.Axes
        In metres. Where the subject of the map is not known, the map says so.

    Raises
    ------
    ParameterError
        The kind or an option is unknown, or an option that the kind needs is missing.
    SchemaError
        A column is missing.
    MissingDependencyError
        matplotlib is not installed.

    Notes
    -----
    Bivariate map: Stevens, J. (2015), Bivariate choropleth maps, in ColorBrewer's blue × orange.

    Examples
    --------
    >>> import geopandas as gpd
    >>> point = gpd.points_from_xy([-78.5], [-7.1])
    >>> found = Concentrations(
    ...     gpd.GeoDataFrame({"concentration": [1], "membership": [1.0]}, geometry=point, crs=4326),
    ...     gpd.GeoDataFrame({"name": ["A"], "n": [1], "evidence": ["tested"]},
    ...                      geometry=point.buffer(0.1), index=[1], crs=4326))
    >>> axes = figure("concentrations", found)
    >>> axes.get_legend().get_texts()[0].get_text()[:6]
    'tested'
    """
    raise_all(option_faults([kind], options), ParameterError)
    drawn: Axes = DRAWERS[kind](concentrations, ax, context=context, **options)
    return drawn


def option_faults(kinds: Collection[str], options: Collection[str]) -> list[str]:
    """Return what is wrong with kinds of map and the names of the options given to them together.

    Each kind takes the options that it knows; one that none of them knows is a fault.
    """
    text = _("figure “{kind}”: {what} = {name}")
    faults, taken = [], set()
    for kind in kinds:
        if kind not in DRAWERS:
            known = ", ".join(DRAWERS)
            faults.append(
                f"figure = {kind}: " + _("must be one of {choices}").format(choices=known)
            )
            continue
        own = _options_of(kind)
        taken |= set(own)
        faults += [
            text.format(kind=kind, what=_("missing"), name=name)
            for name, needed in own.items()
            if needed and name not in options
        ]
    named = ", ".join(kinds)
    return faults + [
        text.format(kind=named, what=_("unknown"), name=name)
        for name in options
        if name not in taken
    ]


def _options_of(kind: str) -> dict[str, bool]:
    """Return the options that a kind of map takes, and whether it needs each."""
    taken = list(inspect.signature(DRAWERS[kind]).parameters.items())[
        2:
    ]  # not the map, not its axes
    return {name: p.default is p.empty for name, p in taken if name != "context"}


def write(
    publication: Publication,
    path: str | os.PathLike[str],
    kind: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Write a map as PNG or SVG, by the suffix.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.png`` or ``*.svg``.
    kind
        As :func:`figure`; by default what the name says (``a.bivariate.png``), else ``"map"``.
    options
        What the kind needs, as :func:`figure`, and what other kinds written with it take; all of
        it may be handed on.

    Raises
    ------
    FileError
        The file cannot be written.
    ParameterError
        The kind or an option is unknown, or an option that the kind needs is missing.
    MissingDependencyError
        matplotlib is not installed.
    """
    require_matplotlib()
    chosen = kind or kind_of(path)
    own = {name: held for name, held in (options or {}).items() if name in _options_of(chosen)}
    save(lambda: figure(chosen, publication, **own).figure, path, title_of(publication))
