"""The shipped samples are found and read, and say what is synthetic."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import sialgeo
from sialgeo import samples


def test_cajamarca() -> None:
    sample = sialgeo.load_sample("cajamarca")
    assert (
        sample.producers is not None and sample.reference is not None and sample.places is not None
    )
    assert (len(sample.producers), len(sample.reference.table), len(sample.territories)) == (
        500,
        30_000,
        127,
    )
    assert sample.producers["ubigeo"].str.len().eq(6).all()
    assert sample.producers.attrs["synthetic"]
    assert sample.study.is_file()
    assert {"indicadores", "organizaciones", "eventos"} <= set(sample.tables)
    described = {i.column: i for i in sample.indicators}
    assert (
        described["pobreza_2018"].family == "monetary"
        and described["pobreza_2018"].better == "less"
    )
    assert described["idh_2019"].family == "hdi" and described["idh_2019"].year == 2019


def test_mexico_has_no_producers() -> None:
    sample = sialgeo.load_sample("mexico")
    assert sample.producers is None and sample.reference is None and sample.places is None
    assert len(sample.territories) == 32
    joined = sialgeo.join_indicators(sample.territories, sample.tables["shdi"], key="cve_ent")
    assert joined["shdi_2022"].notna().all()
    assert joined.attrs["join"]["joined"] == 32


def test_the_sample_goes_through_profile_and_overlay() -> None:
    """Districts under one hand-made concentration: the dairies within 15 km of Cajamarca."""
    sample = sialgeo.load_sample("cajamarca")
    assert sample.producers is not None and sample.places is not None
    metres = sample.producers.to_crs(32717)
    centre = sample.places.to_crs(32717).geometry.iloc[0]
    inside = metres.distance(centre) < 15_000
    import geopandas as gpd

    footprint = gpd.GeoSeries([centre.buffer(15_000)], crs=32717).to_crs(4326)
    producers = sample.producers.assign(
        concentration=inside.map({True: 1, False: -1}), membership="core"
    )
    areas = gpd.GeoDataFrame(
        {"name": ["Cajamarca"], "n": [int(inside.sum())], "evidence": ["untested"]},
        geometry=footprint.to_numpy(),
        crs=4326,
        index=[1],
    )
    districts = sialgeo.join_indicators(
        sample.territories, sample.tables["indicadores"], key="ubigeo"
    )
    found = sialgeo.profile(
        sialgeo.Concentrations(producers, areas),
        chain="cadena",
        volume="volumen",
        volume_unit="t/week",
    )
    found = sialgeo.overlay(
        found,
        districts,
        columns=["pobreza_2018"],
        key="ubigeo",
        name="distrito",
        population="poblacion",
        indicators=sample.indicators,
    )
    found = sialgeo.overlay(found, sample.folder / "pobreza_2018.tif", columns="pobreza_raster")
    row = found.areas.loc[1]
    assert row["pobreza_2018__covered"] == pytest.approx(1.0)
    assert 19 < row["pobreza_2018"] < 40  # the city, 20 % poor, weighs by its people
    assert (
        row["pobreza_raster"] > row["pobreza_2018"]
    )  # by area, the poorer country around weighs more
    assert row["territories"].startswith("Cajamarca")
    assert found.producers["territory"].notna().mean() > 0.95
    assert 25 < next(i for i in found.indicators if i.column == "pobreza_2018").overall < 60


def test_an_installed_package_carries_its_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "sialgeo"
    source = Path(samples.__file__).parents[1] / "sample_layers" / "mexico"
    shutil.copytree(source, package / "sample_layers" / "mexico")
    monkeypatch.setattr(samples, "__file__", str(package / "samples.py"))
    assert sialgeo.load_sample("mexico").folder == (package / "sample_layers" / "mexico").resolve()
    with pytest.raises(sialgeo.FileError, match="not installed"):
        sialgeo.load_sample("cajamarca")


def test_an_unknown_sample_names_the_known() -> None:
    with pytest.raises(sialgeo.ParameterError, match="cajamarca, mexico"):
        sialgeo.load_sample("peru")
