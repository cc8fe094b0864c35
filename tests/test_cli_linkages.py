"""The commands of linking, comparing and ranking: one way through, and errors that say the remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import sialgeo
from sialgeo.cli import main
from tests.test_linkages import points, two


@pytest.fixture
def found(tmp_path: Path) -> Path:
    return Path(sialgeo.save(two(), tmp_path / "c.work.gpkg"))


def test_from_suppliers_to_priorities(
    found: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    farms = points([0, 4_000, 60_000], litres=[10.0, 20.0, 5.0]).to_crs(4326)
    table = pd.DataFrame(
        {"lon": farms.geometry.x, "lat": farms.geometry.y, "litros": farms["litres"]}
    )
    table.to_csv(tmp_path / "farms.csv", index=False)
    linked, ranked = tmp_path / "l.work.gpkg", tmp_path / "p.work.gpkg"
    asked = ["--suppliers", str(tmp_path / "farms.csv"), "--supply", "litros", "--reach", "10km"]
    assert main(["link", str(found), *asked, "--volume", "t", "--output", str(linked)]) == 0
    areas = sialgeo.read_concentrations(linked).areas
    assert areas["suppliers_within__5"].tolist() == [2.0, 1.0]
    assert areas["sold_outside"].tolist() == [100.0, 100.0]
    told = capsys.readouterr().out.splitlines()
    [near] = [line.split() for line in told if line.startswith("Suppliers within 5 km")]
    assert near[-2:] == ["2.0", "1.0"]
    asked = ["--subindex", "access=supplier_access", "--top", "1", "--json"]
    assert main(["prioritise", str(linked), *asked, "--output", str(ranked)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [row["priority"] for row in said["priorities"]] == ["robust", "not_first"]
    asked = ["--id", "id", "--table", str(tmp_path / "change.csv")]
    assert main(["compare", str(found), str(ranked), *asked, "--output", str(linked)]) == 0
    assert pd.read_csv(tmp_path / "change.csv")["change"].tolist() == ["stable", "stable"]


def test_what_is_missing_is_said(
    found: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "x.work.gpkg")
    assert main(["link", str(found), "--output", out]) == 2
    assert "--suppliers" in capsys.readouterr().err
    assert main(["prioritise", str(found), "--subindex", "need", "--output", out]) == 2
    assert "NAME=COLUMN" in capsys.readouterr().err
    assert not Path(out).exists()


def test_one_small_flow_takes_a_second_with_it() -> None:
    """Ten sell to the coast, two locally: the output less the coast would tell the two."""
    c = two()
    c.producers.loc[[0, 1], "mercado_dest"] = "local"
    lines = sialgeo.protect(sialgeo.link(c, volume="t")).flows
    assert lines is not None and lines["name"].tolist() == ["B"]
