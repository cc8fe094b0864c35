# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin's own texts: English in the code, Spanish in ``i18n/sialgeo_es.ts``."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from . import settings

CONTEXT = "sialgeo"
LOG = "sialgeo"  # the tab of the message log
_I18N = Path(__file__).parent / "i18n"


def tr(text: str) -> str:
    """Return a text in QGIS's language."""
    return QCoreApplication.translate(CONTEXT, text)


def mark(text: str) -> str:
    """Mark a text for translation where it is declared; :func:`tr` translates it where it is shown."""
    return text


def language() -> str:
    """Return the language chosen in Options, else ``"es"`` where QGIS speaks Spanish, else ``"en"``."""
    chosen = settings.load().language or QgsApplication.locale()
    return "es" if chosen[:2].lower() == "es" else "en"


def install_translator() -> QTranslator | None:
    """Give Qt the plugin's texts in QGIS's language; None where they are the source's own."""
    translator = QTranslator()
    if language() == "en" or not translator.load(str(_I18N / f"sialgeo_{language()}.qm")):
        return None
    QCoreApplication.installTranslator(translator)
    return translator
