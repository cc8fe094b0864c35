"""What analysts bring: every file of the corpus is read right the first time, or says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sialgeo
from sialgeo import errors
from sialgeo.study.sections import ProducersSource, reading_options, with_guesses
from tests.corpus import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_file_of_the_corpus(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    before = path.read_bytes()
    if case.error:
        kind, *parts = case.error
        with pytest.raises(getattr(errors, kind)) as caught:
            sialgeo.read_producers(path, **case.options)
        said = str(caught.value)
        assert all(part in said for part in parts), said
        return
    found = sialgeo.read_producers(path, **case.options)
    reading = found.attrs["reading"]
    assert (len(found), reading["reasons"]) == (case.rows, dict(case.reasons))
    assert len(found) + reading["rejected"] == reading["read"]
    first = found.to_crs(4326).geometry.iloc[0]
    assert (first.x, first.y) == pytest.approx(case.first, abs=2e-5)
    guessed = {g["what"]: g["value"] for g in reading["guesses"]}
    assert {k: guessed.get(k) for k in case.guesses} == dict(case.guesses)
    assert all("confidence" in g["sentence"] for g in reading["guesses"])
    assert case.note in " ".join(reading["notes"])
    if case.warned:
        told = sialgeo.check_producers(found).counts
        assert set(case.warned) <= set(told), told
    json.dumps(found.attrs)
    assert path.read_bytes() == before
    _require_the_same_by_its_study(path, found, case.options)


def _require_the_same_by_its_study(path: Path, found: Any, options: Mapping[str, Any]) -> None:
    """Read a file as a study does that holds what was guessed of it: the same table, without a guess."""
    sections = {k: (v,) if k == "country" else v for k, v in options.items()}
    stated = ProducersSource(path.name, **sections)
    source = with_guesses(stated, found.attrs["reading"])
    again = sialgeo.read_producers(path, **reading_options(source, path.parent))
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(found))
    assert again.crs == found.crs
    first, second = found.attrs["reading"], again.attrs["reading"]
    assert (second["reasons"], second["repairs"]) == (first["reasons"], first["repairs"])
    zones = [g for g in second["guesses"] if g["what"] == "crs" and isinstance(g["value"], list)]
    assert second["guesses"] == zones  # several zones: their column tells them again


def test_no_two_files_are_of_one_name() -> None:
    assert len({c.name for c in CASES}) == len(CASES) >= 60
