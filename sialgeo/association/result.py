"""What ``associate`` answers: figures, the range over divisions, and a sentence no stronger than they."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from sialgeo.i18n import N_, _, numeral, pick, retell
from sialgeo.model import SIGNIFICANCE, Concentrations, Indicator, Step, Summary, TestResult

METHODS = ("msr", "dutilleul", "shift", "footprints")
METHOD_NAMES: Mapping[str, str] = {
    "msr": N_("Moran spectral randomisation"),
    "dutilleul": N_("Dutilleul's modified t-test"),
    "shift": N_("toroidal shift, turned and mirrored"),
    "footprints": N_("whole footprints placed at random"),
}
ANSWER = "answer"  # of a step's parameters: the figures of an association
VERB = "associate"
Conclusion = Literal["worse", "better", "not_shown", "not_tested"]


@dataclass(frozen=True)
class Division:
    """The same question at one division of the territory.

    ``statistic`` is T there, ``p_value`` NaN where it could not be tested, ``areas`` how many it has.
    """

    name: str
    areas: int
    statistic: float
    p_value: float


@dataclass(frozen=True)
class Association:
    """Whether producers stand in places worse off than the reference population's.

    Attributes
    ----------
    indicator : Indicator
        The column; ``better`` says which way is well-off.
    method : {"msr", "dutilleul", "shift", "footprints"}
        The test made (``dutilleul`` in place of ``msr`` where there are too many areas).
    statistic : float
        T = Σ(x_a/x)y_a − Σ(n_a/n)y_a, in the unit of the indicator.
    p_value : float
        Two-sided; NaN where nothing was tested, and then ``reason`` says why.
    producers_mean, reference_mean : float
        The two terms of T.
    null_low, null_high : float
        Between these lie 95 % of the T drawn under the null (NaN for ``dutilleul``).
    areas, producers, reference : int, float, float
        Areas tested, producers and reference units counted in them.
    naive : mapping
        p-values that take places for independent: ``units`` (producers drawn at random from the
        reference) and ``areas`` (correlation over areas). Too small: shown only beside the right one.
    divisions : tuple of Division
        The same at other divisions of the territory, the given one first.
    """

    indicator: Indicator
    method: str
    statistic: float
    p_value: float
    producers_mean: float
    reference_mean: float
    null_low: float
    null_high: float
    areas: int
    producers: float
    reference: float
    naive: Mapping[str, float]
    divisions: tuple[Division, ...]
    step: Step
    replicates: int
    seed: int
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tested(self) -> bool:
        """Whether there is a p-value."""
        return math.isfinite(self.p_value)

    @property
    def conclusion(self) -> Conclusion:
        """What the test allows to say: "worse", "better", "not_shown" or "not_tested"."""
        if not self.tested:
            return "not_tested"
        if self.p_value > SIGNIFICANCE or self.statistic == 0:
            return "not_shown"
        low = self.statistic < 0
        return "worse" if low == (self.indicator.better == "more") else "better"

    @property
    def statistic_range(self) -> tuple[float, float]:
        """Least and largest T over all divisions of the territory."""
        found = [d.statistic for d in self.divisions]
        return (min(found), max(found)) if found else (self.statistic, self.statistic)

    @property
    def p_range(self) -> tuple[float, float]:
        """Least and largest p over the divisions tested (NaN where none was)."""
        found = [d.p_value for d in self.divisions if math.isfinite(d.p_value)]
        return (min(found), max(found)) if found else (float("nan"), float("nan"))

    @property
    def holds(self) -> tuple[int, int]:
        """At how many of the divisions tested the same conclusion is reached, and their number."""
        tested = [d for d in self.divisions if math.isfinite(d.p_value)]
        same = [
            d
            for d in tested
            if (d.p_value <= SIGNIFICANCE) == (self.conclusion in ("worse", "better"))
            and (self.conclusion == "not_shown" or (d.statistic < 0) == (self.statistic < 0))
        ]
        return len(same), len(tested)

    @property
    def test(self) -> TestResult:
        """The test as other verbs keep theirs."""
        return TestResult(
            N_("association"),
            self.statistic,
            self.p_value,
            "two-sided",
            self.replicates,
            self.seed,
            METHOD_NAMES[self.method],
            of=self.indicator.column,
        )

    def added_to(self, concentrations: Concentrations) -> Concentrations:
        """Return the concentrations with this test among theirs, so that every output tells it.

        The figures are kept in the step's parameters: :func:`associations_of` makes them again, from
        a working file or from a publication.
        """
        held = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "step"}
        held["indicator"] = {f.name: getattr(self.indicator, f.name) for f in fields(Indicator)}
        held["divisions"] = [
            {f.name: getattr(d, f.name) for f in fields(Division)} for d in self.divisions
        ]
        step = replace(self.step, parameters={**self.step.parameters, ANSWER: held})
        return concentrations.with_step(step, tests=(*concentrations.tests, self.test))

    @property
    def notes(self) -> tuple[str, ...]:
        """Every caution that the work left, in the language in force."""
        return tuple(dict.fromkeys(retell(note) for note in self.step.notes))

    @property
    def cautions(self) -> tuple[str, ...]:
        """What these figures do not say; first of all, that they are synthetic where they are."""
        label = self.step.parameters.get("synthetic", "")
        synthetic = (_("Synthetic data: {label}").format(label=pick(label)),) if label else ()
        return (
            *synthetic,
            _(
                "The indicators describe the territories where the producers are, not their households."
            ),
            _("It is an association, not an effect."),
        )

    @property
    def verdict(self) -> str:
        """The answer in one or two sentences, never stronger than the test."""
        return " ".join(str(part) for part in (_verdict(self), _over_divisions(self)) if part)

    def summary(self) -> Summary:
        """Return the verdict, the figures and the cautions, in the language in force."""
        low, high = self.statistic_range
        number = _("Difference {difference}; over {n} divisions of the territory {low} to {high}.")
        told = number.format(
            difference=_signed(self.statistic),
            n=len(self.divisions),
            low=_signed(low),
            high=_signed(high),
        )
        return Summary(self.verdict, str(told), " ".join(self.cautions))

    @property
    def contrast(self) -> str:
        """How small the naive p-values are, beside the right one; empty where nothing was tested."""
        if not self.tested:
            return ""
        return _(
            "Taking places for independent would have given p {units} (producers drawn at random) and p {areas} (correlation over areas): not to be used."
        ).format(units=p_text(self.naive["units"]), areas=p_text(self.naive["areas"]))

    @property
    def over_divisions(self) -> str:
        """The range over other divisions of the territory (MAUP), with every one of them."""
        if len(self.divisions) < 2:
            return ""
        (low, high), (least, most) = self.statistic_range, self.p_range
        each = "; ".join(
            f"{retell(d.name)} ({d.areas}): {_signed(d.statistic)}, p {p_text(d.p_value)}"
            for d in self.divisions
        )
        return _(
            "Over {n} divisions of the territory the difference goes from {low} to {high}, p from {least} to {most}: {each}."
        ).format(
            n=len(self.divisions), low=_signed(low), high=_signed(high),
            least=_bare(least), most=_bare(most), each=each,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data (NaN as None)."""
        figures = {
            name: _plain(getattr(self, name))
            for name in (
                "statistic",
                "p_value",
                "producers_mean",
                "reference_mean",
                "null_low",
                "null_high",
                "producers",
                "reference",
            )
        }
        return {
            "column": self.indicator.column,
            "better": self.indicator.better,
            "method": self.method,
            "conclusion": self.conclusion,
            **figures,
            "areas": self.areas,
            "replicates": self.replicates,
            "seed": self.seed,
            "naive": {k: _plain(v) for k, v in self.naive.items()} if self.tested else {},
            "divisions": [
                {
                    "name": retell(d.name),
                    "areas": d.areas,
                    "statistic": _plain(d.statistic),
                    "p_value": _plain(d.p_value),
                }
                for d in self.divisions
            ],
            "verdict": self.verdict,
            "cautions": [str(c) for c in self.cautions],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        said = self.summary()
        rows = "".join(
            f"<tr><td>{html.escape(retell(d.name))}</td><td>{d.areas}</td>"
            f"<td>{_signed(d.statistic)}</td><td>{p_text(d.p_value)}</td></tr>"
            for d in self.divisions
        )
        return (
            f"<p><strong>{html.escape(said.verdict)}</strong></p><p>{html.escape(said.number)}</p>"
            f"<p><em>{html.escape(said.caution)}</em></p><details><summary>"
            f"{html.escape(_('Figures'))}</summary><table>{rows}</table></details>"
        )


def associations_of(steps: Iterable[Step]) -> tuple[Association, ...]:
    """Return the associations that the steps of concentrations or of a publication hold.

    Examples
    --------
    >>> associations_of(())
    ()
    """
    found = []
    for step in steps:
        held = step.parameters.get(ANSWER) if step.verb == VERB else None
        if held:
            told = {
                **held,
                "indicator": Indicator(**held["indicator"]),
                "divisions": tuple(Division(**d) for d in held["divisions"]),
            }
            rest = {k: v for k, v in step.parameters.items() if k != ANSWER}
            found.append(Association(**told, step=replace(step, parameters=rest)))
    return tuple(found)


def p_text(p: float) -> str:
    """Return a p-value as a person reads it: "= 0.032", "< 0.001", "–" where there is none."""
    if not math.isfinite(p):
        return "–"
    return numeral("< {x:.3f}", x=0.001) if p < 0.001 else numeral("= {x:.3f}", x=p)


def _bare(p: float) -> str:
    return p_text(p).removeprefix("= ")


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _number(value: float) -> str:
    return numeral("{x:.3g}" if abs(value) < 1000 else "{x:,.0f}", x=value)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + _number(value)


def _verdict(a: Association) -> str:
    figures: dict[str, object] = {
        "name": a.indicator.label(),
        "ours": _number(a.producers_mean),
        "theirs": _number(a.reference_mean),
        "p": p_text(a.p_value),
        "method": _(METHOD_NAMES[a.method]),
        "reason": retell(a.reason),
    }
    if a.conclusion == "not_tested":
        return _(
            "Described, not tested: {name} is {ours} where the producers stand and {theirs} where the reference population is. {reason}"
        ).format(**figures)
    if a.conclusion == "not_shown":
        return _(
            "No association shown: {name} is {ours} where the producers stand and {theirs} where the reference population is, and chance alone gives differences as large (p {p}, {method}). This does not prove that there is none."
        ).format(**figures)
    if a.conclusion == "worse":
        return _(
            "The producers stand in worse-off places than the reference population: {name} is {ours} against {theirs} (p {p}, {method})."
        ).format(**figures)
    return _(
        "The producers stand in better-off places than the reference population: {name} is {ours} against {theirs} (p {p}, {method})."
    ).format(**figures)


def _over_divisions(a: Association) -> str | None:
    same, tested = a.holds
    if tested < 2:
        return None
    if same == tested:
        return _("It is so at all {tested} divisions of the territory tried.").format(tested=tested)
    if a.conclusion == "not_shown":
        return _(
            "At {other} of {tested} divisions of the territory tried there is one: the answer depends on the division."
        ).format(other=tested - same, tested=tested)
    return _(
        "It is so at {same} of {tested} divisions of the territory tried: read it as an indication only."
    ).format(same=same, tested=tested)
