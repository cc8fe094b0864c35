"""Fixtures shared by the rooms' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sialgeo.i18n import set_language

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Tests read messages in English unless they choose otherwise."""
    set_language("en")
    yield
    set_language("en")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The acceptance data beside the checkout; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the acceptance data (../shared/data) are not beside this checkout")
    return SHARED
