"""Diagrams of the choice of a radius: the k-distance curve, and the evidence by radius."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sialgeo.errors import MissingDependencyError
from sialgeo.exporters.figures.furniture import local_numbers
from sialgeo.files import whole_file
from sialgeo.i18n import _, localised
from sialgeo.model import SIGNIFICANCE, Publication
from sialgeo.radii import RadiusEvidence, RadiusGuide, evidence_by_radius

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _GREY, _LINE, _ALARM = "#1a1a1a", "#6b6b6b", "#0072b2", "#a11111"
_SIZE, _DPI = (8.0, 5.0), 150
_LABELLED = 8  # concentrations drawn in colour and named: the clearest
# Okabe–Ito, without the yellow that paper swallows
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#8c8c8c")


def plot_guide(guide: RadiusGuide, ax: Axes | None = None) -> Axes:
    """Draw the k-distance curve, with the radii that can be used and the warning.

    Parameters
    ----------
    guide
        What :func:`sialgeo.suggest_radius` returned.
    ax
        Axes to draw on; by default a new figure's (``ax.figure``), made without pyplot.
    """
    ax = ax if ax is not None else _axes()
    metres = guide.distances / 1000
    ax.plot(np.arange(1, len(metres) + 1), metres, color=_LINE, linewidth=1.8)
    ax.axhline(guide.knee / 1000, color=_ALARM, linewidth=1, linestyle="--")
    ax.annotate(
        _("bend: {knee:.1f} km — not the radius").format(knee=guide.knee / 1000),
        (len(metres) * 0.02, guide.knee / 1000),
        xytext=(0, 4),
        textcoords="offset points",
        color=_ALARM,
        fontsize=9,
    )
    top = max(float(metres[-1]), guide.knee / 500) * 1.05
    if guide.least <= guide.most:
        low, high = guide.least / 1000, min(guide.most / 1000, top)
        ax.axhspan(low, high, color=_LINE, alpha=0.08, linewidth=0)
    ax.set_ylim(0, top)
    ax.set_xlabel(_("producers, by that distance"))
    ax.set_ylabel(_("distance to neighbour no. {k} (km)").format(k=guide.k))
    warning = _(
        "Unreliable as a guide: producers scattered at random give such a curve too. Shaded: the radii that this reference and this area allow."
    )
    return _finished(ax, _("How far is neighbour no. {k}?").format(k=guide.k), warning)


def plot_evidence(evidence: RadiusEvidence, ax: Axes | None = None) -> Axes:
    """Draw the statistic at each radius, a line for each of the clearest concentrations.

    A filled mark is significant over the whole ladder; a ring marks the radius that was chosen.

    Parameters
    ----------
    evidence
        What :func:`sialgeo.evidence_by_radius` returned.
    ax
        Axes to draw on; by default a new figure's (``ax.figure``), made without pyplot.
    """
    ax = ax if ax is not None else _axes()
    rows = evidence.answers
    tested = rows["p_value"].notna().any()
    best = rows.groupby("concentration")["statistic"].max().sort_values(ascending=False)
    for place, number in enumerate(best.index):
        own = rows[rows["concentration"] == number].groupby("radius", as_index=False)
        line = own.agg(statistic=("statistic", "max"), p=("p_value", "min"), kept=("kept", "max"))
        named = place < _LABELLED
        colour = _COLOURS[place] if named else "#cccccc"
        label = (evidence.names.get(int(number), "") or str(number)) if named else None
        x, y = line["radius"] / 1000, line["statistic"]
        ax.plot(x, y, color=colour, linewidth=1.6 if named else 0.8, label=label, zorder=2 + named)
        sure = (line["p"] <= SIGNIFICANCE) if tested else np.zeros(len(line), dtype=bool)
        ax.scatter(x[sure], y[sure], color=colour, s=34, zorder=4)
        ax.scatter(x[~sure], y[~sure], facecolor="white", edgecolor=colour, s=34, zorder=4)
        chosen = line["kept"].astype(bool)
        ax.scatter(
            x[chosen], y[chosen], facecolor="none", edgecolor=colour, s=150, linewidth=1.4, zorder=3
        )
    radii = evidence.table.index.to_numpy() / 1000
    ax.set_xscale("log")
    ax.set_xticks(radii, [localised(f"{r:g}") for r in radii])
    ax.minorticks_off()
    if len(radii):
        ax.set_xlim(radii.min() / 1.3, radii.max() * 1.3)
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("radius (km)"))
    ax.set_ylabel(_("evidence (log-likelihood ratio)"))
    if len(best):
        ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    said = _("Ring: the radius at which a concentration is clearest.")
    if tested:
        said = (
            _("Filled: significant, having paid for every radius tried; hollow: not.") + " " + said
        )
    return _finished(ax, _("What each radius shows"), said)


def write_evidence(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the evidence by radius of a publication as PNG or SVG.

    Raises
    ------
    ParameterError
        It was detected at one radius.
    """
    _written(plot_evidence(evidence_by_radius(publication)), path)


def write_guide(guide: RadiusGuide, path: Path) -> Path:
    """Write the k-distance curve with its warning as PNG or SVG; return the path.

    It is of every producer: for the analyst, not to be handed on.
    """
    _written(plot_guide(guide), path)
    return path


def _written(ax: Axes, path: str | os.PathLike[str]) -> None:
    with whole_file(path) as temporary:
        kind = os.fspath(path).rsplit(".", 1)[-1].lower()
        ax.figure.savefig(temporary, format=kind, dpi=_DPI, bbox_inches="tight")  # type: ignore[union-attr]


def _axes() -> Axes:
    try:
        from matplotlib.figure import Figure
    except ImportError as failure:
        raise MissingDependencyError("matplotlib", _("drawing diagrams")) from failure
    axes: Axes = Figure(figsize=_SIZE, layout="constrained").add_subplot()
    return axes


def _finished(ax: Axes, title: str, said: str) -> Axes:
    ax.set_title(title, loc="left", color=_INK, fontsize=12, fontweight="bold")
    ax.figure.supxlabel(
        "\n".join(textwrap.wrap(said, 110)), x=0.02, ha="left", fontsize=8, color=_GREY
    )
    local_numbers(ax)
    ax.grid(axis="y", color="#e6e6e6", linewidth=0.7)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax
