"""Results made by hand for the tests of what is handed on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from sialgeo.model import Concentrations, Context, Indicator, Step, TestResult

CRS = 32717
POVERTY = Indicator(
    "pobreza_2018",
    {"es": "Pobreza monetaria", "en": "Monetary poverty"},
    "monetary",
    2018,
    "%",
    "less",
    "INEI 2020",
    41.9,
)
HDI = Indicator("idh_2019", {"es": "IDH", "en": "HDI"}, "hdi", 2019, "", "more", "PNUD Perú", 0.45)
HOSTILE = (
    '=HYPERLINK("http://x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "<script>alert('x')</script>",
    "</script><img src=x onerror=alert(1)>",
    "a\"b'c`d",
    "O'Brien & $x_1$ \\frac{}{}",
    "'; DROP TABLE concentraciones; --",
    "línea\nnueva\ttab\x0b\x00fin",
    "{{ 7*7 }} {% raw %} ]]>",
    "名前 🧀",
    "\u202egpj.exe\u202c \u2066aislado",
    "larguísimo " * 910,  # 10,010 characters
)


def found(
    sizes: tuple[int, ...] = (14, 12, 4), radius: float = 5_000.0, **changes: Any
) -> Concentrations:
    """Concentrations of given sizes 30 km apart, and 20 producers in none; footprints are discs."""
    rng = np.random.default_rng(5)
    centres = [(700_000 + 30_000 * i, 9_250_000) for i in range(len(sizes))]
    xy = [rng.normal(c, 900, (n, 2)) for c, n in zip(centres, sizes, strict=True)]
    xy.append(
        np.column_stack([rng.uniform(690_000, 790_000, 20), rng.uniform(9_200_000, 9_230_000, 20)])
    )
    label = np.concatenate([*(np.full(n, i + 1) for i, n in enumerate(sizes)), np.full(20, -1)])
    points = np.vstack(xy)
    total = len(points)
    producers = gpd.GeoDataFrame(
        {
            "id": [f"SECRET-{i:03}" for i in range(total)],
            "nombre": [f"Persona {i}" for i in range(total)],
            "cadena": np.resize(["fresco", "fresco", "andino"], total),
            "t": np.resize([1.0, 1.2, 0.8, 1.1], total),
            "concentration": label,
            "membership": np.where(label > 0, "core", ""),
        },
        index=pd.Index([f"row-{i}" for i in range(total)]),
        geometry=gpd.points_from_xy(points[:, 0], points[:, 1]),
        crs=CRS,
    )
    ids = range(1, len(sizes) + 1)
    discs = [producers.geometry[label == i].buffer(radius / 2).union_all() for i in ids]
    areas = gpd.GeoDataFrame(
        {
            "name": [f"Lugar {i}" for i in ids],
            "n": list(sizes),
            "evidence": [("tested", "not_significant")[i % 2] for i in range(len(sizes))],
            "relative_risk": np.linspace(9, 2, len(sizes)),
            "p_value": np.linspace(0.001, 0.2, len(sizes)),
            "pobreza_2018": np.linspace(20, 60, len(sizes)),
            "pobreza_2018__covered": 0.95,
            "idh_2019": np.full(len(sizes), np.nan),
        },
        index=pd.Index(ids, name="concentration"),
        geometry=discs,
        crs=CRS,
    )
    steps = (
        Step(
            "detect",
            {"method": "relative-dbscan", "radius": radius, "source": "/home/ana/queserias.csv"},
            "EPSG:32717",
            1,
            {"numpy": "2.0"},
            {"producers": "deadbeefdeadbeef"},
            ("two rows of /home/ana/queserias.csv were left out",),
        ),
        Step("profile", {"chain": "cadena", "volume": "t", "volume_unit": "t/semana"}),
        Step("overlay", {"indicators": [i.__dict__ for i in (POVERTY, HDI)]}),
    )
    test = TestResult(
        "cluster-wise Monte Carlo", 21.0, 0.001, "greater", 999, 1, "random labelling of the pool"
    )
    made = Concentrations(producers, areas, (test,), steps)
    return replace(made, **changes)


def context(**changes: Any) -> Context:
    """A context with territories (one without a value) and places."""
    cells = [
        box(690_000 + 25_000 * i, 9_195_000, 715_000 + 25_000 * i, 9_270_000) for i in range(4)
    ]
    territories = gpd.GeoDataFrame(
        {
            "ubigeo": [f"0601{i:02}" for i in range(4)],
            "distrito": ["Uno", "Dos", "Tres", "Cuatro"],
            "pobreza_2018": [20.0, 35.5, 61.0, np.nan],
            "idh_2019": [0.61, 0.44, 0.31, 0.28],
            "ruta": "/home/ana",
        },
        geometry=cells,
        crs=CRS,
    )
    places = gpd.GeoDataFrame(
        {"lugar": ["Lugar 1", "Otro"]},
        geometry=gpd.points_from_xy([700_000, 745_000], [9_250_000, 9_220_000]),
        crs=CRS,
    )
    made = Context(
        title={"es": "Queserías de prueba", "en": "Test dairies"},
        sources=("INEI, Mapa de pobreza 2018", "censo.csv"),
        synthetic="simulated producers",
        reference={"es": "fincas", "en": "farms"},
        date="2024",
        territories=territories,
        territory_key="ubigeo",
        territory_name="distrito",
        places=places,
        place_name="lugar",
    )
    return replace(made, **changes)


def hostile() -> tuple[Concentrations, Context]:
    """Names, chains and titles that try to be formulas, scripts, markup or SQL."""
    c = found(tuple([12] * len(HOSTILE)))
    areas = c.areas.assign(name=HOSTILE, evidence="tested")
    for i, text in enumerate(HOSTILE[:3]):
        areas[f"chain_n__{text}"] = 12.0 + i
    areas["main_chain"] = HOSTILE[0]
    producers = c.producers.assign(cadena=np.resize(np.array(HOSTILE, object), len(c.producers)))
    return replace(c, areas=areas, producers=producers), context(
        title={"es": HOSTILE[4], "en": HOSTILE[5]}, sources=HOSTILE, date=HOSTILE[6]
    )
