"""What ``classify`` answers: two axes side by side, every criterion shown, no hidden sum."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sialgeo.i18n import N_, _, ngettext, retell
from sialgeo.model import (
    ACTIVATION,
    ACTIVATION_EVIDENCE,
    ACTIVATION_LEVEL,
    COMPLETENESS,
    COORDINATION,
    CRITERION_LABELS,
    DECLUSTERING,
    DECLUSTERING_REASONS,
    LABELS,
    NAME,
    ON_TERROIRS,
    PLACES_TOLD,
    SPATIAL_EVIDENCE,
    WORDS,
    Concentrations,
    N,
    Step,
    Summary,
)
from sialgeo.typology.thresholds import Thresholds

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

ACTIVATED_FROM = 4
STATUS_LABELS = {
    "met": N_("met"),
    "not_met": N_("not met"),
    "not_evaluable": N_("not assessable"),
}
_SHOWN = (NAME, SPATIAL_EVIDENCE, ACTIVATION, ACTIVATION_EVIDENCE, COORDINATION, DECLUSTERING)


@dataclass(frozen=True)
class Typology:
    """Concentrations, groups of them or territories with their two axes.

    Attributes
    ----------
    areas : GeoDataFrame
        One row per place: ``spatial_evidence`` (axis 1), ``activation``, ``activation_level`` (1–5,
        NaN where not assessable) and ``activation_evidence`` (axis 2), ``coordination``,
        ``declustering_risk`` with its reasons, chain completeness, what is unmet and unsurveyed.
    criteria : DataFrame
        One row per place and criterion: ``place, name, axis, level, criterion, value, threshold,
        status, evidence, detail, rows``. ``rows`` names the rows of the tables that it rests on;
        ``detail`` may name organisations: it is for the study, not for publication.
    sensitivity : DataFrame
        ``threshold, value, place, name, level, level_there, flag, flag_there``: what comes out where
        one threshold is moved alone; only the rows where the level or the flag flips.
    overlaps : DataFrame
        ``territory, concentration, area_km2, share_of_footprint, share_of_territory``: footprint and
        terruño on each other; empty where only one of the two is given.
    thresholds : Thresholds
    step : Step
    concentrations : Concentrations or None
        What was given, its areas with the columns added; None for groups and territories.
    """

    areas: gpd.GeoDataFrame
    criteria: pd.DataFrame
    sensitivity: pd.DataFrame
    overlaps: pd.DataFrame
    thresholds: Thresholds
    step: Step
    concentrations: Concentrations | None = None

    def __len__(self) -> int:
        return len(self.areas)

    @property
    def kind(self) -> str:
        """What was classified: "concentration", "group" or "territory"."""
        if self.concentrations is not None:
            return "concentration"
        return "group" if self.step.parameters["groups"] else "territory"

    def added_to(self, concentrations: Concentrations) -> Concentrations:
        """Return concentrations whose steps hold this answer on groups or territories.

        The outputs then tell it beside the concentrations, as far as the gate lets it through.
        """
        columns = [NAME, N, *_SHOWN[1:], COMPLETENESS]
        rows = [{"kind": self.kind, **row} for row in self.areas[columns].to_dict("records")]
        overlaps = self.overlaps.to_dict("records")
        parameters = {**self.step.parameters, PLACES_TOLD: rows, ON_TERROIRS: overlaps}
        return concentrations.with_step(replace(self.step, parameters=parameters))

    def summary(self) -> Summary:
        """Return the verdict, one number and one caution, in the language in force."""
        levels = self.areas[ACTIVATION_LEVEL].to_numpy(float)
        known = [level for level in levels if not math.isnan(level)]
        active = int(sum(level >= ACTIVATED_FROM for level in known))
        verdict = ngettext(
            "{n} activated SIAL (level 4 or 5).", "{n} activated SIAL (levels 4 and 5).", active
        ).format(n=active)
        if not known:
            verdict = _("No activation can be assessed: nothing was surveyed here.")
        number = _(
            "{known} of {total} places could be assessed; the others were not surveyed."
        ).format(known=len(known), total=len(levels))
        return Summary(verdict, number, self._caution())

    def _caution(self) -> str:
        at_risk = self.areas[self.areas[DECLUSTERING] == "yes"]
        if len(at_risk):
            return _("Risk of de-clustering: {names}.").format(
                names=", ".join(map(str, at_risk[NAME]))
            )
        if "supuesta" in set(self.areas[ACTIVATION_EVIDENCE]):
            return _("Some levels rest on assumed rows: see the evidence of each criterion.")
        return _(
            "The thresholds are a proposal of this project: see which levels flip (sensitivity)."
        )

    def explain(self, place: Any) -> pd.DataFrame:
        """Return the criteria of one place in words, in the language in force.

        Parameters
        ----------
        place
            Its label in ``areas.index``.

        Returns
        -------
        DataFrame
            One row per criterion, for people.
        """
        own = self.criteria[self.criteria["place"] == place]
        words = own.assign(
            criterion=own["criterion"].map(lambda c: _(CRITERION_LABELS[c])),
            status=own["status"].map(lambda s: _(STATUS_LABELS[s])),
            evidence=own["evidence"].map(lambda g: _(WORDS[ACTIVATION_EVIDENCE].get(g, ""))),
        )
        heads = {
            "level": _("level"),
            "criterion": _("criterion"),
            "value": _("value"),
            "threshold": _("threshold"),
            "status": _("status"),
            "evidence": _("evidence"),
            "detail": _("what it rests on"),
        }
        return words[list(heads)].rename(columns=heads).reset_index(drop=True)

    def _repr_html_(self) -> str:
        said = self.summary()
        shown = [c for c in (*_SHOWN, DECLUSTERING_REASONS) if c in self.areas]
        table = self.areas[shown].copy()
        for column in shown:
            words = WORDS.get(column, {})
            table[column] = [_in_words(v, words) for v in table[column]]
        table = table.rename(columns={c: _(LABELS[c].text) for c in shown})
        notes = "".join(f"<li>{html.escape(retell(n))}</li>" for n in self.step.notes)
        return (
            f"<p><strong>{html.escape(said.verdict)}</strong></p><p>{html.escape(said.number)}</p>"
            f"<p><em>{html.escape(said.caution)}</em></p>{table.to_html()}<ul>{notes}</ul>"
        )


def _in_words(value: Any, words: Any) -> Any:
    if isinstance(value, list | tuple):
        return "; ".join(_(words.get(v, str(v))) for v in value)
    return _(words[value]) if isinstance(value, str) and value in words else value
