"""The two tables that every verb takes and returns, and the names of their columns.

``Concentrations`` holds the caller's producers with the concentration each belongs to, and one row
per concentration. Verbs add columns; they never change what they were given.
"""

from __future__ import annotations

import hashlib
import html
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import SchemaError
from sialgeo.i18n import N_, Text, _, language, localised, ngettext, pick, retell
from sialgeo.kernels.parts import parts

if TYPE_CHECKING:
    import geopandas as gpd

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

# --- columns of ``producers`` -------------------------------------------------------------------
CONCENTRATION = "concentration"
MEMBERSHIP = "membership"
NOISE = -1
CORE, BORDER = "core", "border"

# --- columns of ``areas`` -----------------------------------------------------------------------
NAME = "name"
N = "n"
EXPECTED = "expected_n"
POOL = "pool_n"
STATISTIC = "statistic"
P_VALUE = "p_value"
EVIDENCE = "evidence"
RR, RR_LOW, RR_HIGH = "relative_risk", "relative_risk_low", "relative_risk_high"
HELD_OUT, HELD_OUT_LOW, HELD_OUT_HIGH = (
    "relative_risk_held_out",
    "relative_risk_held_out_low",
    "relative_risk_held_out_high",
)
HELD_OUT_SHARE, GRADE = "held_out_share", "grade"
STABILITY, STABILITY_BAND, AGREEMENT = "stability", "stability_band", "agreement"
FDR = "false_discovery_rate"
VERDICT = "verdict_"  # + language: one line for each concentration, in both
VERDICT_ES, VERDICT_EN = VERDICT + "es", VERDICT + "en"
WEIGHT, WEIGHT_SHARE = "weight", "share_of_weight"  # where producers carry weights: they describe
AREA = "area_km2"
DENSITY = "density_km2"
RADIUS = "radius_m"  # the radius at which the concentration is clearest (radius="auto")
RADII = "radii_km"  # the radii at which it shows, as text
SHARE = "share_of_producers"
OUTPUT, OUTPUT_SHARE, EMPLOYMENT = "output", "share_of_output", "employment"
LQ, LQ_LOW, LQ_HIGH = "location_quotient", "location_quotient_low", "location_quotient_high"
MAIN_CHAIN, CHAIN_ENTROPY = "main_chain", "chain_entropy"
CHAIN_N, CHAIN_LQ = "chain_n__", "chain_lq__"  # + chain, one column each
CHAIN_LQ_LOW, CHAIN_LQ_HIGH = "chain_lq_low__", "chain_lq_high__"  # + chain
SUPPLIERS_WITHIN, SUPPLY_WITHIN = "suppliers_within__", "supply_within__"  # + kilometres
SUPPLIER_ACCESS, AT_EDGE = "supplier_access", "plants_at_edge"
CATCHMENT_N, CATCHMENT_VOLUME, CATCHMENT_KM = "catchment_n", "catchment_volume", "catchment_km"
LINKS_MISSING = "links_missing"
LOCAL_CONTENT, SOLD_OUTSIDE = "local_content", "sold_outside"
BACKWARD, FORWARD, WITH_FLOWS = "backward_share", "forward_share", "plants_with_flows"
FLOWS = "flows"  # of the step of ``link``: sums by concentration and destination
PLANT_FLOWS = "plant_flows"  # of the same: which producer sells what to which, by their rows
# of the steps of ``detect`` and ``assess``: what each radius of a ladder shows, and the radii climbed
BY_RADIUS, RADII_TRIED = "ladder", "radii"
# of the step of ``detect_chains``: whether all chains are in one map, and what they show together
CHAINS_VERB, TOGETHER = "chains", "together"
BY_CHAIN, OVERLAPS, MIX_ZONES = "by_chain", "overlaps", "mix_zones"
CHANGE, BEFORE, N_BEFORE = "change", "before", "n_before"
N_CHANGE, OVERLAP, DECLUSTERED = "n_change", "overlap_before", "declustering_since"
PRIORITY, PRIORITY_RANK, PRIORITY_SCORE = "priority", "priority_rank", "priority_score"
PRIORITY_GEOMETRIC, P_TOP = "priority_rank_geometric", "priority_p_top"
RANK_LOW, RANK_HIGH = "priority_rank_low", "priority_rank_high"
LEFT_OUT_LOW, LEFT_OUT_HIGH = "priority_rank_left_out_low", "priority_rank_left_out_high"
PRIORITY_MISSING, SUBINDEX = "priority_missing", "subindex__"  # + its name
COVERED = "__covered"  # indicator + this: share of the footprint that has a value
OF_UNITS = "__units"  # indicator + this: mean over the producers' own districts
UNITS_KNOWN = "__units_known"  # indicator + this: share of producers with a value
ACTIVATION, ACTIVATION_LEVEL = "activation", "activation_level"  # of ``classify``: word, 1–5 or NaN
ACTIVATION_EVIDENCE = "activation_evidence"  # the weakest evidence that the level rests on
SPATIAL_EVIDENCE = "spatial_evidence"  # the other axis: the two are never collapsed
COORDINATION = "coordination"
DECLUSTERING, DECLUSTERING_REASONS = "declustering_risk", "declustering_reasons"
COMPLETENESS, LINKS_PRESENT = "chain_completeness", "links_present"
# active collective efficiency, of ``classify``
MEMBER_SHARE, FUNCTIONAL_ACTIONS = "share_of_members", "functional_actions"
JOINT_SALES, JOINT_SELLERS = "joint_sales", "joint_sales_sellers"
EFFICIENCY = (MEMBER_SHARE, FUNCTIONAL_ACTIONS, JOINT_SALES)
NOT_TOLD = N_("not assessable, or withheld")  # of these, where a classified place has no figure
STARS = "stars"
RESOURCES, THREATS = "specific_resources", "threats"  # of ``classify``: their classes
# of a step: what groups and territories are, and footprint and terruño on each other
PLACES_TOLD, ON_TERROIRS = "places_told", "on_terroirs"
UNMET, UNSURVEYED = "criteria_unmet", "criteria_not_evaluable"
CRITERIA = "activation_criteria"  # every criterion in full; private, as it names members and rows
EXPOSED_PRODUCERS, EXPOSED_OUTPUT = "exposed_producers", "exposed_output"
INCOME_EFFECT = (
    "income_effect"  # first order: what a change of price would change before anyone adapts
)
EXPOSURE, EXPOSURE_ACTIVATION = "exposure", "exposure_activation"
MIX_ZONE = "mix_zone"  # of ``producers``: where the mix of chains differs, −1 elsewhere
N_LEAST, N_MOST = "n_least", "n_most"  # of published grid cells: the class that their count is in
MASKED = "displaced"  # of published points: moved by ``protect``
LOW, HIGH = (
    "__low",
    "__high",
)  # indicator + this: ends of the 95 % interval of the footprint's value
OF_INDICATOR = (
    *("", COVERED, OF_UNITS, UNITS_KNOWN, LOW, HIGH),
    *(OF_UNITS + LOW, OF_UNITS + HIGH),
)
TERRITORY, TERRITORY_NAME = "territory", "territory_name"  # of ``producers``: own district
TERRITORY_UNSURE = "territory_unsure"  # of ``producers``: another one lies within their precision
BIVARIATE = "bivariate_class"  # of territories: "x-y", 1 low – 3 high, or no_data, suppressed
TERRITORIES = "territories"  # of ``areas``: names of the districts touched

# --- what the evidence of a concentration is worth ------------------------------------------------
Evidence = Literal["tested", "not_significant", "untested", "exploratory", "inconclusive"]
TESTED, NOT_SIGNIFICANT, UNTESTED, EXPLORATORY, INCONCLUSIVE = (
    "tested",
    "not_significant",
    "untested",
    "exploratory",
    "inconclusive",
)
SIGNIFICANCE = 0.05


class Label(NamedTuple):
    """What a person reads for a column: text (English source), unit and decimals."""

    text: str
    unit: str = ""
    digits: int | None = None


LABELS: Mapping[str, Label] = {
    CONCENTRATION: Label(N_("Concentration")),
    MEMBERSHIP: Label(N_("Membership")),
    NAME: Label(N_("Name")),
    N: Label(N_("Producers"), "", 0),
    EXPECTED: Label(N_("Producers expected"), "", 1),
    POOL: Label(N_("Producers and reference units in the footprint"), "", 0),
    STATISTIC: Label(N_("Test statistic (log-likelihood ratio)"), "", 2),
    P_VALUE: Label(N_("Adjusted p-value"), "", 3),
    FDR: Label(N_("False discovery rate"), "", 3),
    EVIDENCE: Label(N_("Evidence")),
    RR: Label(N_("Relative risk"), "", 2),
    RR_LOW: Label(N_("Relative risk, lower (ignores the selection)"), "", 2),
    RR_HIGH: Label(N_("Relative risk, upper (ignores the selection)"), "", 2),
    HELD_OUT: Label(N_("Relative risk, on held-out producers"), "", 2),
    HELD_OUT_LOW: Label(N_("Relative risk, on held-out producers, lower 95 %"), "", 2),
    HELD_OUT_HIGH: Label(N_("Relative risk, on held-out producers, upper 95 %"), "", 2),
    HELD_OUT_SHARE: Label(N_("Share of halves in which it is found again (0–1)"), "", 2),
    GRADE: Label(N_("Strength")),
    STABILITY: Label(N_("Stability (Jaccard)"), "", 2),
    STABILITY_BAND: Label(N_("Stability")),
    AGREEMENT: Label(N_("Share confirmed by another detector (0–1)"), "", 2),
    VERDICT_ES: Label(N_("In one line, in Spanish")),
    VERDICT_EN: Label(N_("In one line, in English")),
    WEIGHT: Label(N_("Sum of the weights"), "", 1),
    WEIGHT_SHARE: Label(N_("Share of all weight"), "%", 1),
    AREA: Label(N_("Area"), "km²", 1),
    DENSITY: Label(N_("Density"), "/km²", 2),
    RADIUS: Label(N_("Radius at which it is clearest"), "m", 0),
    RADII: Label(N_("Radii at which it shows"), "km"),
    SHARE: Label(N_("Share of all producers"), "%", 1),
    OUTPUT: Label(N_("Output"), "", 1),
    OUTPUT_SHARE: Label(N_("Share of output"), "%", 1),
    EMPLOYMENT: Label(N_("People who work there"), "", 0),
    LQ: Label(N_("Location quotient"), "", 2),
    LQ_LOW: Label(N_("Location quotient, lower 95 %"), "", 2),
    LQ_HIGH: Label(N_("Location quotient, upper 95 %"), "", 2),
    MAIN_CHAIN: Label(N_("Main chain")),
    CHAIN_ENTROPY: Label(N_("Mix of chains (0 one chain – 1 all alike)"), "", 2),
    SPATIAL_EVIDENCE: Label(N_("Spatial evidence")),
    ACTIVATION: Label(N_("Activation")),
    ACTIVATION_LEVEL: Label(N_("Activation level (1–5)"), "", 0),
    ACTIVATION_EVIDENCE: Label(N_("Weakest evidence of the level")),
    COORDINATION: Label(N_("Coordination")),
    DECLUSTERING: Label(N_("Risk of de-clustering")),
    DECLUSTERING_REASONS: Label(N_("Reasons of the risk")),
    COMPLETENESS: Label(N_("Chain completeness (0–1)"), "", 2),
    LINKS_PRESENT: Label(N_("Links present")),
    MEMBER_SHARE: Label(N_("Producers in an organisation"), "%", 0),
    FUNCTIONAL_ACTIONS: Label(N_("Functional actions in force"), "", 0),
    JOINT_SALES: Label(N_("Sold jointly, through an organisation"), "%", 0),
    JOINT_SELLERS: Label(N_("Sellers of whom it is known whether they sell jointly"), "", 0),
    STARS: Label(N_("Stars")),
    RESOURCES: Label(N_("Specific resources")),
    THREATS: Label(N_("Threats and turning points")),
    UNMET: Label(N_("What is not met")),
    UNSURVEYED: Label(N_("What was not surveyed")),
    EXPOSED_PRODUCERS: Label(N_("Producers in exposed chains"), "%", 0),
    EXPOSED_OUTPUT: Label(N_("Output in exposed chains"), "%", 0),
    INCOME_EFFECT: Label(N_("First-order change of income"), "%", 1),
    EXPOSURE: Label(N_("Exposure to trade opening")),
    EXPOSURE_ACTIVATION: Label(N_("Exposure × activation")),
    MIX_ZONE: Label(N_("Zone with another mix of chains")),
    MASKED: Label(N_("Displaced for confidentiality")),
    SUPPLIER_ACCESS: Label(N_("Access to suppliers (distance decay)"), "", 1),
    AT_EDGE: Label(N_("Plants at the edge of the suppliers' area"), "%", 0),
    CATCHMENT_N: Label(N_("Suppliers in the catchment"), "", 0),
    CATCHMENT_VOLUME: Label(N_("Supply in the catchment"), "", 0),
    CATCHMENT_KM: Label(N_("Mean distance to suppliers in the catchment"), "km", 1),
    LINKS_MISSING: Label(N_("Links of the chain not found")),
    LOCAL_CONTENT: Label(N_("Local content of inputs"), "%", 0),
    SOLD_OUTSIDE: Label(N_("Sold outside the concentration"), "%", 0),
    BACKWARD: Label(N_("Plants with a recorded supplier"), "%", 0),
    FORWARD: Label(N_("Plants with a recorded buyer or market"), "%", 0),
    WITH_FLOWS: Label(N_("Plants with recorded flows"), "", 0),
    CHANGE: Label(N_("Change since the earlier date")),
    BEFORE: Label(N_("Concentrations of the earlier date")),
    N_BEFORE: Label(N_("Producers at the earlier date"), "", 0),
    N_CHANGE: Label(N_("Change in producers"), "%", 0),
    OVERLAP: Label(N_("Overlap with the earlier date (Jaccard)"), "", 2),
    DECLUSTERED: Label(N_("Signs of de-clustering since the earlier date")),
    PRIORITY: Label(N_("Priority")),
    PRIORITY_RANK: Label(N_("Rank, equal weights"), "", 0),
    PRIORITY_SCORE: Label(N_("Score, equal weights (0–1)"), "", 2),
    PRIORITY_GEOMETRIC: Label(N_("Rank, geometric mean"), "", 0),
    P_TOP: Label(N_("Share of weightings that put it among the first"), "", 2),
    RANK_LOW: Label(N_("Rank, best 5 % of weightings"), "", 0),
    RANK_HIGH: Label(N_("Rank, worst 5 % of weightings"), "", 0),
    LEFT_OUT_LOW: Label(N_("Best rank with one sub-index left out"), "", 0),
    LEFT_OUT_HIGH: Label(N_("Worst rank with one sub-index left out"), "", 0),
    PRIORITY_MISSING: Label(N_("Sub-indices that could not be told")),
    TERRITORY: Label(N_("Territory code")),
    TERRITORY_NAME: Label(N_("Territory")),
    TERRITORY_UNSURE: Label(N_("Another territory lies within the precision")),
    TERRITORIES: Label(N_("Territories")),
    BIVARIATE: Label(N_("Bivariate class (1 low – 3 high)")),
}

EVIDENCE_LABELS: Mapping[str, str] = {
    TESTED: N_("tested: more concentrated than the reference population"),
    NOT_SIGNIFICANT: N_("not significant"),
    UNTESTED: N_("detected, not yet tested"),
    EXPLORATORY: N_("exploratory: no reference population, no test"),
    INCONCLUSIVE: N_("inconclusive: this reference cannot carry a test"),
}


CRITERION_LABELS: Mapping[str, str] = {  # of the typology, in its order
    "producers": N_("enough producers"),
    "significance": N_("more concentrated than chance explains"),
    "strength": N_("lower bound of relative risk or location quotient"),
    "stability": N_("stable when the data are shaken"),
    "surveyed": N_("collective action was surveyed"),
    "specific_resource": N_("a documented specific resource"),
    "chain_links": N_("enough links of the chain are present"),
    "structural_action": N_("structural collective action in force, of enough members"),
    "functional_action": N_("functional collective action in force on a specific resource"),
    "coordinating_body": N_("a body that spans the links of the chain"),
    "body_institution": N_("a public institution or NGO in that body"),
    "horizontal_body": N_("a horizontal organisation beside it"),
    "members_act_alone": N_("members act individually (declared event)"),
    "functional_ended": N_("a functional action has ended"),
    "membership_fall": N_("the number of members has fallen"),
    "one_buyer": N_("much is sold to one buyer or to global buyers"),
}

_GRADES = {
    "documentada": N_("documented"),
    "declarada": N_("declared"),
    "supuesta": N_("assumed"),
}
RESOURCE_WORDS: Mapping[str, str] = {
    "natural": N_("natural"),
    "patrimonial": N_("heritage"),
    "saber_hacer": N_("know-how"),
    "organizacional": N_("organisational"),
    "producto_tipico": N_("typical product"),
}
THREAT_WORDS: Mapping[str, str] = {
    "importaciones": N_("imports"),
    "transnacional": N_("arrival of a transnational"),
    "comprador_global": N_("requirements of global buyers"),
    "exigencia_consumidor": N_("demands of consumers"),
    "fraude": N_("fraud"),
    "saturacion": N_("saturation of the market"),
    "norma": N_("norm or non-tariff barrier"),
    "clima": N_("climate"),
    "politica": N_("policy"),
    "miembros_actuan_individualmente": N_("members act individually"),
}
_CLASSES = {"low": N_("low"), "medium": N_("medium"), "high": N_("high")}
WORDS: Mapping[str, Mapping[str, str]] = {  # what a person reads for the words in a column
    EVIDENCE: EVIDENCE_LABELS,
    GRADE: {
        "strong": N_("strong: at least twice the rest"),
        "moderate": N_("moderate: at least one and a half times the rest"),
        "weak": N_("weak: more than the rest"),
        "uncertain": N_("uncertain"),
    },
    CHANGE: {
        "born": N_("born"),
        "grown": N_("grown"),
        "stable": N_("stable"),
        "shrunk": N_("shrunk"),
        "merged": N_("merged from several"),
        "split": N_("split from a larger one"),
        "gone": N_("gone"),
    },
    DECLUSTERED: {"risk": N_("risk of de-clustering"), "none": N_("no sign")},
    PRIORITY: {
        "robust": N_("robust priority"),
        "sensitive": N_("priority that depends on the weights"),
        "not_first": N_("not among the first"),
        "not_evaluable": N_("not assessable"),
    },
    STABILITY_BAND: {
        "robust": N_("robust"),
        "indicative": N_("indicative"),
        "unstable": N_("unstable"),
    },
    SPATIAL_EVIDENCE: {
        "sufficient": N_("sufficient"),
        "insufficient": N_("insufficient"),
        "not_evaluable": N_("not assessable"),
    },
    ACTIVATION: {
        "not_evaluable": N_("not assessable: not surveyed"),
        "passive": N_("1 passive (low-level cluster)"),
        "candidate": N_("2 SIAL candidate"),
        "activating": N_("3 being activated"),
        "activated": N_("4 activated SIAL"),
        "hybrid": N_("5 SIAL with hybrid coordination"),
    },
    ACTIVATION_EVIDENCE: _GRADES,
    COORDINATION: {
        "not_evaluable": N_("not assessable"),
        "none": N_("none"),
        "horizontal": N_("horizontal"),
        "vertical": N_("vertical"),
        "both_unlinked": N_("horizontal and vertical, not linked"),
        "hybrid": N_("hybrid: horizontal and vertical, linked"),
    },
    DECLUSTERING: {
        "yes": N_("yes"),
        "no": N_("no"),
        "not_evaluable": N_("not assessable"),
    },
    DECLUSTERING_REASONS: CRITERION_LABELS,
    RESOURCES: RESOURCE_WORDS,
    THREATS: THREAT_WORDS,
    UNMET: CRITERION_LABELS,
    UNSURVEYED: CRITERION_LABELS,
    STARS: {
        "size": N_("★ size"),
        "specialisation": N_("★ specialisation"),
        "focus": N_("★ focus"),
    },
    EXPOSURE: {**_CLASSES, "none": N_("none"), "unknown": N_("not known")},
    EXPOSURE_ACTIVATION: {
        f"{exposure}_{activation}": text
        for (exposure, activation), text in {
            ("exposed", "active"): N_("exposed, activated"),
            ("exposed", "passive"): N_("exposed, not activated"),
            ("exposed", "unknown"): N_("exposed, activation not assessable"),
            ("sheltered", "active"): N_("little exposed, activated"),
            ("sheltered", "passive"): N_("little exposed, not activated"),
            ("sheltered", "unknown"): N_("little exposed, activation not assessable"),
        }.items()
    },
}


SUBINDEX_NAMES: Mapping[str, str] = {  # of priorities; what a person reads
    "need": N_("need"),
    "potential": N_("potential"),
    "activation": N_("activation"),
    "access": N_("access"),
    "evidence": N_("evidence"),
}


FAMILIES: Mapping[str, str] = {  # the words that files use for an indicator's family, es and en
    "monetary": "monetary",
    "monetaria": "monetary",
    "hdi": "hdi",
    "idh": "hdi",
    "capabilities": "capabilities",
    "capacidades": "capabilities",
    "marginalisation": "marginalisation",
    "marginacion": "marginalisation",
    "other": "other",
    "otra": "other",
}


@dataclass(frozen=True)
class Indicator:
    """What an indicator column says: its family, year, unit, direction and source.

    ``name`` is keyed by language; ``better`` is ``"more"`` or ``"less"``; ``overall`` is its
    population-weighted mean over all territories given (NaN where there is no population).
    ``method_year`` is the year of the method, not of the data: figures of two methods are not
    compared. ``low`` and ``high`` name the columns with the ends of the 95 % interval.
    """

    column: str
    name: Mapping[str, str]
    family: Literal["monetary", "hdi", "capabilities", "marginalisation", "other"] = "other"
    year: int | None = None
    unit: str = ""
    better: Literal["more", "less", ""] = ""
    source: str = ""
    overall: float = float("nan")
    method_year: int | None = None
    low: str = ""
    high: str = ""

    def label(self, code: str | None = None) -> str:
        """Return the indicator's name in a language (the one in force by default)."""
        return self.name.get(code or language()) or next(iter(self.name.values()), self.column)


@dataclass(frozen=True)
class TestResult:
    """One test: what was computed, against which null, how often, with which seed; of which chain."""

    __test__ = False  # pytest: this is no test class

    name: str
    statistic: float
    p_value: float
    alternative: str
    replicates: int
    seed: int
    null: str
    of: str = ""

    def label(self) -> str:
        """Return the test's name in the language in force, with the chain where it is of one."""
        return f"{_(self.name)}: {self.of}" if self.of else _(self.name)


@dataclass(frozen=True)
class Step:
    """Provenance of one verb: parameters, metric CRS, seed, versions, input fingerprints, notes."""

    verb: str
    parameters: Mapping[str, Any]
    crs: str = ""
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Summary(NamedTuple):
    """What a person reads first."""

    verdict: str
    number: str
    caution: str


@dataclass(frozen=True)
class ReferenceArrays:
    """A reference population as a detector sees it, in metres.

    ``kind="points"``: ``xy`` (m, 2) are the pool's units that are not producers, ``mass`` is ones.
    ``kind="mass"``: ``xy`` (m, 2) are cells or settlements that carry ``mass`` units each.
    ``jitter`` is the half-width of a cell (0 for points): the null scatters its draws within it;
    ``spacing`` is the distance between places that can carry a count (0 for points).
    """

    kind: Literal["points", "mass"]
    xy: Array
    mass: Array
    jitter: float = 0.0
    spacing: float = 0.0


@runtime_checkable
class Detector(Protocol):
    """Anything with ``labels``; a user's own works unregistered.

    ``labels(xy, weights, reference, rng)`` takes metres (n, 2), weights (n,) or None, a
    ``ReferenceArrays`` or None and a generator; it returns ``(labels, membership)``: int64 labels
    (n,), −1 for none, and a membership (n,), 1.0 for core and below for border or probability.
    """

    def labels(
        self,
        xy: Array,
        weights: Array | None,
        reference: ReferenceArrays | None,
        rng: np.random.Generator,
    ) -> tuple[Labels, Array]:
        """Return the label and membership of each unit."""
        ...


@dataclass(frozen=True)
class Raster:
    """A raster band in memory: values (rows, columns) with NaN for no data, transform, CRS.

    ``transform`` is the affine (a, b, c, d, e, f): x = a·col + b·row + c, y = d·col + e·row + f;
    ``notes`` are the cautions of who computed it.
    """

    values: Array
    transform: tuple[float, float, float, float, float, float]
    crs: Any
    name: str = ""
    notes: tuple[str, ...] = ()

    def cells(self, mass: str = "mass") -> gpd.GeoDataFrame:
        """Return the centres of the cells that hold a count above zero, with the count."""
        import geopandas as gpd

        counts = np.nan_to_num(self.values, nan=0.0)
        if (counts < 0).any():
            raise SchemaError(
                _(
                    "the raster holds {n} cells below zero: they are no counts. Remedy: declare its “no data” value, or set them to no data"
                ).format(n=int((counts < 0).sum()))
            )
        rows, columns = np.nonzero(counts > 0)
        a, b, c, d, e, f = self.transform
        x = a * (columns + 0.5) + b * (rows + 0.5) + c
        y = d * (columns + 0.5) + e * (rows + 0.5) + f
        held = {mass: self.values[rows, columns]}
        return gpd.GeoDataFrame(held, geometry=gpd.points_from_xy(x, y), crs=self.crs)


@dataclass(frozen=True)
class Context:
    """What an output says and draws around the concentrations. Texts are keyed by language."""

    title: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    synthetic: str | Mapping[str, str] = ""
    reference: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    territories: gpd.GeoDataFrame | None = None
    territory_key: str | None = None
    territory_name: str | None = None
    territory_population: str | None = None
    places: gpd.GeoDataFrame | None = None
    place_name: str | None = None
    indicators: tuple[Indicator, ...] = ()
    licence: str = ""
    terroirs: gpd.GeoDataFrame | None = None  # territories given by the user, by their ``name``
    earlier: Concentrations | gpd.GeoDataFrame | None = None  # of a publication: names, footprints
    earlier_date: str = ""


@dataclass(frozen=True)
class Publication:
    """What may be handed on: made by ``protect`` (``read_publication`` gives it back), and all that writers accept.

    Attributes
    ----------
    areas : GeoDataFrame
        One row per published concentration, EPSG:4326; footprints are generalised so that no vertex
        is a producer's location.
    points : GeoDataFrame or None
        Producers (EPSG:4326), only where ``publish="points"`` was asked for; displaced ones where
        ``publish="masked"`` was.
    grid : GeoDataFrame or None
        Producers counted by square cells of several sizes (EPSG:4326), each count by a class (``n`` its
        middle, ``n_least``, ``n_most``); none with ``publish="areas"``, nor beside points.
    flows : GeoDataFrame or None
        Flows out of the published concentrations, summed by destination, as straight lines from
        footprint to footprint or market (EPSG:4326); without geometry where the market has no place.
        Where ``publish="points"`` was asked for also those from plant to plant, without volume.
    withheld : DataFrame
        One row per thing withheld: ``what``, ``n_withheld``, ``reason`` (never the value itself).
    total : int
        Number of producers examined.
    summaries : mapping
        The summary in each language.
    steps : tuple of Step
        Provenance without paths and fingerprints. :func:`sialgeo.associations_of` makes the answers
        of ``associate`` again from them: verdict, cautions and figures, for a writer to tell.
    """

    areas: gpd.GeoDataFrame
    points: gpd.GeoDataFrame | None
    grid: gpd.GeoDataFrame | None
    withheld: Any
    total: int
    summaries: Mapping[str, Summary]
    tests: tuple[TestResult, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    context: Context
    flows: gpd.GeoDataFrame | None = None


_VIEWS = {"plot": "sialgeo.exporters.figures", "explore": "sialgeo.exporters.folium_layers"}


@dataclass(frozen=True)
class Concentrations:
    """Producers with the concentration each belongs to, and one row per concentration.

    Attributes
    ----------
    producers : GeoDataFrame
        The caller's table, same index and CRS, plus ``concentration`` (int, −1 in none) and
        ``membership`` ("core", "border", or a probability).
    areas : GeoDataFrame
        One row per concentration (polygon footprints, same CRS), index = its id, from 1.
    tests : tuple of TestResult
    steps : tuple of Step
    """

    producers: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    tests: tuple[TestResult, ...] = ()
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        missing = {CONCENTRATION, MEMBERSHIP} - set(self.producers.columns)
        missing |= {NAME, N, EVIDENCE} - set(self.areas.columns)
        if missing:
            raise SchemaError(
                _("columns missing: {names}").format(names=", ".join(sorted(missing)))
            )

    def __len__(self) -> int:
        return len(self.areas)

    def with_step(self, step: Step, **changes: Any) -> Concentrations:
        """Return a copy with changed tables or tests and one more step of provenance."""
        return replace(self, steps=(*self.steps, step), **changes)

    @property
    def notes(self) -> tuple[str, ...]:
        """Every caution that the steps left, in the language in force."""
        return tuple(dict.fromkeys(retell(note) for step in self.steps for note in step.notes))

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators laid over the concentrations, in order."""
        found: dict[str, Indicator] = {}
        for step in self.steps:
            for entry in step.parameters.get("indicators", ()):
                found[entry["column"]] = Indicator(**entry)
        return tuple(found.values())

    @property
    def synthetic(self) -> str:
        """The label of synthetic data, empty where the data are real."""
        labels = (s.parameters["synthetic"] for s in self.steps if s.parameters.get("synthetic"))
        return pick(next(labels, ""))

    def summary(self) -> Summary:
        """Return the verdict, one number and one caution, in the language in force."""
        return _summary(self)

    def plot(self, **options: Any) -> Any:
        """Draw the concentrations; see :func:`sialgeo.exporters.figures.plot`. Returns the axes."""
        return import_module(_VIEWS["plot"]).plot(self, **options)

    def explore(self, **options: Any) -> Any:
        """Return a folium map; see :func:`sialgeo.exporters.folium_layers.explore`."""
        return import_module(_VIEWS["explore"]).explore(self, **options)

    def _repr_html_(self) -> str:
        said = self.summary()
        shown = [c for c in (NAME, N, EXPECTED, RR, P_VALUE, EVIDENCE) if c in self.areas]
        table = self.areas[shown].rename(columns={c: _(LABELS[c].text) for c in shown})
        figures = html.escape(_("Figures"))
        return (
            f"<p><strong>{html.escape(said.verdict)}</strong></p><p>{html.escape(said.number)}</p>"
            f"<p><em>{html.escape(said.caution)}</em></p><details><summary>{figures}"
            f"</summary>{table.to_html(float_format='{:.3g}'.format)}</details>"
        )


def _summary(c: Concentrations) -> Summary:
    total = len(c.producers)
    kinds = set(c.areas[EVIDENCE])
    tested = c.areas[c.areas[EVIDENCE] == TESTED]
    inside = int(tested[N].sum()) if len(tested) else int(c.areas[N].sum())
    number = _("{inside} of {total} producers ({share:.0%}) are in them.").format(
        inside=inside, total=total, share=inside / total if total else 0.0
    )
    if len(c) == 0:
        verdict = _("No concentration found.")
        number = _("{total} producers examined.").format(total=total)
    elif EXPLORATORY in kinds:
        verdict = ngettext(
            "{n} group of producers (exploratory, untested).",
            "{n} groups of producers (exploratory, untested).",
            len(c),
        ).format(n=len(c))
    elif INCONCLUSIVE in kinds:
        verdict = _("Inconclusive: this reference population cannot carry a test.")
    elif UNTESTED in kinds:
        verdict = ngettext(
            "{n} concentration detected, not yet tested.",
            "{n} concentrations detected, not yet tested.",
            len(c),
        ).format(n=len(c))
    elif len(tested):
        verdict = ngettext(
            "{n} concentration more dense than the reference population explains (p ≤ {p}).",
            "{n} concentrations more dense than the reference population explains (p ≤ {p}).",
            len(tested),
        ).format(n=len(tested), p=localised(str(SIGNIFICANCE)))
    else:
        verdict = _("No concentration beyond what the reference population explains.")
    return Summary(verdict, number, _caution(c, kinds))


def _caution(c: Concentrations, kinds: set[str]) -> str:
    if c.synthetic:
        return _("Synthetic data: {label}").format(label=c.synthetic)
    if EXPLORATORY in kinds:
        return _(
            "Plain density finds groups even where there are none; give a reference population to test them."
        )
    if INCONCLUSIVE in kinds:
        return _why_inconclusive(c)
    return _("Points alone never show a SIAL: collective action is not evaluable from locations.")


def _why_inconclusive(c: Concentrations) -> str:
    """Return the note of the steps that says why no test could be carried, and the remedy."""
    notes = (note for step in c.steps for note in step.notes if isinstance(note, Text))
    why = (retell(note) for note in notes if note.message.startswith("Inconclusive"))
    return next(why, _("The notes say what a test would need."))


def detection_step(c: Concentrations) -> Step:
    """Return the step of ``detect``; without one, a step without a verb."""
    return next((s for s in reversed(c.steps) if s.verb == "detect"), Step("", {}))


def fingerprint(layer: gpd.GeoDataFrame) -> str:
    """Return a short hash of a layer's CRS, geometry and column names, to tell inputs apart."""
    digest = hashlib.sha256(f"{len(layer)} {layer.crs}".encode())
    for part in parts(len(layer)):
        for wkb in layer.geometry.iloc[part].to_wkb():
            digest.update(wkb or b"")
    digest.update("\x1f".join(map(str, layer.columns)).encode())
    return digest.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for library in ("sialgeo", "numpy", "scipy", "geopandas", "shapely", "pyproj"):
        try:
            found[library] = version(library)
        except PackageNotFoundError:  # carried inside the QGIS plugin, without metadata
            continue
    return found
