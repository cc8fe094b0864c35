"""The figures: what is drawn, what is written beside it, and that nothing global changes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from sialgeo.disclosure import protect
from sialgeo.errors import SchemaError
from sialgeo.exporters import export
from sialgeo.exporters.figures import furniture, plot
from sialgeo.i18n import use_language
from sialgeo.symbology import NO_DATA, class_of, indicator_classes

from .handmade import POVERTY, context, found, hostile
from .publications import cajamarca


def texts(ax: Any) -> str:
    """Everything that is written on the axes."""
    legend = ax.get_legend()
    written = [t.get_text() for t in ax.texts] + [ax.get_title(loc="left")]
    written += [t.get_text() for t in legend.get_texts()] if legend else []
    return " ".join("\n".join(written).split())


def test_what_is_written() -> None:
    ax = plot(protect(found(), context=context()))
    said = texts(ax)
    for expected in (
        "Test dairies", "Synthetic data: simulated producers", "Producers examined: 50", "Withheld for confidentiality: concentrations: 1",
        "Sources: INEI, Mapa de pobreza 2018", "Date: 2024", "Projection: EPSG:32717", "Natural Earth",
        "Monetary poverty, 2018", "no data", "1 Lugar 1", "km", "N",
    ):  # fmt: skip
        assert expected in said
    assert ax.get_xlabel() == ax.get_ylabel() == ""


def test_territories_have_the_colours_of_the_legend() -> None:
    made = context()
    ax = plot(protect(found(), context=made), basemap=False)
    values = made.territories["pobreza_2018"].to_numpy(float)
    classes = indicator_classes(values, POVERTY)
    wanted = [c.colour if c else NO_DATA.fill for c in (class_of(v, classes) for v in values)]
    drawn = [[to_hex(c) for c in collection.get_facecolor()] for collection in ax.collections]
    assert wanted in drawn


def test_points_only_where_they_are_at_hand() -> None:
    def scattered(ax: Any) -> int:
        return max(
            (len(c.get_offsets()) for c in ax.collections if isinstance(c, PathCollection)),
            default=0,
        )

    c = found()
    assert scattered(plot(protect(c), basemap=False)) == 0
    private = plot(c, basemap=False)
    assert scattered(private) == len(c.producers)
    dots = [c for c in private.collections if isinstance(c, PathCollection)]
    assert all(c.get_rasterized() for c in dots if len(c.get_offsets()) == len(found().producers))
    assert scattered(plot(c, points=False, basemap=False)) == 0
    assert len(found().plot(basemap=False).texts) > 0  # the method of the result


def test_given_axes_are_drawn_on() -> None:
    ax = Figure().add_subplot()
    assert plot(found(), ax, basemap=False) is ax


def test_areas_by_indicator_and_unknown_column() -> None:
    said = texts(plot(found(), column="pobreza_2018", basemap=False))
    assert "Monetary poverty, 2018" in said
    with pytest.raises(SchemaError, match="“nada”"):
        plot(found(), column="nada")
    with pytest.raises(SchemaError, match="“nada”"):
        plot(found(), column="nada", territories=context().territories)
    made = context().territories
    assert "pobreza_2018" in texts(plot(found(steps=()), column="pobreza_2018", territories=made))


def test_nothing_to_show_is_said() -> None:
    for code, expected in (("en", "No concentration found"), ("es", "")):
        c = found()
        empty = type(c)(c.producers, c.areas.iloc[:0], (), c.steps[:1])
        with use_language(code):
            assert expected in texts(plot(protect(empty)))


def test_hostile_names_are_drawn_as_they_are(tmp_path: Path) -> None:
    c, said = hostile()
    assert all(
        not t.get_parse_math() for t in plot(protect(c, context=said)).texts if "$" in t.get_text()
    )
    for suffix in ("png", "svg"):
        assert export(c, tmp_path / f"a.{suffix}", context=said).stat().st_size > 10_000


def test_png_is_a_picture_of_a_readable_size(tmp_path: Path) -> None:
    from matplotlib.image import imread

    picture = imread(export(found(), tmp_path / "a.png", context=context()))
    assert picture.shape[:2] == (1700, 2200)
    assert (
        np.unique((picture[::20, ::20, :3] * 255).astype(int).reshape(-1, 3), axis=0).shape[0] > 10
    )


def test_svg_is_light_with_many_points(tmp_path: Path) -> None:
    c = found((3000, 2000))
    path = export(c, tmp_path / "a.svg", publish="points")
    assert path.stat().st_size < 1_500_000
    assert b"<image" in path.read_bytes()


def test_no_global_state(tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    export(found(), tmp_path / "a.svg", context=context())
    assert dict(mpl.rcParams) == before
    code = (
        "import sys; from tests.handmade import found\n"
        "found().plot(basemap=False)\n"
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'\n"
    )
    root = Path(__file__).resolve().parents[1]
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_date_and_sources_stand_beneath_the_map_however_much_was_withheld() -> None:
    held = cajamarca()
    many = pd.DataFrame({"what": "columns", "n_withheld": range(1, 60), "reason": "small"})
    sources = tuple(f"Source {i}, a long title of a publication" for i in range(60))
    crowded = replace(held, withheld=many, context=replace(held.context, sources=sources))
    foot = [t.get_text() for t in plot(crowded).texts][-1]
    assert "2026-02-01" in foot and "Source 0" in foot and "EPSG" in foot and "columns: 1" in foot
    assert foot.count("\n") <= 11 and " …" in foot


def test_scale_bar_lengths() -> None:
    assert [furniture.nice(x) for x in (1, 1.9, 2, 4.99, 5, 9.9, 12_345)] == [
        1,
        1,
        2,
        2,
        5,
        5,
        10_000,
    ]
