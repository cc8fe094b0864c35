"""An attack on what is handed on: every format is parsed, no producer is found, no count is worked out.

The study is made by hand with the traps that a gate must know: a lone producer at the edge, a
dominated concentration, a small one, small chains, districts of few producers.
"""

from __future__ import annotations

import contextlib
import getpass
import itertools
import json
import platform
import re
import shutil
import sqlite3
import subprocess
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from scipy.ndimage import maximum_filter
from scipy.optimize import linear_sum_assignment, linprog
from scipy.spatial import cKDTree
from shapely.geometry import box

import sialgeo
from sialgeo.disclosure import counts, masking, protect, protect_surface
from sialgeo.exporters import WRITERS, coding, export_all
from sialgeo.model import CHAIN_N, Concentrations, Context, Step

from .handmade import found as by_hand

CRS = 32717
KEEP_AWAY = 2.0  # metres: stated in docs/outputs.md
NAMES = (*(f"a{suffix}" for suffix in WRITERS), "datapackage.json")
_BY_PLACE = (["g"], ["g", "a"], ["g", "t"], ["a", "t"], ["g", "a", "t"])
NUMBER = re.compile(r"-?\d+\.\d{3,}|-?\d{5,}(?:\.\d+)?")


def study() -> tuple[Concentrations, Context]:
    """1,200 producers in twelve districts: six knots and a scatter; everything invented."""
    rng = np.random.default_rng(11)
    knots = rng.uniform((706_000, 9_206_000), (754_000, 9_244_000), (6, 2))
    sizes = (160, 120, 80, 60, 14, 6)
    xy = [rng.normal(k, 1_200, (n, 2)) for k, n in zip(knots, sizes, strict=True)]
    xy.append(rng.uniform((700_000, 9_200_000), (760_000, 9_250_000), (760, 2)))
    points = np.round(np.vstack(xy), 1)
    label = np.concatenate([*(np.full(n, i + 1) for i, n in enumerate(sizes)), np.full(760, -1)])
    output = rng.lognormal(0, 0.5, len(points))
    output[label == 5] = np.where(np.arange(14) < 1, 500.0, 1.0)  # one dairy is nearly all of it
    producers = gpd.GeoDataFrame(
        {
            "dueño": [f"SECRET-{i}" for i in range(len(points))],
            "cadena": rng.choice(
                ["fresco", "andino", "mantecoso"], len(points), p=[0.7, 0.25, 0.05]
            ),
            "litros": output,
            "concentration": label,
            "membership": np.where(label > 0, "core", ""),
        },
        geometry=gpd.points_from_xy(*points.T),
        crs=CRS,
    )
    ids = range(1, 7)
    areas = gpd.GeoDataFrame(
        {"name": [f"Lugar {i}" for i in ids], "n": sizes, "evidence": "tested"},
        index=pd.Index(ids, name="concentration"),
        geometry=[producers.geometry[label == i].buffer(1_500).union_all() for i in ids],
        crs=CRS,
    )
    districts = gpd.GeoDataFrame(
        {
            "ubigeo": [f"{i:02}" for i in range(12)],
            "geometry": [
                box(x, y, x + 15_000, y + (9_250_000 - 9_200_000) / 3)
                for x, y in itertools.product(
                    range(700_000, 760_000, 15_000), np.linspace(9_200_000, 9_250_000, 4)[:-1]
                )
            ],
        },
        crs=CRS,
    )
    c = Concentrations(producers, areas, steps=(Step("detect", {"radius": 3_000.0}),))
    c = sialgeo.profile(c, chain="cadena", volume="litros")
    at = districts.sindex.query(c.producers.geometry, predicate="intersects")
    codes = pd.Series(None, index=c.producers.index, dtype=object)
    codes.iloc[at[0]] = districts["ubigeo"].to_numpy()[at[1]]
    return replace(c, producers=c.producers.assign(territory=codes)), Context(
        territories=districts, territory_key="ubigeo"
    )


@pytest.fixture(scope="module")
def made() -> tuple[Concentrations, Context]:
    return study()


@pytest.fixture(scope="module", params=["grid", "masked"])
def published(
    request: pytest.FixtureRequest,
    made: tuple[Concentrations, Context],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIALGEO_SECRET", "the attacker does not know this")
        export_all(
            made[0], [folder / n for n in NAMES], publish=request.param, context=made[1],
            archive=folder / "a.zip",
        )  # fmt: skip
    return request.param, folder


def layers_of(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read every layer of every format that holds geometry."""
    found = {}
    for path in (folder / "a.gpkg", folder / "a.geojson", folder / "a.kml"):
        for name, kind in pyogrio.list_layers(path):
            if kind is not None:
                found[f"{path.suffix} {name}"] = gpd.read_file(path, layer=name)
    found[".parquet"] = gpd.read_parquet(folder / "a.parquet")
    return found


def blobs_of(page: Path) -> dict[str, tuple[Any, dict[str, bytes]]]:
    """Unpack what a web map holds, as its own script does."""
    text = page.read_text(encoding="utf-8")
    held = re.findall(r'<script type="text/plain" id="([\w-]+)"[^>]*>([^<]*)</script>', text)
    return {name: coding.unpack(blob) for name, blob in held}


def vertices_of(folder: Path) -> dict[str, np.ndarray]:
    """Every vertex of an area or a cell in any file, in metres; territories are public."""
    found = {}
    for name, layer in layers_of(folder).items():
        kept = layer[~layer.geometry.geom_type.str.contains("Point")]
        if len(kept) and "territorios" not in name:
            found[name] = in_metres(kept)
    header, blocks = blobs_of(folder / "a.html")["sialgeo-study"]
    for name in ("areas", "grid"):
        if name in blocks:
            shapes = coding.decode(blocks[name], header["digits"][name])
            degrees = [xy for parts in shapes for rings in parts for ring in rings for xy in ring]
            points = gpd.GeoSeries(gpd.points_from_xy(*np.array(degrees).T), crs=4326)
            found[f".html {name}"] = points.to_crs(CRS).get_coordinates().to_numpy()
    return found


def streams_of(raw: bytes) -> str:
    """Everything compressed in a PDF or a PNG, as text."""
    texts = [raw.decode("latin-1")]
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", raw):
        with contextlib.suppress(zlib.error):
            texts.append(
                zlib.decompressobj().decompress(raw[start.start() :], 2**20).decode("latin-1")
            )
    return "\n".join(texts)


def texts_of(folder: Path) -> dict[str, str]:
    """Read every file, its compressed parts and its tables as text."""
    found = {}
    for name, (header, _blocks) in blobs_of(folder / "a.html").items():
        found[f"a.html {name}"] = json.dumps(header, ensure_ascii=False)
    for path in folder.iterdir():
        if path.suffix == ".gpkg":
            with sqlite3.connect(path) as database:
                names = [
                    n
                    for (n,) in database.execute(
                        "SELECT name FROM sqlite_master WHERE type = 'table'"
                    )
                ]
                rows = [str(r) for n in names for r in database.execute(f'SELECT * FROM "{n}"')]
            database.close()
            found[path.name] = "\n".join(rows)
        elif path.suffix in (".xlsx", ".qgz"):
            with zipfile.ZipFile(path) as archive:
                found[path.name] = "\n".join(
                    archive.read(n).decode("utf-8", "replace") for n in archive.namelist()
                )
        elif path.suffix == ".pdf":
            found[path.name] = streams_of(path.read_bytes())
            if shutil.which("pdftotext") is not None:
                done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
                found[f"{path.name}, as read"] = done.stdout.decode("utf-8", "replace")
        elif path.suffix == ".png":
            texts = re.findall(rb"(?:tEXt|iTXt|zTXt|eXIf)[^\xff]{,2000}", path.read_bytes())
            found[path.name] = "\n".join(text.decode("latin-1") for text in texts)
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found[path.name] = "\n".join(map(str, archive.infolist()))
        else:
            found[path.name] = path.read_bytes().decode("utf-8", "replace")
    return found


def in_metres(layer: gpd.GeoDataFrame) -> np.ndarray:
    return layer.geometry.to_crs(CRS).get_coordinates().to_numpy()


def test_nothing_identifies_and_nothing_is_private(
    made: tuple[Concentrations, Context], published: tuple[str, Path]
) -> None:
    _publish, folder = published
    for name, text in texts_of(folder).items():
        for private in ("SECRET-", str(folder), str(Path.home()) + "/", "attacker does not know"):
            assert private not in text, name
        assert "dueño" not in text, name  # a column that was not asked for


def test_metadata_tell_neither_who_nor_where(published: tuple[str, Path]) -> None:
    """Of workbook, archive and pictures: no user, no machine, no time of the day, no folder."""
    _publish, folder = published
    with zipfile.ZipFile(folder / "a.xlsx") as archive:
        core = archive.read("docProps/core.xml").decode()
    who = {getpass.getuser(), platform.node()}
    assert not who & set(re.findall(r">([^<]+)<", core))
    with zipfile.ZipFile(folder / "a.zip") as archive:
        assert sorted(archive.namelist()) == sorted(NAMES)  # names without folders
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not archive.comment
    with zipfile.ZipFile(folder / "a.qgz") as archive:
        project = archive.read("project.qgs").decode()
    sources = re.findall(r'source="([^"]*)"|<datasource>([^<]*)</datasource>', project)
    assert sources and all("".join(pair).startswith("./a.gpkg|layername=") for pair in sources)
    with sqlite3.connect(folder / "a.gpkg") as database:
        told = database.execute("SELECT metadata FROM gpkg_metadata").fetchall()
    database.close()
    assert not any("fingerprint" in text or "/" + getpass.getuser() in text for (text,) in told)


def test_no_number_in_any_file_is_a_coordinate_of_a_producer(
    made: tuple[Concentrations, Context], published: tuple[str, Path]
) -> None:
    """Metres to the decimetre and degrees to five decimals, searched in all the text there is."""
    _publish, folder = published
    metres = made[0].producers.get_coordinates().to_numpy()
    degrees = made[0].producers.to_crs(4326).get_coordinates().to_numpy()
    secret = {tuple(p) for p in np.round(metres, 0)} | {tuple(p) for p in np.round(degrees, 5)}
    for name, text in texts_of(folder).items():
        numbers = [float(n) for n in NUMBER.findall(text)]
        pairs = set(itertools.pairwise(numbers))
        for digits in (0, 5):
            rounded = {(round(a, digits), round(b, digits)) for a, b in pairs}
            assert not secret & rounded, name
            assert not secret & {(b, a) for a, b in rounded}, name


def test_no_vertex_of_any_format_is_a_producer(
    made: tuple[Concentrations, Context], published: tuple[str, Path]
) -> None:
    publish, folder = published
    tree = cKDTree(made[0].producers.get_coordinates().to_numpy())
    found = vertices_of(folder)
    assert {".html areas", ".parquet"} <= set(found)
    assert (".html grid" in found) == (publish == "grid")
    for name, xy in found.items():
        slack = 1.0 if name.startswith(".html") else 0.2  # rounded to a metre there
        assert tree.query(xy)[0].min() >= KEEP_AWAY - slack, name


@pytest.mark.parametrize("kind", ["map", "chains", "concentrations", "bivariate", "quality"])
def test_no_vertex_of_a_figure_is_a_producer(
    made: tuple[Concentrations, Context], kind: str
) -> None:
    """What a drawing holds, an SVG gives to whoever reads its paths."""
    c, said = made
    ax = sialgeo.figure(kind, protect(c, context=said))
    assert any("EPSG:32717" in text.get_text() for text in ax.texts)
    tree = cKDTree(c.producers.get_coordinates().to_numpy())
    public = cKDTree(said.territories.get_coordinates().to_numpy())
    drawn = [path.vertices for one in ax.collections for path in one.get_paths() if len(path) > 9]
    drawn += [np.asarray(one.get_offsets()) for one in ax.collections]
    xy = np.vstack([v for v in drawn if len(v)])
    xy = xy[(np.abs(xy - xy.mean(axis=0)) < 1e6).all(axis=1) & (public.query(xy)[0] > 1.0)]
    inside = xy[(xy[:, 1] > 9_000_000) & (xy[:, 1] < 9_400_000)]
    assert len(inside) > 50
    assert tree.query(inside)[0].min() >= KEEP_AWAY - 0.2


def test_centres_and_arcs_of_outlines_find_no_producer_better_than_chance(
    made: tuple[Concentrations, Context],
) -> None:
    """The middle of an arc of a buffer is a producer: circles through neighbouring corners are tried."""
    c, said = made
    areas = protect(c, context=said).areas.to_crs(CRS)
    tree = cKDTree(c.producers.get_coordinates().to_numpy())
    guesses = [areas.centroid.get_coordinates().to_numpy()]
    for shape in areas.geometry:
        for part in getattr(shape, "geoms", [shape]):
            ring = np.asarray(part.exterior.coords)[:-1]
            for a, b, d in zip(ring, np.roll(ring, -1, 0), np.roll(ring, -2, 0), strict=True):
                centre = _centre(a, b, d)
                if centre is not None and np.hypot(*(centre - a)) < 3_000:
                    guesses.append(centre[None])
            guesses.append((ring + np.roll(ring, -1, 0)) / 2)
    tried = np.vstack(guesses)
    rng = np.random.default_rng(3)
    near = np.repeat(tried, 200, 0) + rng.uniform(-1_500, 1_500, (200 * len(tried), 2))
    within = 50.0
    chance = (tree.query(near)[0] <= within).mean()
    hits = (tree.query(tried)[0] <= within).sum()
    assert hits <= len(tried) * chance + 4 * np.sqrt(len(tried) * chance * (1 - chance)) + 1


def _centre(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray | None:
    left = 2 * np.array([b - a, c - a])
    if abs(np.linalg.det(left)) < 1e-6:
        return None
    return np.linalg.solve(left, [b @ b - a @ a, c @ c - a @ a])


def test_displaced_points_cannot_be_linked(
    made: tuple[Concentrations, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by the nearest place, not by the best one-to-one match, not by averaging two exports."""
    c, said = made
    seen: dict[str, np.ndarray] = {}

    def watched(*given: Any) -> dict[str, Any]:
        seen["moved"] = given[3]
        return report(*given)

    report = masking._masking_report
    monkeypatch.setattr(masking, "_masking_report", watched)
    one = protect(c, publish="masked", context=said, secret="x")
    two = protect(c, publish="masked", context=said, secret="x")
    masked = in_metres(one.points)
    assert np.array_equal(masked, in_metres(two.points))  # there is nothing to average
    stated = one.steps[-1].parameters["masking"]
    assert stated["least_k_achieved"] >= 10
    assert stated["nearest_place_is_the_own"] == 0.0
    # the attacker holds the full register, with chains and districts, and matches one to one
    true, moved = c.producers.get_coordinates().to_numpy(), seen["moved"]
    kept = np.isfinite(moved).all(axis=1)
    np.testing.assert_allclose(moved[kept], masked, atol=0.2)
    groups = c.producers["territory"].astype(str) + c.producers["cadena"]
    hits = tried = 0
    for group in set(groups[kept]):
        register = np.flatnonzero((groups == group).to_numpy())
        mine = np.flatnonzero((groups == group).to_numpy() & kept)
        cost = np.hypot(*(moved[mine][:, None] - true[register][None]).transpose(2, 0, 1))
        rows, columns = linear_sum_assignment(cost)
        hits += int((mine[rows] == register[columns]).sum())
        tried += len(rows)
        rank = (cost <= np.hypot(*(moved[mine] - true[mine]).T)[:, None] * (1 + 1e-9)).sum(axis=1)
        assert (rank >= 10).all()  # at least ten of the register are as near as the own place
    assert tried > 500
    assert hits / tried < 0.1


def published_tables(folder: Path) -> dict[str, pd.DataFrame]:
    gpkg = folder / "a.gpkg"
    return {
        "areas": gpd.read_file(gpkg, layer="concentraciones"),
        "territories": gpd.read_file(gpkg, layer="territorios"),
    }


def test_no_suppressed_count_by_subtraction(
    made: tuple[Concentrations, Context], published: tuple[str, Path]
) -> None:
    """All sums that a reader may know are used at once: what they determine is solved for."""
    c, _said = made
    _publish, folder = published
    tables = published_tables(folder)
    chains = sorted(set(c.producers["cadena"]))
    everyone = c.producers["cadena"].value_counts()
    areas, territories = tables["areas"], tables["territories"]
    truth = pd.crosstab(c.producers["concentration"], c.producers["cadena"])
    _attack(areas, truth, areas["concentration"], chains, everyone, len(c.producers))
    truth = pd.crosstab(c.producers["territory"], c.producers["cadena"])
    _attack(territories, truth, territories["ubigeo"], chains, everyone, len(c.producers))


def _attack(
    table: pd.DataFrame,
    truth: pd.DataFrame,
    keys: pd.Series,
    chains: list[str],
    everyone: pd.Series,
    total: int,
) -> None:
    """Solve for the hidden cells from the shown ones, the rows' sums, the chains' sums and the total."""
    shown = table[[CHAIN_N + chain for chain in chains]].to_numpy(float)
    true = truth.reindex(keys).fillna(0)[chains].to_numpy(float)
    assert np.isnan(shown).any()  # there is something to attack
    assert np.nanmin(np.where(shown > 0, shown, np.nan)) >= 10
    np.testing.assert_array_equal(shown[~np.isnan(shown)], true[~np.isnan(shown)])
    rest = everyone[chains].to_numpy(float) - true.sum(axis=0)
    cells = np.vstack([np.isnan(shown), rest > 0])
    values = np.vstack([np.nan_to_num(shown), np.zeros(len(chains))])
    full = np.vstack([true, rest])
    rows, columns = np.nonzero(cells)
    equations, sides = [], []
    sums = table["n"].to_numpy(float)
    for i, known in enumerate(sums):
        if not np.isnan(known):
            equations.append((rows == i).astype(float))
            sides.append(known - values[i].sum())
    for j, chain in enumerate(chains):
        if everyone[chain] >= 10:
            equations.append((columns == j).astype(float))
            sides.append(everyone[chain] - values[:, j].sum())
    equations.append(np.ones(len(rows)))
    sides.append(total - values.sum())
    left = np.array(equations)
    _u, s, vectors = np.linalg.svd(left)
    free = np.abs(vectors[(s > 1e-9).sum() :]).sum(axis=0) > 1e-9
    solution = np.linalg.lstsq(left, np.array(sides), rcond=None)[0]
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        if not free[k]:
            assert round(solution[k]) == full[i, j]  # the attack is sound
            assert full[i, j] == 0 or full[i, j] >= 10


def test_no_small_count_follows_from_two_tables_together(
    made: tuple[Concentrations, Context],
) -> None:
    """Counts by concentration and by territory are sums of one table: it is solved for, with chains.

    The reader is taken to know which concentration reaches into which territory, each chain's sum and
    the sum of all. Whatever then follows is zero or not small.
    """
    for c, said in (made, beside_a_whole_one()):
        held = protect(c, context=said)
        chains = sorted(c.producers["cadena"].unique())
        codes = list(said.territories["ubigeo"])
        rows = c.producers["territory"].map(codes.index, na_action="ignore").fillna(len(codes))
        columns = held.areas.index.get_indexer(c.producers["concentration"])
        columns[columns < 0] = len(held.areas)
        kinds = c.producers["cadena"].map(chains.index)
        table = pd.DataFrame({"t": rows.astype(int), "a": columns, "k": kinds.astype(int)})
        reached = {*zip(table["t"], table["a"], strict=True)}
        reached |= {(t, len(held.areas)) for t in range(len(codes) + 1)}
        every = pd.MultiIndex.from_tuples(
            [(*cell, k) for cell in sorted(reached) for k in range(len(chains))],
            names=["t", "a", "k"],
        )
        cells = table.value_counts().reindex(every, fill_value=0).rename("n").reset_index()
        known = _sums_shown(cells, held, chains)
        for of in (["t"], ["a"], ["t", "a"], ["t", "k"], ["a", "k"], ["t", "a", "k"], ["k"]):
            wanted = pd.get_dummies(cells[of].astype(str).agg("|".join, axis=1)).T.to_numpy(float)
            for row, true in zip(wanted, wanted @ cells["n"].to_numpy(), strict=True):
                assert true == 0 or true >= 10 or not _follows(row, known), (of, true)


def test_areas_grid_and_territories_together_give_no_small_count_away(
    made: tuple[Concentrations, Context],
) -> None:
    """What is published by default is one system of sums and bounds: every small count is bounded by it.

    Areas and territories tell exact sums, cells a class as wide as the minimum, which counts too. The
    reader is taken to know which concentration and territory reach into which cell. No count from 1
    to 9 may follow: it may as well be zero, or is known no closer than the minimum.
    """
    for c, said in (made, beside_a_whole_one(), beside_a_whole_one(27)):
        tried, told = _bounded(c, protect(c, context=said), said)
        assert tried and not told


def test_districts_along_the_lines_of_the_grid_give_no_small_count_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where cells, districts and areas fit together, each table may keep its rule and all still tell."""
    for seed in (9, 10):
        c, said = along_the_grid(seed)
        held = protect(c, context=said)
        tried, told = _bounded(c, held, said)
        assert tried > 40 and not told
        assert len(held.grid) > 4 and held.context.territories["n"].notna().any()
        with monkeypatch.context() as patch:
            patch.setattr(counts, "audited", lambda _crossing, shown, _least: shown)
            assert _bounded(c, protect(c, context=said), said)[1]  # the attack finds what is there


def test_counts_by_chain_are_not_told_closely_by_all_tables_together() -> None:
    """The same with the chains of areas and territories, whose sums a reader may know."""
    c, said = along_the_grid(9)
    held = protect(c, publish="areas", context=said)
    by = (["t", "k"], ["a", "k"], ["a", "t"], ["t"], ["t", "a", "k"])
    tried, told = _bounded(c, held, said, by, chains=True)
    assert tried > 40 and not told


def _bounded(
    c: Concentrations, held: Any, said: Context, by: Any = _BY_PLACE, *, chains: bool = False
) -> tuple[int, list[Any]]:
    """Return how many small counts there are, and which a reader knows more closely than the minimum."""
    cells = _cells_of(c, held, said, chains)
    bounds = _bounds_shown(cells, held)
    tried, told = 0, []
    for of in by:
        for chosen in cells.groupby(of).indices.values():
            true = cells["n"].to_numpy()[chosen].sum()
            if 0 < true < 10:
                wanted = np.bincount(chosen, minlength=len(cells))
                low, high = _least_and_most(wanted, *bounds)
                assert low - 1e-6 <= true <= high + 1e-6  # the attack is sound
                tried += 1
                if low >= 0.5 and high - low <= 8.5:
                    told.append((of, true, low, high))
    return tried, told


def along_the_grid(seed: int) -> tuple[Concentrations, Context]:
    """Six knots and a scatter in square districts of two by two cells of the grid; everything invented."""
    rng = np.random.default_rng(seed)
    knots = rng.uniform((706_000, 9_206_000), (754_000, 9_244_000), (6, 2))
    sizes = rng.integers(11, 60, 6)
    xy = [rng.normal(k, 1_500, (n, 2)) for k, n in zip(knots, sizes, strict=True)]
    scattered = int(rng.integers(60, 400))
    xy.append(rng.uniform((700_000, 9_200_000), (760_000, 9_250_000), (scattered, 2)))
    points = np.vstack(xy).round(1)
    label = np.append(np.repeat(range(1, 7), sizes), np.full(scattered, -1))
    chain = rng.choice(["fresco", "andino", "mantecoso"], len(points), p=[0.6, 0.3, 0.1])
    wide = 12_000
    corners = itertools.product(range(696_000, 770_000, wide), range(9_192_000, 9_260_000, wide))
    districts = gpd.GeoDataFrame(
        geometry=[box(x, y, x + wide, y + wide) for x, y in corners], crs=CRS
    )
    districts["ubigeo"] = [f"{i:03}" for i in range(len(districts))]
    producers = gpd.GeoDataFrame(
        {"cadena": chain, "concentration": label, "membership": np.where(label > 0, "core", "")},
        geometry=gpd.points_from_xy(*points.T),
        crs=CRS,
    )
    at, of = districts.sindex.query(producers.geometry, predicate="within")
    producers["territory"] = pd.Series(districts["ubigeo"].to_numpy()[of], at)
    areas = gpd.GeoDataFrame(
        {"name": [f"Lugar {i}" for i in range(1, 7)], "n": sizes, "evidence": "tested"},
        index=pd.Index(range(1, 7), name="concentration"),
        geometry=[producers.geometry[label == i].buffer(1_500).union_all() for i in range(1, 7)],
        crs=CRS,
    )
    c = Concentrations(producers, areas, steps=(Step("detect", {"radius": 3_000.0}),))
    return sialgeo.profile(c, chain="cadena"), Context(
        territories=districts, territory_key="ubigeo"
    )


def _cells_of(c: Concentrations, held: Any, said: Context, chains: bool = False) -> pd.DataFrame:
    """Count the producers by cell, concentration and territory (and chain); the last of each is none."""
    codes = list(said.territories["ubigeo"])
    g = np.zeros(len(c.producers), dtype=int)
    if held.grid is not None:
        grid = held.grid.to_crs(CRS)
        at, cell = grid.sindex.query(c.producers.geometry, predicate="within")
        g[:] = len(grid)
        g[at] = cell
    a = held.areas.index.get_indexer(c.producers["concentration"])
    table = pd.DataFrame(
        {
            "g": g,
            "a": np.where(a < 0, len(held.areas), a),
            "t": c.producers["territory"].map(codes.index, na_action="ignore").fillna(len(codes)),
        }
    ).astype(int)
    beside = table.assign(a=len(held.areas)).drop_duplicates()
    reached = pd.concat([table.drop_duplicates(), beside]).drop_duplicates()
    if chains:
        kinds = pd.DataFrame({"k": sorted(c.producers["cadena"].unique())})
        table, reached = table.assign(k=c.producers["cadena"]), reached.merge(kinds, how="cross")
    counted, every = table.value_counts(), pd.MultiIndex.from_frame(reached)
    return counted.reindex(every, fill_value=0).rename("n").reset_index()


def _bounds_shown(cells: pd.DataFrame, held: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the sums that are told, and the least and most of each."""
    rows = [(np.ones(len(cells)), held.total, held.total)]
    exact = (("a", held.areas["n"]), ("t", held.context.territories["n"]))
    for axis, told in exact:
        rows += [(cells[axis] == i, n, n) for i, n in enumerate(told) if pd.notna(n)]
    if held.grid is not None:
        rows += [(cells["g"] == i, n - 5, n + 4) for i, n in enumerate(held.grid["n"])]
    if "k" in cells:
        for chain, one in cells.groupby("k"):
            if (total := one["n"].sum()) >= 10:
                rows.append((cells["k"] == chain, total, total))
            for axis, layer in (("a", held.areas), ("t", held.context.territories)):
                told = layer[CHAIN_N + chain]
                mine = cells["k"] == chain
                rows += [
                    (mine & (cells[axis] == i), n, n) for i, n in enumerate(told) if pd.notna(n)
                ]
    left, low, high = zip(*rows, strict=True)
    return np.array(left, dtype=float), np.array(low, dtype=float), np.array(high, dtype=float)


def _least_and_most(
    wanted: np.ndarray, left: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[float, float]:
    """Return the least and the most that a sum can be, with nothing below zero."""
    within = {"A_ub": np.vstack([left, -left]), "b_ub": np.concatenate([high, -low])}
    found = [linprog(sign * wanted.astype(float), **within, method="highs") for sign in (1, -1)]
    assert all(one.status == 0 for one in found)
    return found[0].fun, -found[1].fun


def _sums_shown(cells: pd.DataFrame, held: Any, chains: list[str]) -> np.ndarray:
    """Return which cells each published number is the sum of."""
    sums = [np.ones(len(cells))]
    sums += [(cells["k"] == j).to_numpy(float) for j in range(len(chains))]
    for axis, layer in (("a", held.areas), ("t", held.context.territories)):
        for i, (_key, row) in enumerate(layer.iterrows()):
            mine = (cells[axis] == i).to_numpy()
            if pd.notna(row["n"]):
                sums.append(mine.astype(float))
            for j, chain in enumerate(chains):
                if pd.notna(row[CHAIN_N + chain]):
                    sums.append((mine & (cells["k"] == j).to_numpy()).astype(float))
    counts = cells["n"].to_numpy()
    sums += [
        row for one in sums if one @ counts == 0 for row in np.diag(one)[one > 0]
    ]  # all of them zero
    return np.array(sums)


def _follows(wanted: np.ndarray, known: np.ndarray) -> bool:
    """Say whether a sum is a combination of the known ones."""
    solution = np.linalg.lstsq(known.T, wanted, rcond=None)[0]
    return bool(np.abs(known.T @ solution - wanted).max() < 1e-7)


def beside_a_whole_one(whole: int = 24) -> tuple[Concentrations, Context]:
    """A producer alone beside a whole concentration in its district: 25 less 24."""
    c = by_hand((whole, 30, 40))
    xy = c.producers.get_coordinates().to_numpy().copy()
    rest = whole + 70
    xy[rest:] = (790_000.0, 9_200_000.0) + np.arange(20)[:, None] * 10.0
    xy[rest] = (701_000.0, 9_240_000.0)
    xy[rest + 1 : rest + 11] = (731_000.0, 9_240_000.0) + np.arange(10)[:, None] * 10.0
    chain = np.resize(["fresco", "andino"], len(xy))
    codes = np.select(
        [xy[:, 0] < 715_000, xy[:, 0] < 745_000, xy[:, 0] < 775_000], list("123"), "4"
    )
    producers = c.producers.set_geometry(gpd.points_from_xy(*xy.T), crs=CRS)
    producers = producers.assign(cadena=chain, territory=codes)
    c = sialgeo.profile(replace(c, producers=producers), chain="cadena")
    cells = [box(x, 9_195_000, x + 30_000, 9_270_000) for x in range(685_000, 805_000, 30_000)]
    districts = gpd.GeoDataFrame({"ubigeo": list("1234")}, geometry=cells, crs=CRS)
    return c, Context(territories=districts, territory_key="ubigeo")


def test_a_surface_shows_no_producer_that_stands_alone() -> None:
    """Bumps are looked for: of a surface to be handed on none stands at a producer's place."""
    rng = np.random.default_rng(4)
    knot = rng.normal((720_000, 9_220_000), 800, (60, 2))
    alone = np.array([(712_000.0, 9_212_000.0), (729_000.0, 9_211_000.0), (711_000.0, 9_229_500.0)])
    farms = rng.uniform((705_000, 9_205_000), (735_000, 9_235_000), (4_000, 2))
    tables = [
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS)
        for xy in (np.vstack([knot, alone]), farms)
    ]
    for bandwidth in (400.0, 1_500.0):
        surface = sialgeo.relative_risk_surface(
            *tables, bandwidth=bandwidth, cell=200.0, replicates=19
        )
        held = protect_surface(surface, tables[0])
        for values, open_to_all in (
            (held.values, False), (held.p_values, False), (held.p_lower, False), (surface.values, True),
        ):  # fmt: skip
            at = _bumps(values, surface)
            far = [np.hypot(*(at - one).T).min(initial=np.inf) for one in alone]
            assert (min(far) < bandwidth) == open_to_all  # the attack finds them on the raw surface
        shown = np.isfinite(held.values)
        near = cKDTree(tables[0].get_coordinates().to_numpy()).query_ball_point(
            _centres(surface)[shown.ravel()], bandwidth, return_length=True
        )
        assert shown.any() and near.min() >= 10
    assert np.isnan(protect_surface(surface, tables[0], min_n=64).values).all()


def _centres(surface: Any) -> np.ndarray:
    rows, columns = np.indices(surface.values.shape)
    a, _b, x, _d, e, y = surface.transform
    return np.column_stack([x + a * (columns.ravel() + 0.5), y + e * (rows.ravel() + 0.5)])


def _bumps(values: np.ndarray, surface: Any) -> np.ndarray:
    """Return where a surface is as high, or as low, as anywhere around."""
    filled = np.where(np.isfinite(values), values, np.nan)
    found = np.zeros(values.shape, dtype=bool)
    for sign in (1.0, -1.0):
        there = np.where(np.isnan(filled), -np.inf, sign * filled)
        found |= (there == maximum_filter(there, 5)) & np.isfinite(there)
    return _centres(surface)[found.ravel()]


def test_grid_and_total_give_no_small_cell_away(made: tuple[Concentrations, Context]) -> None:
    c, said = made
    published = protect(c, publish="grid", context=said)
    grid = published.grid.to_crs(CRS)
    assert (grid["n"] % 10 == 5).all()  # the middle of a class as wide as the minimum
    joined = gpd.sjoin(c.producers[["geometry"]], grid, predicate="within")
    left_over = len(c.producers) - joined.index.nunique()
    hidden = published.withheld.groupby("what")["n_withheld"].sum().get("grid cells", 0)
    assert (hidden == 0 and left_over == 0) or (hidden >= 2 and left_over >= 10)


def test_withheld_concentrations_are_nowhere(
    made: tuple[Concentrations, Context], published: tuple[str, Path]
) -> None:
    _publish, folder = published
    text = "\n".join(texts_of(folder).values())
    assert "Lugar 4" in text
    for name in ("Lugar 5", "Lugar 6"):  # dominated; small
        assert name not in text
    held = json.loads((folder / "a.json").read_text(encoding="utf-8"))
    reasons = {
        row["reason"]: row["n_withheld"]
        for row in held["withheld"]
        if row["what"] == "concentrations"
    }
    assert sorted(reasons.values()) == [1, 1]


def test_files_of_one_study_agree(published: tuple[str, Path]) -> None:
    """What one format withholds no other tells."""
    _publish, folder = published
    layers = layers_of(folder)
    columns = [c for c in layers[".parquet"].columns if c.startswith(CHAIN_N)]
    one: Any = layers[".parquet"].query("layer == 'concentrations'")[columns].to_numpy(float)
    for name in (".gpkg concentraciones", ".geojson a"):
        other = layers[name]
        other = other[other["layer"] == "concentrations"] if "layer" in other else other
        np.testing.assert_array_equal(other[columns].to_numpy(float), one)
    from openpyxl import load_workbook

    sheet = load_workbook(folder / "a.xlsx").worksheets[0]
    header = [cell.value for cell in sheet[2]]
    at = [i for i, h in enumerate(header) if str(h).startswith("Producers of")]
    written = [[row[i] for i in at] for row in sheet.iter_rows(min_row=3, values_only=True)]
    np.testing.assert_array_equal(np.array(written, dtype=float), one)
