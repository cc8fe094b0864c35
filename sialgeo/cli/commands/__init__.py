"""The commands in the order of a study. Each is a module with ``declare(parser)`` and ``act``.

``act(options, progress)`` returns a :class:`~sialgeo.cli.reports.Report`. A new command is a module
and a line here; a module is imported only where its command is asked for, so that the others do not
pay for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from sialgeo.i18n import N_

COMMANDS = {
    "demo": N_("the Cajamarca study, end to end"),
    "run": N_("run a study file"),
    "check": N_("examine a table of producers row by row"),
    "suggest-radius": N_("what speaks for one radius or another, before anything is detected"),
    "detect": N_("find concentrations and test them"),
    "chains": N_("find concentrations chain by chain, as one family of tests, and where they meet"),
    "surface": N_("surface of relative risk, with tolerance contours (for the analyst)"),
    "hot-spots": N_("districts among high or low values, where there are only counts by district"),
    "scan-areas": N_("groups of districts with more than expected (spatial scan)"),
    "distances": N_("at which distances units stand together more than by chance (M, Kd, K)"),
    "colocation": N_("which kinds of units are nearest to which, more than by chance"),
    "specialise": N_("location quotients by district, indices of agglomeration by chain"),
    "air-districts": N_("districts of rural agro-industry, where there are only counts by area"),
    "overlay": N_("lay indicators of development over them"),
    "rings": N_("compare the indicators of footprints and of the rings around them"),
    "interpolate": N_("carry figures of districts to other polygons or to a grid"),
    "change": N_("compare an indicator between two years of one method"),
    "associate": N_("test whether they are in poorer places than expected"),
    "bivariate": N_("two indicators of the districts in one map, and where they go together"),
    "regress": N_("one indicator of the districts by others, neighbours being alike"),
    "link": N_("link them to suppliers, markets and the other links of the chain"),
    "compare": N_("compare two dates or two runs"),
    "prioritise": N_("rank them, and say how far the rank depends on the weights"),
    "template": N_("write the workbook for the tables of a SIAL study, with drop-downs"),
    "classify": N_("say how activated they are, with the evidence of each criterion"),
    "export": N_("write maps, tables and layers to hand on"),
    "verify": N_("agreement with published numbers"),
}


def command(name: str) -> ModuleType:
    """Return the module of a command, as ``hot_spots`` of ``hot-spots``."""
    return import_module(f"{__name__}.{name.replace('-', '_')}")
