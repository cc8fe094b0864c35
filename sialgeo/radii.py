"""The radius, honestly: what speaks for one, and what each of several shows.

``suggest_radius`` guides the choice of one radius before anything is detected: how many neighbours
chance alone gives within it, how coarse the reference is, how far a producer's k-th neighbour is.
``evidence_by_radius`` reads the answer of a ladder of radii (``RelativeDBSCAN(radius="auto")``): what
each radius shows, and which concentrations persist over several.

References
----------
Schubert, E., Sander, J., Ester, M., Kriegel, H.-P., Xu, X. (2017). DBSCAN revisited, revisited. ACM
Transactions on Database Systems 42(3).
Satopää, V., Albrecht, J., Irwin, D., Raghavan, B. (2011). Finding a "kneedle" in a haystack. ICDCS
Workshops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sialgeo.crs import equal_area_crs, metric_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import N_, _, ngettext
from sialgeo.kernels.likelihood import poisson_critical
from sialgeo.kernels.neighbours import count_within
from sialgeo.model import (
    BY_RADIUS,
    NAME,
    RADII_TRIED,
    SIGNIFICANCE,
    Concentrations,
    Publication,
    ReferenceArrays,
    Step,
    versions,
)
from sialgeo.params import check, param
from sialgeo.pools import COARSE, COINCIDENT, at_sites, mass_within, sites_of
from sialgeo.precision import known_precision, least_radius
from sialgeo.progress import Progress, aloud, silent
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]

RADII = (1_000.0, 2_000.0, 3_000.0, 5_000.0, 7_000.0, 10_000.0, 15_000.0, 20_000.0, 40_000.0)
LEVELS = {"least_01": 0.01, "least_001": 0.001}
MOST_PRODUCERS = 20_000  # looked at one by one; more are thinned at random, which is said
QUARTER = 4  # of the short side: a larger radius tells no places apart
_WORTH_SAYING = 100.0  # metres: a smaller radius is used by nobody
GUIDED, GUIDE = "suggest_radius", "guide"  # of the step that keeps a guide
_TOLD = ("k", "knee", "spacing", "least", "most", "producers", "looked", "precise")
_DIAGRAMS = "sialgeo.exporters.diagrams"


@dataclass(frozen=True)
class RadiusChoice:
    """Parameters of :func:`suggest_radius`."""

    min_units: int = param(
        5, N_("Producers that make a core, itself included"), label=N_("Minimum producers"), ge=2
    )
    coincident: str = param(
        "units",
        N_("Units at one coordinate count one by one, or as one site"),
        label=N_("Producers at one coordinate"),
        choices=COINCIDENT,
    )
    seed: int = param(1, N_("Seed of the random draws"), label=N_("Seed"), ge=0)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class RadiusGuide:
    """What speaks for one radius or another; a guide, never an answer.

    Attributes
    ----------
    table : DataFrame
        One row per radius (index ``radius_m``): ``by_chance`` neighbours expected by chance within it,
        itself left out (the median over the producers); ``least_01`` and ``least_001``, the least
        number of producers, itself included, that chance gives with a probability of at most .01 and
        .001 (Poisson); ``crowded``, the share of producers with ``min_units`` or more within it; and
        ``usable``, whether the reference is fine enough and the area wide enough for it.
    distances : ndarray
        Distance of each producer to its k-th nearest other, in metres, ascending.
    k : int
    knee : float
        Where that curve bends most (Kneedle); unreliable, as :meth:`sentences` says.
    spacing : float
        How far apart the reference's places are, in metres (0 for units one by one, NaN without one).
    least, most : float
        The radii between which a radius can be used, in metres.
    precise : float
        The least radius that the precision of the positions allows, in metres: twice what their
        column ``precision_m`` or their decimals tell (0 where nothing does).
    """

    table: pd.DataFrame
    distances: Array
    k: int
    knee: float
    spacing: float
    least: float
    most: float
    producers: int
    looked: int
    precise: float = 0.0

    def sentences(self) -> tuple[str, ...]:
        """Return the guide in plain words, in the language in force."""
        said = [*self._bounds(), *self._chance()]
        said.append(
            _(
                "The distance to neighbour no. {k} bends at {knee:.1f} km. Do not take that for the radius: on producers scattered at random the curve bends too, and clustering at its bend finds groups that are not there."
            ).format(k=self.k, knee=self.knee / 1000)
        )
        said.append(
            _(
                "Chains concentrate at their own scale (crafts of a village at 2 to 5 km, dairies at 10 to 20 km). Where you do not know it, have several tried (radius=auto): the p-value pays for the choice."
            )
        )
        if self.looked < self.producers:
            said.append(_("Looked at {n} producers drawn at random.").format(n=f"{self.looked:,}"))
        return tuple(said)

    def _bounds(self) -> list[str]:
        said = []
        if self.least > self.most and self.precise >= self.least:
            return [
                _(
                    "No radius can be used: the positions are good to {precision:.1f} km and call for at least {least:.1f} km, the study area for at most {most:.1f} km. Remedy: positions taken again, or counts by district."
                ).format(
                    precision=self.precise / 2000, least=self.least / 1000, most=self.most / 1000
                )
            ]
        if self.least > self.most:
            return [
                _(
                    "No radius can be used: the reference is {spacing:.1f} km apart and calls for at least {least:.1f} km, the study area for at most {most:.1f} km. Remedy: a finer reference, or counts by district."
                ).format(
                    spacing=self.spacing / 1000, least=self.least / 1000, most=self.most / 1000
                )
            ]
        if self.spacing > 0:
            said.append(
                _(
                    "The reference's places are {spacing:.1f} km apart: a radius under {least:.1f} km would invent concentrations."
                ).format(spacing=self.spacing / 1000, least=self.spacing / COARSE / 1000)
            )
        if self.precise >= _WORTH_SAYING:
            said.append(
                _(
                    "The positions are good to about {precision:.1f} km: a radius under {least:.1f} km would find how they were placed."
                ).format(precision=self.precise / 2000, least=self.precise / 1000)
            )
        said.append(
            _(
                "Above {most:.1f} km (a quarter of the short side) places are not told apart."
            ).format(most=self.most / 1000)
        )
        return said

    def _chance(self) -> list[str]:
        usable = self.table[self.table["usable"]]
        if usable.empty:
            return []
        return [self.at(float(usable.index[len(usable) // 2]))]

    def at(self, radius: float) -> str:
        """Say what chance alone gives within a radius (metres) of the table."""
        row = self.table.loc[radius]
        return _(
            "Within {radius:g} km chance alone gives a producer {mean:.1f} neighbours: fewer than {least} producers there say nothing (1 in 1,000)."
        ).format(
            radius=radius / 1000,
            mean=float(row["by_chance"]),
            least=int(row["least_001"]),
        )

    def added_to(self, found: Concentrations) -> Concentrations:
        """Return the concentrations with the guide among their steps, without the curve.

        Their tables and reports tell it then; :func:`guide_of` reads it.
        """
        told = {
            "table": self.table.reset_index().to_dict("records"),
            **{name: getattr(self, name) for name in _TOLD},
        }
        step = Step(GUIDED, {GUIDE: told}, found.steps[-1].crs, None, versions())
        return found.with_step(step)

    def plot(self, ax: Any = None) -> Any:
        """Draw the k-distance curve with its warning; return the axes."""
        return import_module(_DIAGRAMS).plot_guide(self, ax)


@aloud
def suggest_radius(
    producers: gpd.GeoDataFrame,
    *,
    reference: Reference | gpd.GeoDataFrame | None = None,
    radii: Sequence[float] = RADII,
    min_units: int = 5,
    coincident: str = "units",
    seed: int = 1,
    progress: Progress | None = None,
) -> RadiusGuide:
    """Say what speaks for one radius or another, before anything is detected.

    Parameters
    ----------
    producers : GeoDataFrame of points
    reference : optional
        With one, the neighbours expected by chance follow its density and its spacing bounds the radius;
        without, the producers are taken as spread evenly over their convex hull.
    radii : sequence of float
        Radii to look at, in metres.
    min_units : int
        k of the k-distance curve is one less: the others that make a core.
    coincident : {"units", "sites"}
        Whether units at one coordinate count one by one, or as one site.
    seed : int
        Of the choice among more than 20,000 producers.
    progress : callable(fraction, message), optional

    Returns
    -------
    RadiusGuide

    Raises
    ------
    CRSError, SchemaError, ParameterError

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> xy = np.random.default_rng(1).uniform(0, [200_000, 100_000], (500, 2))
    >>> plants = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=32717)
    >>> guide = suggest_radius(plants, radii=[3_000, 5_000, 7_000, 10_000])
    >>> guide.table["least_001"].tolist()  # 500 plants over some 19,600 km²
    [6, 10, 13, 20]
    """
    import pandas as pd

    RadiusChoice(min_units, coincident, seed)
    radii = _checked(producers, radii)
    population = Reference.of(reference)
    crs = metric_crs(producers)
    xy = xy_of(producers, crs)
    arrays = None if population is None else population.arrays(producers, crs)
    if coincident == "sites":
        xy = sites_of(xy)[0]
        arrays = None if arrays is None else at_sites(arrays)
    looked = _some(xy, seed)
    (progress or silent)(0.1, _("Looking at radii"))
    sides = np.ptp(xy, axis=0)
    expected = _expected(producers, xy, looked, arrays, radii)
    counts = {r: count_within(looked, xy, r) for r in radii}
    k = min(min_units - 1, len(xy) - 1)
    distances = np.sort(cKDTree(xy).query(looked, k=k + 1)[0][:, k])
    spacing = np.nan if population is None else population.spacing
    written = np.column_stack([producers.geometry.x, producers.geometry.y])
    precise = least_radius(known_precision(producers, written, producers.crs)) or 0.0
    least = max(0.0 if not spacing > 0 else spacing / COARSE, precise)
    most = float(sides.min()) / QUARTER
    rows = {
        r: {
            "by_chance": float(np.median(mu)),
            **{name: int(np.median(poisson_critical(mu, a))) for name, a in LEVELS.items()},
            "crowded": float((counts[r] >= min_units).mean()),
            "usable": least <= r <= most,
        }
        for r, mu in expected.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("radius_m")
    return RadiusGuide(
        table,
        distances,
        k,
        knee(distances),
        float(spacing),
        least,
        most,
        len(xy),
        len(looked),
        precise,
    )


def _checked(producers: gpd.GeoDataFrame, radii: Sequence[float]) -> list[float]:
    import geopandas as gpd

    if not isinstance(producers, gpd.GeoDataFrame) or len(producers) < 2:
        raise SchemaError(
            _("{n} producers: a concentration needs at least two").format(n=len(producers))
        )
    wanted = sorted({float(r) for r in radii})
    if not wanted or wanted[0] <= 0 or not np.isfinite(wanted).all():
        raise ParameterError(_("the radii must be metres above zero, at least one"))
    return wanted


def _some(xy: Array, seed: int) -> Array:
    if len(xy) <= MOST_PRODUCERS:
        return xy
    ordered = xy[np.lexsort(xy.T)]
    chosen = np.random.default_rng(seed).choice(len(xy), MOST_PRODUCERS, replace=False)
    return np.asarray(ordered[np.sort(chosen)])


def _expected(
    producers: gpd.GeoDataFrame,
    xy: Array,
    looked: Array,
    arrays: ReferenceArrays | None,
    radii: Sequence[float],
) -> dict[float, Array]:
    """Return the other producers expected by chance within each radius of each producer looked at."""
    if arrays is None:
        if not covers_area(producers):
            raise SchemaError(_("the producers stand on one line: they cover no area"))
        size = _hull(producers).area
        return {r: np.array([len(xy) / size * np.pi * r**2]) for r in radii}
    total = len(xy) + float(arrays.mass.sum())
    found = {}
    for r in radii:
        if arrays.kind == "points":
            others = count_within(looked, arrays.xy, r).astype(float)
        else:
            others = mass_within(looked, arrays, r)
        around = count_within(looked, xy, r) + others - 1  # of the pool, itself left out
        found[r] = np.maximum(around * (len(xy) - 1) / (total - 1), 0.0)
    return found


def _hull(producers: gpd.GeoDataFrame) -> Any:
    points = producers.geometry.to_crs(equal_area_crs(producers))
    return points.union_all().convex_hull


def covers_area(producers: gpd.GeoDataFrame) -> bool:
    """Tell whether producers stand on more than one line, so that they have a density."""
    hull = _hull(producers)
    west, south, east, north = hull.bounds
    return bool(hull.area > 1e-6 * max(east - west, north - south) ** 2)


def guide_of(found: Concentrations | Publication) -> RadiusGuide | None:
    """Return the guide that was added to concentrations, without its curve; None where none was."""
    import pandas as pd

    held = [s.parameters[GUIDE] for s in found.steps if s.parameters.get(GUIDE)]
    if not held:
        return None
    table = pd.DataFrame(list(held[-1]["table"])).set_index("radius_m")
    told = {name: held[-1].get(name, np.nan) for name in _TOLD}
    return RadiusGuide(table=table, distances=np.zeros(0), **told)


def knee(ascending: Array) -> float:
    """Return the value at which an ascending curve bends most: farthest under its chord.

    >>> knee(np.array([1.0, 1.1, 1.2, 1.3, 9.0]))
    1.3
    """
    values = np.asarray(ascending, dtype=float)
    if len(values) < 3 or values[-1] <= values[0]:
        return float(values[-1])
    across = np.linspace(0, 1, len(values))
    up = (values - values[0]) / (values[-1] - values[0])
    return float(values[int(np.argmax(across - up))])


# --- what a ladder of radii shows ---------------------------------------------------------------------


@dataclass(frozen=True)
class RadiusEvidence:
    """What each radius of a ladder shows, and what persists.

    Attributes
    ----------
    table : DataFrame
        One row per radius (index ``radius_m``): ``groups`` found, ``producers`` in them, the largest
        ``statistic``, its ``p_value`` (adjusted over the whole ladder; NaN before ``assess``) and the
        number of concentrations for which this radius was chosen, ``chosen``.
    answers : DataFrame
        One row per group at a radius: ``radius``, ``n``, ``statistic``, ``p_value``, ``concentration``
        (the one it is, or overlaps), ``kept``, and ``within``: the group at a larger radius that holds
        most of it, or −1.
    names : mapping of concentration to name
    """

    table: pd.DataFrame
    answers: pd.DataFrame
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def persistent(self) -> dict[int, tuple[float, ...]]:
        """Return, by concentration, the radii (metres) at which it shows, where they are several.

        After ``assess`` only the radii at which its group is significant count.
        """
        rows = self.answers
        if rows["p_value"].notna().any():
            rows = rows[rows["p_value"] <= SIGNIFICANCE]
        shown = rows.groupby("concentration")["radius"].agg(lambda r: tuple(sorted(set(r))))
        return {int(k): radii for k, radii in shown.items() if len(radii) > 1}

    def sentences(self) -> tuple[str, ...]:
        """Return, in the language in force, at which radii each concentration shows."""
        said = []
        lasting = self.persistent
        for number, row in self.answers[self.answers["kept"]].set_index("concentration").iterrows():
            name = self.names.get(int(number), "") or str(number)
            best = f"{row['radius'] / 1000:g}"
            several = lasting.get(int(number))
            if several:
                said.append(
                    _("{name}: clearest at {best} km; it persists at {radii} km.").format(
                        name=name, best=best, radii=_kilometres(several)
                    )
                )
            else:
                said.append(_("{name}: at {best} km only.").format(name=name, best=best))
        return tuple(said)

    def tree(self) -> tuple[str, ...]:
        """Return the tree of merges as lines: wide groups first, what they hold beneath them."""
        children: dict[int, list[int]] = {}
        for number, within in self.answers["within"].items():
            children.setdefault(int(within), []).append(int(number))
        lines: list[str] = []

        def grow(number: int, depth: int) -> None:
            lines.append("  " * depth + self._line(self.answers.loc[number]))
            for child in self._in_order(children.get(number, [])):
                grow(child, depth + 1)

        for root in self._in_order(children.get(-1, [])):
            grow(root, 0)
        return tuple(lines)

    def _in_order(self, numbers: Sequence[int]) -> list[int]:
        chosen = self.answers.loc[list(numbers)]
        return [
            int(k)
            for k in chosen.sort_values(
                ["radius", "statistic"], ascending=False, kind="stable"
            ).index
        ]

    def _line(self, row: Any) -> str:
        name = self.names.get(int(row["concentration"]), "") or str(int(row["concentration"]))
        p = "" if np.isnan(row["p_value"]) else f", p {row['p_value']:.3f}"
        line = ngettext(
            "{radius} km: {n} producer{p}", "{radius} km: {n} producers{p}", int(row["n"])
        ).format(radius=f"{row['radius'] / 1000:g}", n=int(row["n"]), p=p)
        return f"{line} ← {name}" if row["kept"] else line

    def plot(self, ax: Any = None) -> Any:
        """Draw the evidence by radius, a line for each concentration; return the axes."""
        return import_module(_DIAGRAMS).plot_evidence(self, ax)


def evidence_by_radius(found: Concentrations | Publication) -> RadiusEvidence:
    """Read what each radius of a ladder shows, and which concentrations persist over several.

    Parameters
    ----------
    found
        Detected with ``RelativeDBSCAN(radius="auto")``; a publication holds the groups of published
        concentrations only.

    Raises
    ------
    ParameterError
        It was detected at one radius.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from sialgeo import RelativeDBSCAN, assess, detect
    >>> rng = np.random.default_rng(1)
    >>> farms = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 50_000, (2, 2000))), crs=32717)
    >>> dairies = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.normal(25_000, 1_500, (2, 40))), crs=32717)
    >>> rule = RelativeDBSCAN(radius="auto")
    >>> found = assess(detect(dairies, rule, reference=farms), detector=rule, reference=farms, replicates=99)
    >>> evidence = evidence_by_radius(found)
    >>> evidence.persistent
    {1: (2000.0, 5000.0, 10000.0)}
    """
    import pandas as pd

    steps = [s for s in found.steps if s.parameters.get(BY_RADIUS) is not None]
    if not steps:
        raise ParameterError(
            _(
                'these concentrations were detected at one radius. Remedy: RelativeDBSCAN(radius="auto")'
            )
        )
    rows = pd.DataFrame(
        steps[-1].parameters[BY_RADIUS],
        columns=["radius", "n", "statistic", "concentration", "kept", "within", "p_value"],
    )
    rows["p_value"] = rows["p_value"].astype(float)
    rows["kept"] = rows["kept"].astype(bool)
    radii: Sequence[float] = next(
        (s.parameters[RADII_TRIED] for s in found.steps if s.parameters.get(RADII_TRIED)), ()
    )
    table = pd.DataFrame(index=pd.Index([float(r) for r in radii], name="radius_m"))
    by = rows.groupby("radius")
    table["groups"] = by.size().reindex(table.index).fillna(0).astype(int)
    table["producers"] = by["n"].sum().reindex(table.index).fillna(0).astype(int)
    table["statistic"] = by["statistic"].max().reindex(table.index)
    table["p_value"] = by["p_value"].min().reindex(table.index)
    table["chosen"] = by["kept"].sum().reindex(table.index).fillna(0).astype(int)
    names = {int(k): str(v) for k, v in found.areas[NAME].items()}
    return RadiusEvidence(table, rows, names)


def _kilometres(radii: Sequence[float]) -> str:
    return ", ".join(f"{radius / 1000:g}" for radius in radii)
