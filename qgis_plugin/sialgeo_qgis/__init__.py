# SPDX-License-Identifier: GPL-2.0-or-later
"""sialgeo for QGIS: concentrations of rural agro-industry, tested, described and mapped."""

from __future__ import annotations


def classFactory(iface):  # noqa: N802  (QGIS's name)
    """Return the plugin; nothing else is imported before QGIS asks for it."""
    from .plugin import SialgeoPlugin

    return SialgeoPlugin(iface)
