"""A study goes through the phases of the SIAL guide: what each section gives, and what is handed on."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import sialgeo
from sialgeo import SchemaError, Study
from sialgeo.cli import main
from sialgeo.study import CompareSource, LinkSource, PrioritiesChoice, StudyResult

from .test_study import write_points

STUDY = """
[study]
title = "Valle"
seed = 3
date = "2024"

[producers]
path = "p.csv"
id = "id"
chain = "chain"
volume = "volume"
volume_unit = "t/mes"

[reference]
path = "farms.csv"

[detect]
radius = "5km"
min_units = 4
replicates = 19
splits = 0
runs = 0
confirm = false

[sial]
path = "tables"
groups = { "El valle" = ["1"] }
territories = "terruno.gpkg"

[link]
suppliers = "farms.csv"
supply = "volume"
radii = ["2km", "5km"]
reach = "8km"
markets = "mercados.csv"
market = "mercado"

[compare]
producers = "before.csv"
date = "2004"

[priorities]
top = 1
[priorities.subindices]
need = ["-n"]
access = ["supplier_access"]

[export]
formats = ["html", "gpkg", "xlsx", "taller.pdf", "json"]
figures = ["exposure"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty dairies in one knot, twenty-five of them earlier, four hundred farms, and the tables."""
    path = tmp_path_factory.mktemp("valle")
    plants = pd.read_csv(write_points(path / "p.csv", 40, 1, 0.01))
    plants["id"] = [f"P{i}" for i in plants["id"]]
    plants["mercado_dest"] = ["costa"] * 28 + ["local"] * 12
    plants.to_csv(path / "p.csv", index=False)
    plants.head(25).to_csv(path / "before.csv", index=False)
    farms = pd.read_csv(write_points(path / "farms.csv", 400, 2))
    farms["id"] = [f"F{i}" for i in farms["id"]]
    farms.to_csv(path / "farms.csv", index=False)
    (path / "mercados.csv").write_text("mercado,lat,lon\ncosta,-7.4,-79.6\n", encoding="utf-8")
    tables = path / "tables"
    tables.mkdir()
    units = pd.concat([plants.assign(eslabon=3), farms.assign(eslabon=1)])
    units = units.rename(columns={"chain": "cadena"}).assign(unidad_vol="t", periodo="mes")
    units["cadena"] = units["cadena"].where(units["eslabon"] == 3)
    columns = ["id", "eslabon", "cadena", "lat", "lon"]
    units[columns].to_csv(tables / "unidad.csv", index=False)
    for name, text in {
        "cadena": "cadena,eslabon,peso\na,1,1\na,3,1\na,5,2\nb,1,1\nb,3,1\n",
        "levantamiento": "lugar,tema\n1,accion_colectiva\n1,organizacion\n1,recursos\n",
        "apertura": "cadena,cambio_precio,fuente\na,-10,prueba\n",
    }.items():
        (tables / f"{name}.csv").write_text(text, encoding="utf-8")
    ground = gpd.GeoDataFrame(
        {"nombre": ["Terruño"]}, geometry=[shapely.box(-78.6, -7.1, -78.4, -6.9)], crs=4326
    )
    ground.to_file(path / "terruno.gpkg", driver="GPKG", engine="pyogrio")
    (path / "study.toml").write_text(STUDY, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(folder: Path) -> StudyResult:
    return Study.from_toml(folder / "study.toml").run(folder / "out")


def test_the_file_says_it_all_and_is_written_back(folder: Path, tmp_path: Path) -> None:
    study = Study.from_toml(folder / "study.toml")
    assert study.link == LinkSource(
        "farms.csv", "volume", ("2km", "5km"), "", "", "mercados.csv", "mercado", {"reach": 8_000.0}
    )
    assert study.compare == CompareSource(producers="before.csv", date="2004")
    assert study.priorities == PrioritiesChoice(
        {"need": ("-n",), "access": ("supplier_access",)}, {"top": 1}
    )
    again = Study.from_toml(study.to_toml(folder / "again.toml"))
    assert again == study
    bare = (folder / "study.toml").read_text(encoding="utf-8").partition("[priorities]")
    text = bare[0] + "[priorities]\n"
    (folder / "bare.toml").write_text(text, encoding="utf-8")
    kept = Study.from_toml(folder / "bare.toml").to_toml(folder / "kept.toml")
    assert Study.from_toml(kept).priorities == PrioritiesChoice()


def test_every_fault_of_the_new_sections_at_once(folder: Path) -> None:
    text = """
[producers]
path = "p.csv"
[detect]
method = "dbscan"
[link]
reach = 0
radii = ["five"]
markets = "mercados.csv"
[compare]
overlap = 7
[priorities]
draws = 1
nada = 2
"""
    (folder / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        Study.from_toml(folder / "bad.toml")
    said = str(caught.value)
    for part in (
        "[link] reach", "[link] radii", "market =", "nothing to link to", "[compare] overlap",
        "give either before", "[priorities] draws", "[priorities] nada",
    ):  # fmt: skip
        assert part in said, part


def test_each_phase_of_the_guide_is_done_and_has_its_files(result: StudyResult) -> None:
    phases = result.phases()
    assert phases["done"].tolist() == [True] * 4
    assert all(phases["files"])
    assert phases.loc["representacion", "files"] == ["taller.pdf"]
    assert phases.loc["seguimiento", "files"] == ["cambio.csv", "cambio.png"]
    for path in result.paths.values():
        assert path.is_file()


def test_the_concentration_is_linked_classified_compared_and_ranked(result: StudyResult) -> None:
    [row] = result.concentrations.areas.to_dict("records")
    assert row["suppliers_within__5"] > 0
    assert row["sold_outside"] > 50
    assert row["links_present"] == ["1", "3"]  # as classify tells them
    assert row["chain_completeness"] == 0.5  # (1 + 1) / (1 + 1 + 2): the table's weights
    assert (row["activation"], row["exposure"]) == ("passive", "high")
    assert row["exposure_activation"] == "exposed_passive"
    assert (row["change"], row["n_before"]) == ("grown", 25.0)
    assert row["priority_rank"] == 1.0
    change = pd.read_csv(result.paths["change"])
    assert change.loc[0, ["change", "activation_level_before", "activation_level_after"]].tolist() == [
        "grown", 1.0, 1.0,
    ]  # fmt: skip


def test_groups_and_territories_are_told_with_their_overlap(result: StudyResult) -> None:
    criteria = pd.read_csv(result.paths["criteria"])
    assert set(criteria["kind"]) == {"concentration", "group", "territory"}
    overlap = pd.read_csv(result.paths["overlaps"])
    assert overlap["share_of_footprint"].tolist() == [pytest.approx(1.0)]
    book = pd.read_excel(result.paths["xlsx"], sheet_name=None, header=1, engine="openpyxl")
    together = book["Groups and territories"]
    assert together.iloc[:, :2].values.tolist() == [
        ["group of concentrations", "El valle"],
        ["territory", "Terruño"],
    ]
    assert book["SIAL guide"].iloc[:, 2].tolist() == ["yes"] * 4
    assert len(book["Field questions"]) > 3
    assert len(book["Overlap"]) == 1


def test_flows_end_at_areas_and_the_map_has_its_layers(result: StudyResult, folder: Path) -> None:
    layers = gpd.list_layers(result.paths["gpkg"])["name"].tolist()
    assert {"flujos", "terrunos", "concentraciones"} <= set(layers)
    flows = gpd.read_file(result.paths["gpkg"], layer="flujos").set_index("destination")
    assert set(flows.index) == {"costa", "local"}
    line = flows.geometry["costa"]
    assert line.coords[-1] == pytest.approx((-79.6, -7.4))
    plants = gpd.GeoSeries(
        gpd.points_from_xy(*pd.read_csv(folder / "p.csv")[["lon", "lat"]].values.T)
    )
    start = shapely.Point(line.coords[0])
    assert plants.distance(start).min() > 0
    from sialgeo.exporters.webmap import payload

    data, _shapes = payload(sialgeo.protect(result.concentrations, context=result.context), "en")
    assert [flow["destination"] for flow in data["flows"]] == ["costa"]  # "local" has no place
    assert [one["column"] for one in data["area_colours"]] == [
        "activation", "exposure_activation", "change", "priority",
    ]  # fmt: skip
    assert [one["name"] for one in data["terroirs"]] == ["Terruño"]


def test_small_groups_and_counts_are_not_published(result: StudyResult) -> None:
    publication = sialgeo.protect(result.concentrations, min_n=41)
    told = [r for s in publication.steps for r in s.parameters.get("places_told", ())]
    assert [row["name"] for row in told] == ["Terruño"]  # farms stand in it too
    assert not any(s.parameters.get("on_terroirs") for s in publication.steps)
    open_one = sialgeo.protect(result.concentrations)
    rows = [r for s in open_one.steps for r in s.parameters.get("places_told", ())]
    assert len(rows) == 2
    assert not any("n" in row for row in rows)


def test_an_earlier_run_may_be_given_as_its_working_file(folder: Path, result: StudyResult) -> None:
    text = STUDY.replace(
        'producers = "before.csv"', 'before = "out/private/concentrations.work.gpkg"'
    )
    (folder / "later.toml").write_text(text, encoding="utf-8")
    study = Study.from_toml(folder / "later.toml")
    from sialgeo.study.following import compared

    told = compared(study, result.concentrations, None, None, None, lambda *_: None)
    assert told is not None
    assert told[0].table["change"].tolist() == ["stable"]


# --- the command line ------------------------------------------------------------------------------


def test_classify_and_link_from_the_command_line(
    result: StudyResult, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work, tables = str(result.paths["work"]), str(folder / "tables")
    out = str(folder / "c.work.gpkg")
    asked = ["--tables", tables, "--output", out]
    more = ["--group", "Todo=1", "--territories", str(folder / "terruno.gpkg")]
    assert main(["classify", work, *asked, *more]) == 0
    said = capsys.readouterr().out
    assert "Groups of concentrations:" in said
    assert "100% of the footprint" in said
    assert main(["classify", work, *asked, "--group", "Todo=9"]) == 2
    assert "there is no concentration 9" in capsys.readouterr().err
    assert main(["link", work, *asked, "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)["concentrations"]
    # nobody of link 5 is in the tables: it was not looked for, and the completeness stays open
    assert (row["links_present"], row["chain_completeness"]) == ("1, 3", None)


def test_distances_colocation_and_specialisation_from_the_command_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    units = str(folder / "p.csv")
    rng = np.random.default_rng(5)
    table = pd.read_csv(units).assign(ubigeo=rng.integers(1, 5, 40))
    table.to_csv(tmp_path / "u.csv", index=False)
    units = str(tmp_path / "u.csv")
    shared = ["--kind", "chain", "--of", "a", "--radii", "3km,9km", "--replicates", "19"]
    curve, drawn = tmp_path / "m.csv", tmp_path / "m.png"
    asked = [
        "--reference",
        str(folder / "farms.csv"),
        "--table",
        str(curve),
        "--figure",
        str(drawn),
    ]
    assert main(["distances", units, *shared, *asked]) == 0
    assert "p = 0.05 over all distances" in capsys.readouterr().out
    assert pd.read_csv(curve)["class"].tolist() == ["concentrated"] * 2
    assert drawn.is_file()
    shared[5] = "500m,2km"  # of the knot alone: K reaches half of its rectangle at most
    for function, more in (("kd", []), ("k", ["--near", "b"])):
        assert main(["distances", units, *shared, "--function", function, *more, "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["table"]) == 2
    assert main(["colocation", units, "--kind", "chain", "--replicates", "19", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["pairs"]) == 4
    out = tmp_path / "lq.csv"
    asked = ["--chain", "chain", "--territory", "ubigeo", "--size", "volume", "--table", str(out)]
    assert main(["specialise", units, *asked, "--json"]) == 0
    assert {r["chain"] for r in json.loads(capsys.readouterr().out)["indices"]} == {"a", "b"}
    assert len(pd.read_csv(out)) == 8
    assert main(["specialise", units, "--chain", "chain"]) == 2
    assert "--territory" in capsys.readouterr().err
