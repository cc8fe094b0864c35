"""One legend for every output: classes, colours and labels of map, figure and QGIS style alike.

Colours are hex texts. Labels are English sources (``N_``): translate them with ``_`` where shown.
Evidence is told by fill, line and dash together, never by colour alone. Chains take the eight
colours of Okabe and Ito (2008, "Color Universal Design"); indicators take sequential schemes of
ColorBrewer (Harrower and Brewer 2003, doi:10.1179/000870403235002042) that stay apart for
colour-blind readers: dark is always the poorer end, whichever way the indicator counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sialgeo.errors import ParameterError
from sialgeo.i18n import N_, _, localised
from sialgeo.model import (
    ACTIVATION,
    CHANGE,
    EVIDENCE_LABELS,
    EXPLORATORY,
    EXPOSURE_ACTIVATION,
    INCONCLUSIVE,
    N_LEAST,
    N_MOST,
    NOT_SIGNIFICANT,
    PRIORITY,
    TESTED,
    UNTESTED,
    Indicator,
    N,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Style:
    """How one thing is drawn: colours, line width and dashes in points, label (English source)."""

    fill: str
    line: str
    width: float
    dash: tuple[float, ...]
    label: str
    opacity: float = 1.0

    @property
    def dash_array(self) -> str:
        """Return the dashes as SVG and Leaflet write them, empty for a solid line."""
        return " ".join(f"{length:g}" for length in self.dash)


@dataclass(frozen=True)
class Class:
    """One class: ``lower`` < value ≤ ``upper``; the first holds its lower bound too (as in QGIS)."""

    lower: float
    upper: float
    colour: str
    label: str


EVIDENCE_STYLE: Mapping[str, Style] = {
    TESTED: Style("#0072b2", "#00334f", 1.8, (), EVIDENCE_LABELS[TESTED], 0.45),
    NOT_SIGNIFICANT: Style(
        "#8c8c8c", "#595959", 1.2, (6.0, 3.0), EVIDENCE_LABELS[NOT_SIGNIFICANT], 0.2
    ),
    UNTESTED: Style("#56b4e9", "#0072b2", 1.4, (2.0, 2.0), EVIDENCE_LABELS[UNTESTED], 0.3),
    EXPLORATORY: Style(
        "#f0e442", "#7a5c00", 1.4, (6.0, 2.0, 1.0, 2.0), EVIDENCE_LABELS[EXPLORATORY], 0.3
    ),
    INCONCLUSIVE: Style("#ffffff", "#7a5c00", 1.4, (1.0, 3.0), EVIDENCE_LABELS[INCONCLUSIVE], 0.3),
}

NO_DATA = Style("#bdbdbd", "#8c8c8c", 0.4, (), N_("no data"))
TERRITORY_LINE = Style("#ffffff", "#8c8c8c", 0.4, (), N_("Territories"))
SUPPRESSED = Style("#8c8c8c", "#595959", 0.4, (), N_("suppressed"))
# of hot_spots and local_association: colour and label; ColorBrewer's RdBu, which stays apart for
# colour-blind readers
LOCAL_CLASSES: Mapping[str, tuple[str, str]] = {
    "hot": ("#ca0020", N_("hot spot")),
    "cold": ("#0571b0", N_("cold spot")),
    "high_high": ("#ca0020", N_("high among high")),
    "high_low": ("#f4a582", N_("high among low")),
    "low_high": ("#92c5de", N_("low among high")),
    "low_low": ("#0571b0", N_("low among low")),
    "not_significant": ("#f7f7f7", N_("not significant")),
    "no_neighbours": ("#d9d9d9", N_("no neighbours")),
    "no_data": (NO_DATA.fill, N_("no data")),
    "suppressed": (NO_DATA.fill, N_("suppressed")),
}
PLACE = Style("#ffffff", "#1a1a1a", 1.0, (), N_("Places"))
CELL = Style("#4d4d4d", "#ffffff", 0.6, (), N_("Producers by grid cell"), 0.75)  # a circle in it
CELL_RADII = (2.0, 7.0)  # points: of the least and the largest class
POINT = Style("#4d4d4d", "#ffffff", 0.2, (), N_("Producers"))
IN_NONE = Style("#999999", "#ffffff", 0.2, (), N_("in no concentration"))
LAND = Style("#f5f3ee", "#b8b3a7", 0.5, (), N_("Basemap"))
SEA = "#dfe9f0"

CHAIN_COLOURS: tuple[str, ...] = (
    "#e69f00",  # orange
    "#009e73",  # bluish green
    "#cc79a7",  # reddish purple
    "#56b4e9",  # sky blue
    "#d55e00",  # vermilion
    "#0072b2",  # blue
    "#f0e442",  # yellow
    "#000000",  # black
)
OTHER_CHAIN = "#999999"  # the ninth chain and beyond

# five-class sequential schemes of ColorBrewer, light to dark, by family of indicator
PALETTES: Mapping[str, tuple[str, ...]] = {
    "monetary": ("#ffffd4", "#fed98e", "#fe9929", "#d95f0e", "#993404"),  # YlOrBr
    "hdi": ("#f1eef6", "#d7b5d8", "#df65b0", "#dd1c77", "#980043"),  # PuRd
    "capabilities": ("#ffffcc", "#c2e699", "#78c679", "#31a354", "#006837"),  # YlGn
    "marginalisation": ("#fef0d9", "#fdcc8a", "#fc8d59", "#e34a33", "#b30000"),  # OrRd
    "other": ("#edf8fb", "#b2e2e2", "#66c2a4", "#2ca25f", "#006d2c"),  # BuGn
}
UNITS: Mapping[str, str] = {"percent": "%", "index": ""}  # as people write them
# blue × orange, three by three (ColorBrewer's seqseq2): place 3·x + y; x, the poorer end, turns orange,
# y, producers, turns blue; both together are black
BIVARIATE = (
    "#f3f3f3",
    "#b4d3e1",
    "#509dc2",
    "#f3e6b3",
    "#b3b3b3",
    "#376387",
    "#f3b300",
    "#b36600",
    "#000000",
)
_PICKS = {1: (2,), 2: (0, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}


def chain_colours(chains: Iterable[Any]) -> dict[str, str]:
    """Return a colour for each chain, by alphabetical order, whatever the order of the rows.

    Parameters
    ----------
    chains
        Names of chains; repeats and missing ones are left out.

    Examples
    --------
    >>> chain_colours(["fresco", "andino", "fresco", None])
    {'andino': '#e69f00', 'fresco': '#009e73'}
    """
    names = sorted({chain for chain in chains if isinstance(chain, str) and chain})
    spare = len(names) - len(CHAIN_COLOURS)
    return dict(zip(names, [*CHAIN_COLOURS, *[OTHER_CHAIN] * spare], strict=False))


def indicator_classes(values: ArrayLike, indicator: Indicator, k: int = 5) -> tuple[Class, ...]:
    """Return the classes of an indicator: quantiles, rounded so that the legend says what is drawn.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Values of the territories; NaN and infinite ones are left out (drawn as ``NO_DATA``).
    indicator
        Its family chooses the palette, its direction which end is dark, its unit the labels.
    k
        Number of classes, 1 to 5. Ties may leave fewer: no class is empty.

    Returns
    -------
    tuple of Class
        From low to high values; empty where no value is known.

    Raises
    ------
    ParameterError
        ``k`` is not from 1 to 5.

    Examples
    --------
    >>> poverty = Indicator("p", {"en": "Poverty"}, "monetary", 2018, "%", "less")
    >>> [c.label for c in indicator_classes([10, 20, 30, 40, float("nan")], poverty, k=2)]
    ['10.0 – 25.0 %', '25.0 – 40.0 %']
    """
    dark_is_low = indicator.better == "more"
    palette = PALETTES.get(indicator.family, PALETTES["other"])
    return _classes(
        values,
        palette[::-1] if dark_is_low else palette,
        UNITS.get(indicator.unit, indicator.unit),
        k,
    )


def grid_classes(grid: pd.DataFrame, k: int = 5) -> tuple[Class, ...]:
    """Return the classes of the counts of a published grid, small to large: size tells them, not colour.

    A count is known by a class itself (``n_least`` to ``n_most``): those of the legend are made of whole
    ones.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"n": [15, 15, 35], "n_least": [10, 10, 30], "n_most": [19, 19, 39]})
    >>> [c.label for c in grid_classes(told, k=2)]
    ['10 – 19', '30 – 39']
    """
    made = _classes(grid[N], (CELL.fill,) * 5, "", k)
    if N_LEAST not in grid or (grid[N_LEAST] == grid[N_MOST]).all():
        return made
    of = grid[N].map(lambda n: made.index(class_of(n, made)))
    ends = grid.groupby(of).agg({N_LEAST: "min", N_MOST: "max"}).astype(float)
    return tuple(
        replace(made[i], lower=low, upper=high, label=_range(low, high, 0, ""))
        for i, low, high in ends.itertuples()
    )


def cell_radii(k: int) -> list[float]:
    """Return the radius in points of the circle of each class of a grid, so that no colour is covered.

    Examples
    --------
    >>> cell_radii(3)
    [2.0, 4.5, 7.0]
    """
    return [float(radius) for radius in np.linspace(*CELL_RADII, k)]


def class_of(value: Any, classes: tuple[Class, ...]) -> Class | None:
    """Return the class that holds a value, or None for no data.

    Examples
    --------
    >>> two = (Class(10.0, 20.0, "#eeeeee", "10 – 20"), Class(20.0, 30.0, "#111111", "20 – 30"))
    >>> class_of(20, two).upper, class_of(21, two).upper, class_of(float("nan"), two)
    (20.0, 30.0, None)
    """
    if value is None or not classes or not classes[0].lower <= value <= classes[-1].upper:
        return None
    return next(c for c in classes if value <= c.upper)


def decimals(span: float) -> int:
    """Return the decimals that tell about a hundredth part of a span of values."""
    return min(max(0, 2 - math.floor(math.log10(span))), 12) if span > 0 else 2


def _classes(values: ArrayLike, palette: tuple[str, ...], unit: str, k: int) -> tuple[Class, ...]:
    if k not in _PICKS:
        raise ParameterError(
            _("k = {k}: choose from 1 to {most} classes").format(k=k, most=len(_PICKS))
        )
    known = np.asarray(values, dtype=float).ravel()
    known = known[np.isfinite(known)]
    if known.size == 0:
        return ()
    digits = decimals(float(np.ptp(known)))
    if digits and np.array_equal(known, np.round(known)) and np.ptp(known) >= k:
        digits = 0 if unit == "" else digits
    bounds = _bounds(known, k, digits)
    colours = [palette[i] for i in _PICKS[len(bounds) - 1]]
    return tuple(
        Class(low, high, colour, _range(low, high, digits, unit))
        for low, high, colour in zip(bounds[:-1], bounds[1:], colours, strict=True)
    )


def _bounds(known: np.ndarray[Any, np.dtype[np.float64]], k: int, digits: int) -> list[float]:
    """Return rounded quantile bounds of classes none of which is empty."""
    least, most = float(known.min()), float(known.max())
    if least == most:
        return [least, most]
    low, high = round(least, digits), round(most, digits)
    low = low if low <= least else low - 10.0**-digits
    high = high if high >= most else high + 10.0**-digits
    inner = np.unique(np.round(np.quantile(known, np.linspace(0, 1, k + 1)[1:-1]), digits))
    bounds = [low]
    for bound in (float(b) for b in inner):
        first = len(bounds) == 1
        below = (known <= bound) & ((known > bounds[-1]) | first)
        if below.any() and (known > bound).any():
            bounds.append(bound)
    return [*bounds, high]


def _range(low: float, high: float, digits: int, unit: str) -> str:
    ends = (low, high) if low < high else (low,)
    said = " – ".join(localised(f"{end:.{digits}f}") for end in ends)
    return f"{said} {unit}".rstrip()


# --- kinds of maps --------------------------------------------------------------------------------

HATCHES: Mapping[str, str] = {"robust": "", "indicative": "//", "unstable": "xx"}  # of stability

_RISK_BOUNDS = (0.0, 0.25, 0.5, 0.8, 1.25, 2.0, 4.0, math.inf)
_RISK_COLOURS = (
    "#2166ac",
    "#67a9cf",
    "#d1e5f0",
    "#f7f7f7",
    "#fddbc7",
    "#ef8a62",
    "#b2182b",
)  # RdBu
_WIDTH_BOUNDS = (1.0, 1.5, 2.0, 3.0, math.inf)  # upper over lower bound of a relative risk
_WIDTH_COLOURS = ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#6a51a3")  # Purples
CHANGES: Mapping[str, Style] = {
    "new": Style("#009e73", "#00513b", 1.8, (), N_("new: not there at the earlier date"), 0.55),
    "kept": Style("#0072b2", "#00334f", 1.4, (), N_("there at both dates"), 0.35),
    "gone": Style(
        "#ffffff", "#d55e00", 1.8, (5.0, 2.5), N_("gone: at the earlier date only"), 0.25
    ),
    "before": Style("#ffffff", "#4d4d4d", 1.0, (2.0, 2.0), N_("extent at the earlier date"), 0.0),
}
FLOW = Style("#984ea3", "#5e2a66", 1.0, (), N_("Flows"), 0.75)
TERROIR = Style(
    "#7b3294", "#7b3294", 1.6, (7.0, 3.0), N_("Territory given by the user (terruño)"), 0.06
)
CATCHMENT = Style("#fdc086", "#b35806", 1.0, (4.0, 2.0), N_("Catchment"), 0.25)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # a shape beside each colour of a kind of actor


# colours of the words in a column of the concentrations. Of the two-way class, hue tells activation
# (blue active, orange not, grey not assessable) and strength exposure
WORD_COLOURS: Mapping[str, Mapping[str, str]] = {
    ACTIVATION: {
        "not_evaluable": "#bdbdbd",
        "passive": "#ffffcc",
        "candidate": "#c2e699",
        "activating": "#78c679",
        "activated": "#31a354",
        "hybrid": "#006837",
    },
    EXPOSURE_ACTIVATION: {
        "exposed_active": "#0072b2",
        "exposed_passive": "#d55e00",
        "exposed_unknown": "#7f7f7f",
        "sheltered_active": "#a6d0e8",
        "sheltered_passive": "#fbd0a6",
        "sheltered_unknown": "#dedede",
    },
    CHANGE: {
        "born": "#009e73",
        "grown": "#56b4e9",
        "stable": "#0072b2",
        "shrunk": "#e69f00",
        "merged": "#cc79a7",
        "split": "#f0e442",
        "gone": "#d55e00",
    },
    PRIORITY: {
        "robust": "#d55e00",
        "sensitive": "#e69f00",
        "not_first": "#56b4e9",
        "not_evaluable": "#bdbdbd",
    },
}


def risk_classes() -> tuple[Class, ...]:
    """Return the classes of a relative risk: the same steps up and down, the middle about 1."""
    return _open_classes(_RISK_BOUNDS, _RISK_COLOURS)


def width_classes() -> tuple[Class, ...]:
    """Return the classes of an interval's width: its upper bound over its lower."""
    return _open_classes(_WIDTH_BOUNDS, _WIDTH_COLOURS)


def _open_classes(bounds: tuple[float, ...], colours: tuple[str, ...]) -> tuple[Class, ...]:
    found = []
    for i, colour in enumerate(colours):
        low, high = bounds[i], bounds[i + 1]
        first, last = i == 0, i == len(colours) - 1
        said = f"≤ {high:g}" if first else f"> {low:g}" if last else f"{low:g} – {high:g}"
        found.append(Class(low, high, colour, localised(said)))
    return tuple(found)
