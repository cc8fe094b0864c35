"""Each kind of map draws its classes, says what it lacks, and takes hostile names as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from matplotlib.colors import to_hex
from pyproj import CRS
from shapely.geometry import LineString, Point

from sialgeo.errors import ParameterError
from sialgeo.exporters import export, export_all
from sialgeo.exporters.figures import figure
from sialgeo.model import Step
from sialgeo.surfaces import Surface
from sialgeo.symbology import BIVARIATE, CHANGES, LOCAL_CLASSES, NO_DATA, risk_classes

from .handmade import context, found
from .publications import areas, boxes, cajamarca, hostile


def labels(ax: Any) -> list[str]:
    return [" ".join(t.get_text().split()) for t in ax.get_legend().get_texts()]


def fills(ax: Any) -> list[list[str]]:
    return [[to_hex(c) for c in layer.get_facecolor()] for layer in ax.collections]


def written(ax: Any) -> str:
    return " ".join(" ".join(t.get_text() for t in ax.texts).split())


def surface() -> Surface:
    values = np.log(np.array([[0.2, 1.0, 3.0], [np.nan, 1.0, 8.0]]))
    high = np.array([[1.0, 0.5, 0.2], [1.0, 0.5, 0.02]])
    step = Step("relative_risk_surface", {"replicates": 99})
    place = (20_000.0, 0.0, 740_000.0, 0.0, -20_000.0, 9_280_000.0)
    return Surface(
        values, place, CRS(32717), high, 1 - high + 0.01, 0.05, 5_000.0, True, None, step
    )


def test_every_map_has_its_furniture() -> None:
    said = written(figure("concentrations", cajamarca()))
    for expected in ("km", "N", "EPSG:32717", "2026-02-01", "Boucher", "examined: 500", "Withheld"):
        assert expected in said
    assert "nothing is withheld" in written(figure("quality", found(), context=context()))


def test_stability_is_hatched_and_uncertainty_classed() -> None:
    table = areas().assign(stability_band=["robust", "robust", "indicative", "unstable", None])
    ax = figure("concentrations", cajamarca(areas=table))
    assert sorted(c.get_hatch() for c in ax.collections if c.get_hatch()) == ["//", "xx"]
    assert {"robust", "indicative", "unstable"} <= set(labels(ax))
    ax = figure("quality", cajamarca())
    # 7.3 / 4.7 = 1.55, 3.9 / 2.2 = 1.77, 4.6 / 2.4 = 1.92; 2.2 / 0.9 = 2.4; none
    assert ["#cbc9e2"] * 3 in fills(ax)
    assert ["#9e9ac8"] in fills(ax)
    assert [NO_DATA.fill] in fills(ax)
    assert "no data" in labels(ax)


def test_chains_by_territory_with_what_is_withheld_grey() -> None:
    table = boxes()
    table["chain_n__andino"], table["chain_n__fresco"] = table["n"] / 3, table["n"] / 1.5
    ax = figure("chains", cajamarca(districts=table))
    drawn = {c.get_gid(): len(c.get_offsets()) for c in ax.collections if c.get_gid()}
    assert drawn == {"chain:andino": 24, "chain:fresco": 24}
    assert "count withheld" in labels(ax)


def test_two_variables_in_blue_and_orange() -> None:
    table = boxes()
    table["n"] = np.where(np.arange(36) % 6, np.arange(36) % 7 + 10.0, np.nan)
    ax = figure("bivariate", cajamarca(districts=table), column="pobreza_2018")
    (square,) = ax.child_axes
    assert [to_hex(p.get_facecolor()) for p in square.patches] == list(BIVARIATE)
    unknown = {*range(0, 36, 6), 17}
    (drawn,) = [f for f in fills(ax) if len(f) == 36 - len(unknown)]
    assert set(drawn) <= set(BIVARIATE)
    (bare,) = [c for c in ax.collections if c.get_hatch()]  # the middle class is grey
    assert len(bare.get_paths()) == len(unknown)


def test_clusters_given_or_computed() -> None:
    table = boxes().assign(**{"class": ["hot", "cold", "high_low"] * 12})
    ax = figure("hotspots", cajamarca(), classes=table)
    wanted = [LOCAL_CLASSES[c][0] for c in table["class"]]
    assert wanted in fills(ax)
    ax = figure("hotspots", cajamarca(), column="pobreza_2018")
    (drawn,) = [f for f in fills(ax) if len(f) == 36]
    assert drawn[17] == NO_DATA.fill
    assert LOCAL_CLASSES["hot"][0] in drawn  # poverty rises from west to east
    assert LOCAL_CLASSES["cold"][0] in drawn


def test_relative_risk_with_contours() -> None:
    ax = figure("risk", cajamarca(), surface=surface())
    (image,) = ax.images
    shown = np.asarray(image.get_array())
    classes = [c.colour for c in risk_classes()]
    assert [to_hex(c) for c in shown[0]] == [classes[0], classes[3], classes[5]]
    assert shown[1, 0, 3] == 0.0
    assert to_hex(shown[1, 2]) == classes[6]
    assert any(label.startswith("higher than random labelling") for label in labels(ax))


def test_flows_and_actors() -> None:
    lines = [LineString([(-78.5, -6.7), (-78.5, -7.1)]), LineString([(-78.6, -6.5), (-78.5, -7.1)])]
    flows = gpd.GeoDataFrame({"volume": [40.0, 10.0], "volume_unit": "t"}, geometry=lines, crs=4326)
    ax = figure("linkages", cajamarca(), flows=flows)
    arrows = [p for p in ax.patches if type(p).__name__ == "FancyArrowPatch"]
    assert sorted(a.get_linewidth() for a in arrows) == [4.5 / 4, 4.5]
    assert "The greatest flow: 40 t." in written(ax)
    places = gpd.GeoDataFrame(
        {"tipo_actor": ["servicio", "servicio", None, "institucion"]},
        geometry=[Point(-78.5, -6.7), Point(-78.4, -6.8), Point(-78.3, -6.9), None],
        crs=4326,
    )
    ax = figure("actors", cajamarca(), actors=places)
    assert {"service (2)", "no data (1)"} <= set(labels(ax))
    assert "1 actor without a place." in written(ax)


def test_actors_that_are_known_stand_on_the_map_for_the_workshop(tmp_path: Path) -> None:
    """Those of one city one beneath the other; kinds in words; the file by its own name."""
    table = {"tipo": ["asociacion", "coordinadora"], "nombre": ["APDL", "CODELAC"]}
    seats = gpd.GeoDataFrame(table, geometry=[Point(-78.5, -7.0)] * 2, crs=4326)
    ax = figure("workshop", cajamarca(), actors=seats, by="tipo", name="nombre")
    assert {"association (1)", "platform of several actors (1)"} <= set(labels(ax))
    first, second = (next(t for t in ax.texts if t.get_text() == name) for name in table["nombre"])
    assert first.get_position()[1] > second.get_position()[1]
    options = {"actors": seats, "by": "tipo"}
    made = export(found(), tmp_path / "taller.pdf", context=context(), figure_options=options)
    assert made.read_bytes().startswith(b"%PDF")
    bare = export(found(), tmp_path / "b.taller.pdf", context=context())
    assert len(made.read_bytes()) > len(bare.read_bytes())


def test_change_between_two_dates() -> None:
    now = cajamarca()
    old = areas().iloc[[0, 1]].copy()
    old.loc[9] = old.loc[1]
    old.loc[9, "geometry"] = Point(-78.3, -7.4).buffer(0.05)
    ax = figure("change", now, before=replace(now, areas=old), dates=("2012", "2024"))
    assert {
        "gone: at the earlier date only (1)",
        "new: not there at the earlier date (3)",
        "there at both dates (2)",
    } <= set(labels(ax))
    shapes = {
        to_hex(c.get_facecolor()[0]): len(c.get_paths())
        for c in ax.collections[-6:]
        if len(c.get_facecolor())
    }
    assert shapes[CHANGES["new"].fill] == 3
    assert shapes[CHANGES["kept"].fill] == 2
    with pytest.raises(ParameterError, match="protect"):
        figure("change", now, before=found())


@pytest.mark.parametrize(
    ("kind", "said"),
    [("bivariate", "Needs territories"), ("hotspots", "Needs territories"), ("linkages", "No flows"),
     ("indicator", "no indicator")],
)  # fmt: skip
def test_what_is_not_known_is_said(kind: str, said: str) -> None:
    bare = cajamarca()
    bare = replace(bare, context=replace(bare.context, territories=None))
    assert said in written(figure(kind, bare))


@pytest.mark.parametrize("kind", ["chains", "concentrations", "quality", "indicator", "bivariate"])
def test_no_concentration_at_all(kind: str) -> None:
    c = found()
    empty = type(c)(c.producers, c.areas.iloc[:0], (), c.steps[:1])
    assert "No concentration found" in written(figure(kind, empty, context=context()))


@pytest.mark.parametrize("kind", ["chains", "bivariate", "hotspots"])
def test_hostile_names_are_no_mathematics(kind: str) -> None:
    ax = figure(kind, hostile())
    texts = [*ax.texts, *ax.get_legend().get_texts()]
    assert [t.get_text() for t in texts if "${1}" in t.get_text() and t.get_parse_math()] == []


def test_kinds_and_options_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="bivariate"):
        figure("nada", cajamarca())
    with pytest.raises(ParameterError, match=r"(?s)missing = surface.*unknown = nada"):
        figure("risk", cajamarca(), nada=1)
    with pytest.raises(ParameterError, match="“risk”: missing = surface"):
        export(found(), tmp_path / "a.png", figure="risk")
    assert not list(tmp_path.iterdir())
    names = [tmp_path / "a.png", tmp_path / "taller.pdf"]
    with pytest.raises(ParameterError, match="“map, workshop”: unknown = nada"):
        export_all(found(), names, figure_options={"nada": 1})


def test_files_by_name_and_by_argument(tmp_path: Path) -> None:
    heading = b"Concentrations: evidence and stability"
    for name, kind in (("a.svg", "concentrations"), ("b.concentrations.svg", None)):
        import matplotlib as mpl

        with mpl.rc_context({"svg.fonttype": "none"}):
            path = export(found(), tmp_path / name, context=context(), figure=kind)
        assert heading in path.read_bytes()
