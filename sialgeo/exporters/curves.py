"""Drawing functions of distance with their envelopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sialgeo.i18n import _

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sialgeo.distances import DistanceFunction

_LINE, _BAND, _NULL = "#0072B2", "#D9D9D9", "#595959"


def plot_function(function: DistanceFunction, ax: Axes | None = None) -> Any:
    """Draw a function of distance over its envelope; return the axes."""
    from matplotlib.figure import Figure

    from sialgeo.exporters.figures.furniture import local_numbers

    if ax is None:
        ax = Figure(figsize=(6.5, 4.0), layout="constrained").add_subplot()
    table = function.table
    km = table["r"] / 1000
    if table["low"].notna().any():
        ax.fill_between(
            km,
            table["low"],
            table["high"],
            color=_BAND,
            lw=0,
            label=_("Global envelope of the null"),
        )
        ax.plot(km, table["expected"], color=_NULL, lw=1, ls="--", label=_("Mean of the null"))
    ax.plot(km, table["value"], color=_LINE, lw=2, label=_("Observed"))
    ax.set_xlabel(_("Distance, km"))
    ax.set_ylabel(f"{function.name}(r)")
    ax.margins(x=0)
    local_numbers(ax)
    ax.legend(frameon=False)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    if function.test is not None:
        said = _("p = {p:.3f} over all distances, {n} replicates")
        ax.set_title(
            said.format(p=function.test.p_value, n=function.test.replicates),
            loc="left",
            fontsize=10,
        )
    return ax
