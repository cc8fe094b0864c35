# SPDX-License-Identifier: GPL-2.0-or-later
"""What the toolbar remembers between two steps of one session."""

from __future__ import annotations

window = False  # whether there is one: a batch or a script is not remembered
workfile = ""
layers: dict = {}  # by parameter, the id of the layer given last
