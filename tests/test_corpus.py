"""What analysts bring: every file of the corpus is read right the first time, or says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sialgeo
from sialgeo import errors
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


def test_no_two_files_are_of_one_name() -> None:
    assert len({c.name for c in CASES}) == len(CASES) >= 60
