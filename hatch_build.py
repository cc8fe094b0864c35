"""Compile the message catalogues when a wheel or an editable install is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from messages import compile_catalogues


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Write ``*.mo`` beside every ``*.po`` (they are not kept in git)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        compile_catalogues(Path(self.root) / "sialgeo" / "locale")
