# SPDX-License-Identifier: GPL-2.0-or-later
"""What the toolbar remembers between two steps of one session."""

from __future__ import annotations

workfile = ""
