"""The verb ``associate``: one entry for areas, grids and footprints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sialgeo.association.asked import AssociationTest
from sialgeo.association.counting import (
    Given,
    Places,
    count_cells,
    count_polygons,
    crs_label,
)
from sialgeo.association.divisions import blocks, grids, joined
from sialgeo.association.footprints import LEAST, ValueAt, check_footprints, footprints_of, too_few
from sialgeo.association.nulls import EXACT, Outcome, check_places, naive, untested
from sialgeo.association.result import Association, Division
from sialgeo.descriptions import DIRECTION_LABELS, guess_indicator
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _
from sialgeo.kernels.autocorrelation import SINGLETON
from sialgeo.model import (
    EVIDENCE,
    TESTED,
    Concentrations,
    Indicator,
    Raster,
    Step,
    fingerprint,
    versions,
)
from sialgeo.progress import Progress, aloud, scaled, silent
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@aloud
def associate(
    producers: Concentrations | gpd.GeoDataFrame | str,
    territories: gpd.GeoDataFrame | Raster,
    *,
    column: str,
    reference: Reference | gpd.GeoDataFrame | str,
    better: str = "",
    method: str = "msr",
    dissolve: str | None = None,
    divisions: bool = True,
    replicates: int = 999,
    seed: int = 1,
    procedure: str = SINGLETON,
    indicator: Indicator | None = None,
    progress: Progress | None = None,
) -> Association:
    """Ask whether producers stand in worse-off places than the reference population.

    T = Σ(x_a/x)y_a − Σ(n_a/n)y_a over areas a, with x_a producers, n_a reference units and y_a the
    indicator. Smooth maps look alike by chance, so T is held against maps as smooth as the one given.

    Parameters
    ----------
    producers
        Concentrations (the producers in the tested ones are counted, else those in any; fewer than
        five are described, not tested), a point table, or the column of the territories with their number.
    territories
        Polygons with the indicator (same CRS as the points), or a ``Raster``.
    column
        The indicator; for a raster, what to call it.
    reference
        The population compared with: a ``Reference``, a point table, or a column of the territories.
        Units taken one by one are joined by the producers, unless they include them.
    better : {"more", "less"}
        Which way is well-off: more of a development index, less of poverty. Needed unless
        ``indicator`` says it.
    method : {"msr", "dutilleul", "shift", "footprints"}
        ``msr``: Moran spectral randomisation of the indicator, with weights fitted to its smoothness;
        above 5,000 areas ``dutilleul`` takes its place. ``shift``: toroidal shift, turned and
        mirrored, of a full rectangle of cells. ``footprints``: whole footprints of concentrations
        moved; at least five, else described only.
    dissolve
        Column to join the areas by (province), for a second level.
    divisions : bool
        Compute also over other divisions: ``dissolve`` and grids at three offsets.
    replicates, seed
        Maps drawn under the null; two-sided p ≥ 1 / (replicates + 1).
    procedure : {"singleton", "pair"}
        A random sign for each eigenvector, or a random angle for each two successive ones.
    indicator
        What the column says; its label is used in the verdict.
    progress

    Returns
    -------
    Association

    Raises
    ------
    CRSError
        Layers without CRS, or that differ in it.
    SchemaError
        Missing or unusable columns, a constant indicator, layers that do not meet: all at once.
    ParameterError
        A method that the input does not allow.

    Notes
    -----
    Areas without a value are left out, and the notes say how many producers they hold. How often each
    test errs on independent smooth maps: ``benchmarks/calibration/association.py`` and its table in
    the documentation. Wagner & Dray (2015); Dutilleul (1993).

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from shapely.geometry import box
    >>> cells = gpd.GeoDataFrame(geometry=[box(i, j, i + 1, j + 1) for i in range(12) for j in range(12)], crs=32717)
    >>> cells["hdi"] = np.repeat(np.linspace(.3, .7, 12), 12)
    >>> cells["farms"], cells["dairies"] = 10, 1
    >>> answer = associate("dairies", cells.assign(dairies=range(144)), column="hdi", reference="farms", better="more")
    >>> round(answer.statistic, 3), answer.producers == 10296, answer.p_value >= 0.001
    (0.073, True, True)
    """
    described = _described(column, better, indicator)
    asked = AssociationTest(method, described.better, replicates, seed, procedure)
    given = _given(producers, territories, column, reference, indicator)
    contrary = _contrary_notes(described)
    given = replace(given, notes=(*contrary, *given.notes))
    _check_method(asked, producers, territories, given, dissolve)
    report = progress or silent
    report(0.0, _("Testing the association"))
    if method == "footprints":
        found = _of_footprints(producers, territories, given, asked, dissolve, divisions, report)
    else:
        few = _too_few_concentrations(producers)
        found = _of_places(territories, given, asked, dissolve, divisions, few, report)
    answer = _answer(described, asked, given, found, dissolve)
    report(1.0, _("Association tested"))
    parameters = dict(answer.step.parameters)
    if isinstance(producers, Concentrations) and producers.synthetic:
        parameters["synthetic"] = next(
            s.parameters["synthetic"] for s in producers.steps if s.parameters.get("synthetic")
        )
    inputs = _inputs(producers, territories, reference)
    return replace(answer, step=replace(answer.step, parameters=parameters, inputs=inputs))


def _described(column: str, better: str, indicator: Indicator | None) -> Indicator:
    said = better or (indicator.better if indicator is not None else "")
    if said not in ("more", "less"):
        raise ParameterError(
            _(
                "better = “{better}”: say which way is well-off, better='more' (an index of development) or better='less' (poverty)"
            ).format(better=said)
        )
    way: dict[str, object] = {"column": column, "better": said}
    return replace(indicator if indicator is not None else Indicator(column, {}), **way)  # type: ignore[arg-type]


def _given(
    producers: Concentrations | gpd.GeoDataFrame | str,
    territories: gpd.GeoDataFrame | Raster,
    column: str,
    reference: Reference | gpd.GeoDataFrame | str,
    indicator: Indicator | None,
) -> Given:
    if isinstance(territories, Raster):
        return count_cells(producers, territories, column, reference, indicator)
    return count_polygons(producers, territories, column, reference, indicator)


def _contrary_notes(described: Indicator) -> list[str]:
    """Return the caution that the way given is not the one that the column's name tells."""
    read = guess_indicator(described.column)
    if read.better in ("", described.better):
        return []
    return [
        _(
            "WARNING: better = “{better}” was given for “{column}”, and by its name {read} there. Is the sign right? “Worse-off” and “better-off” change places with it."
        ).format(
            better=described.better, column=described.column, read=_(DIRECTION_LABELS[read.better])
        )
    ]


def _check_method(
    asked: AssociationTest,
    producers: object,
    territories: gpd.GeoDataFrame | Raster,
    given: Given,
    dissolve: str | None,
) -> None:
    if asked.method == "shift" and given.places.shape is None:
        raise ParameterError(
            _(
                "method = shift needs a full rectangle of cells with values ({n} areas given, {lost} without a value). Remedy: cut a rectangle, or method='msr'"
            ).format(n=given.facts["areas_given"], lost=given.facts["areas_left_out"])
        )
    if asked.method == "footprints" and (
        not isinstance(producers, Concentrations) or isinstance(territories, Raster)
    ):
        raise ParameterError(
            _("method = footprints needs concentrations over polygons. Remedy: method='msr'")
        )
    if dissolve is not None:
        if isinstance(territories, Raster):
            raise ParameterError(_("a raster has no column to dissolve by"))
        if dissolve not in territories.columns:
            raise SchemaError(
                _("the territories have no column “{column}” (dissolve=)").format(column=dissolve)
            )


# --- the test at each division -------------------------------------------------------------------------
@dataclass(frozen=True)
class _Found:
    """Each division with its name, number of areas, T and test; and remarks."""

    divisions: tuple[tuple[str, int, float, Outcome], ...]
    notes: tuple[str, ...] = ()


def _of_places(
    territories: gpd.GeoDataFrame | Raster,
    given: Given,
    asked: AssociationTest,
    dissolve: str | None,
    divisions: bool,
    few: str,
    report: Progress,
) -> _Found:
    found: list[tuple[str, Places]] = [(_("areas given"), given.places)]
    if divisions:
        found += _other_places(territories, given, dissolve)
    tested = []
    for k, (name, places) in enumerate(found):
        outcome = (
            untested(asked.method, few)
            if few
            else check_places(
                places, asked.method, asked.procedure, asked.replicates, [asked.seed, k]
            )
        )
        tested.append((name, len(places.y), places.statistic, outcome))
        report((k + 1) / len(found), _("Testing the association"))
    notes: tuple[str, ...] = ()
    if asked.method == "msr" and len(given.places.y) > EXACT:
        notes = (
            _(
                "{n} areas are more than the eigenvectors of {most}: Dutilleul's modified t-test took their place."
            ).format(n=len(given.places.y), most=EXACT),
        )
    return _Found(tuple(tested), notes)


def _too_few_concentrations(producers: object) -> str:
    """Return why concentrations are described only; empty where they are enough, or none were given."""
    if not isinstance(producers, Concentrations):
        return ""
    evidence = producers.areas[EVIDENCE]
    counted = int((evidence == TESTED).sum()) or len(evidence)
    return too_few(counted) if counted < LEAST else ""


def _other_places(
    territories: gpd.GeoDataFrame | Raster,
    given: Given,
    dissolve: str | None,
) -> list[tuple[str, Places]]:
    found: list[tuple[str, Places]] = []
    if dissolve is not None and not isinstance(territories, Raster):
        places, _group = joined(given, territories, dissolve)
        if len(places.y) > 1:
            name = _("joined by {column}").format(column=dissolve)
            found.append((name, places))
    if given.places.shape is not None:
        return found + list(blocks(given))
    return found + [(name, places) for name, places, _grid in grids(given)]


def _of_footprints(
    producers: Concentrations | gpd.GeoDataFrame | str,
    territories: gpd.GeoDataFrame | Raster,
    given: Given,
    asked: AssociationTest,
    dissolve: str | None,
    divisions: bool,
    report: Progress,
) -> _Found:
    if not isinstance(producers, Concentrations) or isinstance(territories, Raster):
        raise ParameterError(_("method = footprints needs concentrations over polygons"))
    places = given.places
    tree: Any = shapely.STRtree(list(given.shapes if given.shapes is not None else ()))
    share = places.n / places.n.sum()

    def within(y: Array) -> ValueAt:
        return lambda xy: np.append(y, np.nan)[_areas_of(xy, tree, len(y))]

    names = [(_("areas given"), len(places.y))]
    values: list[tuple[ValueAt, float]] = [(within(places.y), float(share @ places.y))]
    if divisions and dissolve is not None:
        whole, group = joined(given, territories, dissolve)
        if len(whole.y) > 1:
            each = np.append(whole.y, np.nan)[group]
            names.append((_("joined by {column}").format(column=dissolve), len(whole.y)))
            values.append((within(each), float(whole.n @ whole.y / whole.n.sum())))
    for name, cells, grid in grids(given) if divisions else ():
        names.append((name, len(cells.y)))
        values.append((grid.value_at, float(cells.n @ cells.y / cells.n.sum())))
    tested = check_footprints(
        footprints_of(producers, given),
        given,
        values,
        asked.replicates,
        asked.seed,
        scaled(report, 0.05, 1.0),
    )
    rows = zip(names, tested, strict=True)
    return _Found(tuple((name, n, t, outcome) for (name, n), (t, outcome) in rows))


def _areas_of(xy: Array, tree: Any, n: int) -> Ints:
    point, polygon = tree.query(shapely.points(xy), predicate="intersects")
    found = np.full(len(xy), n, dtype=np.int64)
    np.minimum.at(found, point, polygon)
    return found


# --- the answer ----------------------------------------------------------------------------------------
def _answer(
    described: Indicator,
    asked: AssociationTest,
    given: Given,
    found: _Found,
    dissolve: str | None,
) -> Association:
    places = given.places
    _name, _areas, statistic, outcome = found.divisions[0]
    theirs = float(places.n @ places.y / places.n.sum())
    notes = [*given.notes, *found.notes, *outcome.notes]
    told = tuple(Division(name, areas, t, result.p) for name, areas, t, result in found.divisions)
    parameters = {
        "column": described.column,
        "better": described.better,
        "method": outcome.method,
        "procedure": asked.procedure,
        "replicates": asked.replicates,
        "dissolve": dissolve,
        **given.facts,
        **outcome.details,
    }
    step = Step(
        "associate", parameters, crs_label(given.crs), asked.seed, versions(), {}, tuple(notes)
    )
    return Association(
        described,
        outcome.method,
        statistic,
        outcome.p,
        theirs + statistic,
        theirs,
        outcome.low,
        outcome.high,
        len(places.y),
        float(places.x.sum()),
        float(places.n.sum()),
        naive(places),
        told,
        step,
        asked.replicates,
        asked.seed,
        outcome.reason,
        outcome.details,
    )


def _inputs(
    producers: Concentrations | gpd.GeoDataFrame | str,
    territories: gpd.GeoDataFrame | Raster,
    reference: Reference | gpd.GeoDataFrame | str,
) -> dict[str, str]:
    found: dict[str, str] = {}
    if isinstance(producers, Concentrations):
        found["producers"] = fingerprint(producers.producers)
    elif not isinstance(producers, str):
        found["producers"] = fingerprint(producers)
    if not isinstance(territories, Raster):
        found["territories"] = fingerprint(territories)
    if isinstance(reference, Reference):
        found["reference"] = reference.fingerprint
    elif not isinstance(reference, str):
        found["reference"] = fingerprint(reference)
    return found
