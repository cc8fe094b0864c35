"""The tables of a SIAL study: one declaration → reader, checks, template, field form, documentation."""

from __future__ import annotations

from sialgeo.tables.cells import Fault
from sialgeo.tables.held import SialTables
from sialgeo.tables.template import write_template
from sialgeo.tables.xlsform import write_xlsform

__all__ = ["Fault", "SialTables", "write_template", "write_xlsform"]
