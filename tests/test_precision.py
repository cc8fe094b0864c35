"""How precise positions are, and what a radius under twice that is told."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS

import sialgeo
from sialgeo.cli import DONE, main
from sialgeo.model import RADIUS
from sialgeo.precision import PRECISION, known_precision, least_radius

RNG = np.random.default_rng(5)
COARSE = np.round(RNG.uniform((-78.9, -7.6), (-78.1, -6.8), (200, 2)), 2)
TOLD = "less than twice the precision"


def table(xy: np.ndarray, crs: int, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        columns or {"id": range(len(xy))}, geometry=gpd.points_from_xy(*xy.T), crs=crs
    )


@pytest.mark.parametrize(
    ("text", "metres"),
    [("-78", 111_200), ("-78.5", 11_120), ("-78.51", 1_112), ("-78.512", 111), ("-78.5123", 11)],
)
def test_decimals_of_a_degree(text: str, metres: float) -> None:
    xy = np.array([[float(text), -7.0]])
    assert known_precision(table(xy, 4326), xy, CRS(4326)).tolist() == [metres]
    assert np.isnan(known_precision(table(xy, 32717), xy, CRS(32717))).all()


def test_what_is_stated_holds_unless_the_decimals_are_coarser() -> None:
    xy = np.array([[-78.512345, -7.163456], [-78.5, -7.1], [-78.512345, -7.2], [-78.5, -7.123456]])
    held = table(xy, 4326, **{PRECISION: [5.0, 5.0, np.nan, -1.0]})
    assert known_precision(held, xy, held.crs).tolist()[:2] == [5.0, 11_120.0]
    assert np.isnan(known_precision(held, xy, held.crs)[2:]).all()


def test_the_least_radius_leaves_outliers_out() -> None:
    assert least_radius(np.array([10.0] * 99 + [9_999.0])) == 20.0
    assert least_radius(np.array([10.0] + [np.nan] * 99)) is None


def test_a_radius_under_twice_the_precision_is_told() -> None:
    found = sialgeo.detect(table(COARSE, 4326), sialgeo.DBSCAN(radius=1_500))
    said = [note for note in found.notes if TOLD in note]
    assert len(said) == 1
    assert "about 1.1 km" in said[0] and "at least 2.2 km" in said[0]
    wide = sialgeo.detect(table(COARSE, 4326), sialgeo.DBSCAN(radius=2_500))
    assert not [note for note in wide.notes if TOLD in note]


def test_a_column_and_places_tell_the_precision_in_metres_too() -> None:
    xy = RNG.uniform((700_000, 9_200_000), (740_000, 9_240_000), (60, 2))
    stated = table(xy, 32717, **{PRECISION: np.full(60, 900.0)})
    assert any(TOLD in n for n in sialgeo.detect(stated, sialgeo.DBSCAN(radius=1_000)).notes)
    towns = table(xy[:20], 32717, name=[f"t{i}" for i in range(20)])
    for places in (None, towns):
        found = sialgeo.detect(table(xy, 32717), sialgeo.DBSCAN(radius=1_000), places=places)
        assert any(TOLD in n for n in found.notes) is (places is not None)


def test_the_ladder_is_told_too() -> None:
    knot = np.round(RNG.normal((-78.5, -7.2), 0.01, (40, 2)), 2)
    farms = table(RNG.uniform((-78.9, -7.6), (-78.1, -6.8), (600, 2)), 4326)
    rule = sialgeo.RelativeDBSCAN(radius="auto")
    found = sialgeo.detect(table(knot, 4326), rule, reference=farms)
    assert (found.areas[RADIUS].min() < 2_224) == any(TOLD in n for n in found.notes)


def test_the_guide_bounds_the_radius_by_the_precision() -> None:
    guide = sialgeo.suggest_radius(table(COARSE, 4326), radii=[1_000, 2_000, 3_000, 5_000])
    assert guide.precise == guide.least == 2_224.0
    assert guide.table["usable"].tolist() == [False, False, True, True]
    assert any("good to about 1.1 km" in s for s in guide.sentences())
    near = table(np.round(RNG.uniform((-78.58, -7.28), (-78.54, -7.24), (60, 2)), 2), 4326)
    said = sialgeo.suggest_radius(near, radii=[1_000]).sentences()[0]
    assert said.startswith("No radius can be used: the positions are good to 1.1 km")


def test_command_and_study_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "".join(f"{i},{x},{y}\n" for i, (x, y) in enumerate(COARSE))
    (tmp_path / "p.csv").write_text("id,lon,lat\n" + lines)
    study = '[producers]\npath = "p.csv"\n[detect]\nmethod = "dbscan"\nradius = 1500\n[export]\nformats = ["json"]\n'
    (tmp_path / "s.toml").write_text(study)
    asked = ["detect", str(tmp_path / "p.csv"), "--method", "dbscan", "--radius", "1.5km"]
    assert main([*asked, "--output", str(tmp_path / "c.work.gpkg")]) == DONE
    assert TOLD in capsys.readouterr().out
    found = sialgeo.Study.from_toml(tmp_path / "s.toml").run(tmp_path / "out")
    assert any(TOLD in note for note in found.concentrations.notes)
