"""The real layers of docs/association.md: its figures are those that the library gives today."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

import sialgeo
from sialgeo.kernels.autocorrelation import lee_local
from sialgeo.neighbourhoods import adjacency

from .conftest import ROOT

pytestmark = [pytest.mark.shared, pytest.mark.slow]

PAGE = ROOT / "docs" / "association.md"


@pytest.fixture(scope="module")
def municipalities() -> gpd.GeoDataFrame:
    """Mexico's municipalities with HDI and marginalisation of 2020."""
    folder = ROOT.parent / "shared" / "data" / "mexico_municipios"
    if not folder.is_dir():
        pytest.skip("the acceptance data are not beside the checkout")
    layer = sialgeo.read_territories(folder / "mexico_municipios.gpkg", key="cvegeo")
    table = sialgeo.read_indicators(folder / "mexico_municipios_idh_marginacion.csv", key="cvegeo")
    lacking = [c for c in ("idh_2020", "im_2020", "pob_2020") if c not in layer.columns]
    return (
        sialgeo.join_indicators(layer, table, key="cvegeo", columns=lacking) if lacking else layer
    )


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text("utf-8")


def row_of(page: str, start: str) -> list[str]:
    """Return the cells of the table's row that starts so."""
    [line] = [one for one in page.splitlines() if one.startswith(f"| {start} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("column", "name"), [("idh_2020", "HDI 2020"), ("im_2020", "marginalisation 2020")]
)
def test_mexican_municipalities_by_local_statistics(
    municipalities: gpd.GeoDataFrame, page: str, column: str, name: str
) -> None:
    told = row_of(page, name)
    assert len(municipalities) == 2_469
    known = municipalities[municipalities[column].notna()]
    assert f"{sialgeo.moran(known, column).statistic:.3f}".lstrip("0") == told[1]
    hot, cold, high, low = (int(n) for n in told[2:6])
    star = sialgeo.hot_spots(known, column, replicates=999)["class"]
    lisa = sialgeo.hot_spots(known, column, statistic="moran", replicates=999)["class"]
    # 999 permutations resolve less than the page's 9,999: fewer pass the false discovery rate
    found = [(star == "hot").sum(), (star == "cold").sum()]
    found += [(lisa == "high_high").sum(), (lisa == "low_low").sum()]
    part = np.array(found) / [hot, cold, high, low]
    assert ((part > 0.7) & (part < 1.05)).all(), part
    cold_in = known.loc[star == "cold", "cvegeo"].str[:2].value_counts(normalize=True)
    assert cold_in.reindex(["07", "12", "20"]).sum() > 0.6  # Chiapas, Guerrero, Oaxaca
    for picture in (f"mexico-gi-{column}.png", f"mexico-lisa-{column}.png"):
        assert picture in page and (PAGE.parent / "img" / picture).stat().st_size > 50_000


def test_mexican_municipalities_by_both_indicators(
    municipalities: gpd.GeoDataFrame, page: str
) -> None:
    classed = sialgeo.bivariate_classes(
        municipalities, "idh_2020", "im_2020", population="pob_2020"
    )
    people = classed["pob_2020"].groupby(classed["x_class"]).sum()
    assert (people / people.sum()).tolist() == pytest.approx([1 / 3] * 3, abs=0.02)
    counts = classed["class"].value_counts()
    assert counts["no_data"] == municipalities["idh_2020"].isna().sum() == 16
    assert counts["1-1"] + counts["3-3"] > 10 * (counts.get("1-3", 0) + counts.get("3-1", 0))
    assert "mexico-bivariate.png" in page
    known = municipalities.dropna(subset=["idh_2020", "im_2020"])
    both = (known[column].to_numpy(float) for column in ("idh_2020", "im_2020"))
    lee = np.nanmean(lee_local(*both, *adjacency(known, "queen", 8)))  # untested: fast
    assert f"Lee's L of both is {lee:.3f}".replace("0.", ".") in page


def test_establishments_of_yucatan_over_the_hdi(
    municipalities: gpd.GeoDataFrame, page: str, shared_data: Path
) -> None:
    areas = municipalities[municipalities["cvegeo"].str.startswith("31")].copy()
    units = sialgeo.read_producers(
        shared_data / "mexico_yucatan_denue_alimentos" / "yucatan_denue_alimentos_2021.csv"
    ).to_crs(areas.crs)
    activity = units["codigo_act"].astype(str)
    small = activity.str.startswith(("3115", "4311")) | units["nombre_act"].str.contains("miel")
    everyone = sialgeo.Reference.from_points(units, includes_producers=True)
    for start, producers, reference in (
        ("all (2,418)", units, "pob_2020"),
        ("all but maize tortillerías (400)", units[activity != "311830"], "pob_2020"),
        ("dairies and honey (49)", units[small], everyone),
    ):
        told = row_of(page, start)
        answer = sialgeo.associate(
            producers, areas, column="idh_2020", reference=reference, better="more",
            divisions=False,
        )  # fmt: skip
        assert len(producers) == int(re.sub(r"\D", "", start))
        shown = [f"{v:.3f}".lstrip("0") for v in (answer.producers_mean, answer.reference_mean)]
        assert [*shown, f"{answer.p_value:.3f}".lstrip("0")] == told[2:5]
        assert {"worse": "worse-off places", "not_shown": "no association shown"}[
            answer.conclusion
        ] == told[7]
        if producers is units:
            assert any("4 producers of 2,418" in note for note in answer.notes), answer.notes
    assert (PAGE.parent / "img" / "yucatan-bivariate.png").stat().st_size > 50_000


def test_districts_of_cajamarca_under_the_sample(page: str, shared_data: Path) -> None:
    """The page's means, from the real districts under the concentrations that are tested."""
    layer = sialgeo.read_territories(
        shared_data / "cajamarca_distritos" / "cajamarca_distritos.gpkg", key="ubigeo"
    )
    sample = sialgeo.load_sample("cajamarca")
    assert sample.producers is not None and sample.reference is not None
    rule = sialgeo.RelativeDBSCAN(radius=5_000)
    found = sialgeo.detect(sample.producers, rule, reference=sample.reference)
    found = sialgeo.assess(found, detector=rule, reference=sample.reference, replicates=99, seed=1)
    layer = layer.to_crs(found.producers.crs)
    for start, column, better, scale in (
        ("HDI 2019", "idh_2019", "more", 3),
        ("monetary poverty 2018 (%)", "pobreza_2018", "less", 1),
    ):
        told = row_of(page, start)
        answer = sialgeo.associate(
            found, layer, column=column, better=better, reference=sample.reference,
            dissolve="provincia", replicates=99,
        )  # fmt: skip
        assert (answer.areas, answer.divisions[1].areas) == (127, 13)
        means = (answer.producers_mean, answer.reference_mean)
        assert [f"{v:.{scale}f}".lstrip("0") for v in means] == told[1:3]
        assert answer.conclusion == "better" and answer.naive["units"] < 0.001
    assert (PAGE.parent / "img" / "cajamarca-bivariate.png").stat().st_size > 50_000
