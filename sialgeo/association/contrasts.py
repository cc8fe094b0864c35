"""One group of territories against the rest: is the South poorer than the rest, and who departs?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sialgeo.association.counting import Places, number_faults, suspicions
from sialgeo.association.nulls import FEW, check_places
from sialgeo.association.result import METHOD_NAMES, p_text
from sialgeo.crs import equal_area_crs, require_crs, xy_of
from sialgeo.errors import ParameterError, SchemaError, raise_all
from sialgeo.i18n import _, ngettext, numeral, pick, retell
from sialgeo.kernels.autocorrelation import SINGLETON, FittedVectors
from sialgeo.kernels.neighbours import canonical_order
from sialgeo.model import SIGNIFICANCE, Indicator, Step, Summary, fingerprint, versions
from sialgeo.neighbourhoods import overlap_notes
from sialgeo.progress import Progress, aloud, silent

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Expected = Literal["worse", "better"]


@dataclass(frozen=True)
class ContrastRow:
    """The contrast by one indicator (one year): plain means of the territories, and who departs.

    ``departing`` are the group's territories at or on the other side of the rest's mean from the one
    stated; ``departing_rest`` the others that lie at or beyond the group's mean, on the group's side.
    """

    indicator: Indicator
    group_mean: float
    rest_mean: float
    p_value: float
    departing: tuple[str, ...]
    departing_rest: tuple[str, ...]
    reason: str = ""

    @property
    def difference(self) -> float:
        """Mean of the group less mean of the rest."""
        return self.group_mean - self.rest_mean


@dataclass(frozen=True)
class Contrast:
    """What a group of territories has against the rest, by every indicator asked about.

    Attributes
    ----------
    by, group : str
        The column, and the value of it that makes the group.
    expected : {"worse", "better"}
        What is stated about the group.
    statement : mapping
        The statement in each language, as its source says it.
    members, others : int
        Territories in the group and in the rest.
    rows : tuple of ContrastRow
        One per indicator, in the order asked for.
    """

    by: str
    group: str
    expected: Expected
    statement: Mapping[str, str]
    members: int
    others: int
    rows: tuple[ContrastRow, ...]
    step: Step
    title: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def agrees(self, row: ContrastRow) -> bool:
        """Whether the difference has the sign that is stated."""
        low = (self.expected == "worse") == (row.indicator.better == "more")
        return row.difference < 0 if low else row.difference > 0

    def shown(self, row: ContrastRow) -> bool:
        """Whether the test shows the difference stated."""
        return self.agrees(row) and row.p_value <= SIGNIFICANCE

    def said_of(self, row: ContrastRow) -> str:
        """Return what one indicator says, in the language in force."""
        return " ".join(retell(text) for text in self.sentences(row))

    def sentences(self, row: ContrastRow) -> tuple[str, ...]:
        """Return what one indicator says: means, p, who departs."""
        figures: dict[str, object] = {
            "name": row.indicator.label(),
            "group": self.group,
            "ours": numeral("{x:.3f}", x=row.group_mean),
            "theirs": numeral("{x:.3f}", x=row.rest_mean),
            "p": p_text(row.p_value),
        }
        if not math.isfinite(row.p_value):
            told = _("{name}: {group} {ours}, rest {theirs}; described, not tested.")
        elif self.shown(row):
            told = _("{name}: {group} {ours}, rest {theirs}; the difference is shown (p {p}).")
        elif self.agrees(row):
            told = _(
                "{name}: {group} {ours}, rest {theirs}; the difference has the direction stated, but maps as smooth give one as large by chance (p {p})."
            )
        else:
            told = _("{name}: {group} {ours}, rest {theirs}; against what is stated (p {p}).")
        return (
            told.format(**figures),
            *self._departures(row),
            *((row.reason,) if row.reason else ()),
        )

    def _departures(self, row: ContrastRow) -> list[str]:
        told = []
        if row.departing:
            told.append(
                _("Of {group}, these depart from it: {names}.").format(
                    group=self.group, names=", ".join(row.departing)
                )
            )
        else:
            told.append(_("No territory of {group} departs from it.").format(group=self.group))
        if row.departing_rest:
            told.append(
                _("Of the rest, these stand as {group} does or beyond: {names}.").format(
                    group=self.group, names=", ".join(row.departing_rest)
                )
            )
        return told

    @property
    def always(self) -> tuple[str, ...]:
        """The territories of the group that depart by every indicator."""
        if not self.rows:
            return ()
        return tuple(sorted(set.intersection(*(set(r.departing) for r in self.rows))))

    @property
    def verdict(self) -> str:
        """The answer over all indicators, never stronger than the tests."""
        shown = [r for r in self.rows if self.shown(r)]
        agreeing = [r for r in self.rows if self.agrees(r)]
        figures: dict[str, object] = {
            "group": self.group,
            "members": self.members,
            "others": self.others,
            "agreeing": len(agreeing),
            "shown": len(shown),
            "total": len(self.rows),
        }
        told = (
            _("The territories of {group} ({members}) are on average worse off than the rest ({others}) by {agreeing} of {total} indicators; a test shows it by {shown}.")
            if self.expected == "worse"
            else _("The territories of {group} ({members}) are on average better off than the rest ({others}) by {agreeing} of {total} indicators; a test shows it by {shown}.")
        )  # fmt: skip
        return told.format(**figures)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What these figures do not say."""
        return (
            *self.warnings,
            _("Plain means of the territories, not weighted by population."),
            _("The indicators describe the territories, not the households in them."),
            _("It is an association, not an effect."),
            _("The tests of successive years are not independent of each other."),
        )

    def summary(self) -> Summary:
        """Return the verdict, what the last indicator says and the cautions."""
        last = self.said_of(self.rows[-1]) if self.rows else ""
        return Summary(self.verdict, last, " ".join(self.cautions))

    def table(self) -> Any:
        """Return one row per indicator (DataFrame): year, means, difference, p, who departs."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "indicator": r.indicator.column,
                    "year": r.indicator.year,
                    "group_mean": r.group_mean,
                    "rest_mean": r.rest_mean,
                    "difference": r.difference,
                    "p_value": r.p_value,
                    "shown": self.shown(r),
                    "departing": "; ".join(r.departing),
                    "departing_rest": "; ".join(r.departing_rest),
                }
                for r in self.rows
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, in the language in force (NaN as None)."""
        rows = [
            {
                k: None if isinstance(v, float) and not math.isfinite(v) else v
                for k, v in row.items()
            }
            for row in self.table().to_dict("records")
        ]
        said, null = [self.said_of(r) for r in self.rows], METHOD_NAMES["msr"]
        return {
            "by": self.by,
            "group": self.group,
            "expected": self.expected,
            "statement": pick(self.statement) if self.statement else "",
            "verdict": self.verdict,
            "always_departing": list(self.always),
            "rows": [{**row, "said": text} for row, text in zip(rows, said, strict=True)],
            "cautions": list(self.cautions),
            "null": _(null),
            "seed": self.step.seed,
            "replicates": self.step.parameters["replicates"],
        }


@aloud
def contrast(
    territories: gpd.GeoDataFrame,
    *,
    by: str,
    group: str,
    columns: Sequence[str],
    name: str,
    better: str = "more",
    expected: Expected = "worse",
    indicators: Sequence[Indicator] = (),
    statement: Mapping[str, str] | None = None,
    title: Mapping[str, str] | None = None,
    replicates: int = 999,
    seed: int = 1,
    progress: Progress | None = None,
) -> Contrast:
    """Hold one group of territories against the rest, indicator by indicator.

    The difference of the plain means is tested against maps as smooth as the indicator's (Moran
    spectral randomisation, as in :func:`associate`): a group of neighbours differs from the rest by
    more than chance among independent territories gives, whatever the indicator.

    Parameters
    ----------
    territories : GeoDataFrame of polygons
    by, group : str
        Column, and its value that makes the group; the other territories are the rest. Those without
        a value of it are an error.
    columns : sequence of str
        Indicators, one per year.
    name : str
        Column with the territories' names.
    better : {"more", "less"}
        Which way is well-off, for columns that ``indicators`` does not describe.
    expected : {"worse", "better"}
        What is stated about the group.
    indicators
        What the columns say.
    statement, title : mapping, optional
        Texts by language.
    replicates, seed
        Maps drawn under the null; two-sided p ≥ 1 / (replicates + 1).
    progress

    Returns
    -------
    Contrast

    Raises
    ------
    SchemaError
        Columns that are missing or hold no numbers, territories without a group or a value, a group
        that is empty or everything: all at once.
    ParameterError
        ``better`` or ``expected`` is not known; no columns.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from shapely.geometry import box
    >>> areas = gpd.GeoDataFrame({"part": ["S"] * 4 + ["N"] * 12, "name": list("abcdefghijklmnop"),
    ...     "hdi": [.5, .5, .6, .8] + [.7] * 11 + [.4]},
    ...     geometry=[box(i, j, i + 1, j + 1) for i in range(4) for j in range(4)], crs=32717)
    >>> found = contrast(areas, by="part", group="S", columns=["hdi"], name="name")
    >>> round(found.rows[0].difference, 3), found.rows[0].departing, found.rows[0].departing_rest
    (-0.075, ('d',), ('p',))
    """
    described = {i.column: i for i in indicators}
    _check(territories, by, group, columns, name, better, expected, described)
    order = _order(territories)
    table = territories.iloc[order]
    inside = (table[by] == group).to_numpy(dtype=bool)
    xy = xy_of(table.geometry.representative_point(), equal_area_crs(territories))
    names = table[name].astype(str).to_numpy()
    fitted, rows, report = FittedVectors(xy, kept=32), [], progress or silent
    for k, column in enumerate(columns):
        indicator = _described(described.get(column), column, better)
        y = table[column].to_numpy(float)
        rows.append(_row(indicator, y, inside, xy, names, expected, replicates, [seed, k], fitted))
        report((k + 1) / len(columns), _("Testing the contrast"))
    parameters = {"by": by, "group": group, "columns": list(columns), "replicates": replicates}
    inputs = {"territories": fingerprint(territories)}
    step = Step("contrast", parameters, "", seed, versions(), inputs)
    members = int(inside.sum())
    return Contrast(
        by, group, expected, statement or {}, members, len(table) - members, tuple(rows), step,
        title or {}, (*suspicions(territories, columns), *overlap_notes(territories)),
    )  # fmt: skip


def _described(indicator: Indicator | None, column: str, better: str) -> Indicator:
    known = indicator or Indicator(column, {})
    return known if known.better else replace(known, better=better)  # type: ignore[arg-type]


def _order(territories: gpd.GeoDataFrame) -> Any:
    points = territories.geometry.representative_point()
    return canonical_order(np.column_stack([points.x.to_numpy(), points.y.to_numpy()]))


def _check(
    territories: gpd.GeoDataFrame,
    by: str,
    group: str,
    columns: Sequence[str],
    name: str,
    better: str,
    expected: str,
    described: Mapping[str, Indicator],
) -> None:
    require_crs(territories=territories)
    if better not in ("more", "less") or expected not in ("worse", "better") or not columns:
        raise ParameterError(
            _("contrast needs columns, better = more or less, expected = worse or better")
        )
    faults: list[str] = []
    for column in columns:
        wrong = number_faults(territories, column, indicator=described.get(column))
        faults += wrong
        blank = 0 if wrong else int(territories[column].isna().sum())
        if blank:
            faults.append(
                ngettext(
                    "{n} territory has no value of “{column}”. Remedy: fill it or leave it out",
                    "{n} territories have no value of “{column}”. Remedy: fill them or leave them out",
                    blank,
                ).format(n=blank, column=column)
            )
    missing = [c for c in (by, name) if c not in territories.columns]
    if missing:
        faults.append(_("columns missing: {names}").format(names=", ".join(missing)))
    elif territories[by].isna().any():
        faults.append(_("territories without a value of “{column}”").format(column=by))
    elif not 0 < int((territories[by] == group).sum()) < len(territories):
        found = ", ".join(sorted(map(str, territories[by].unique()))[:8])
        faults.append(
            _("“{column}” = “{group}” holds no territory, or all; its values: {found}").format(
                column=by, group=group, found=found
            )
        )
    raise_all(faults, SchemaError)


def _row(
    indicator: Indicator,
    y: Array,
    inside: Flags,
    xy: Array,
    names: Any,
    expected: Expected,
    replicates: int,
    seed: list[int],
    fitted: FittedVectors,
) -> ContrastRow:
    places = Places(inside.astype(float), (~inside).astype(float), y, xy)
    tested = check_places(places, "msr", SINGLETON, replicates, seed, fitted)
    ours, theirs = float(y[inside].mean()), float(y[~inside].mean())
    low = (expected == "worse") == (indicator.better == "more")  # the group is stated to be low
    beyond = inside & ((y >= theirs) if low else (y <= theirs))
    among = ~inside & ((y <= ours) if low else (y >= ours))
    reason = "" if len(y) >= FEW else tested.reason
    return ContrastRow(
        indicator, ours, theirs, tested.p, _named(names, beyond), _named(names, among), reason
    )


def _named(names: Any, chosen: Flags) -> tuple[str, ...]:
    return tuple(sorted(str(n) for n in names[chosen]))
