"""Publications made by hand for the tests of the writers: five poles around Cajamarca, all invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point, box

from sialgeo.disclosure import counts_told
from sialgeo.model import Context, Indicator, Publication, Step, Summary, TestResult

SAMPLE = Path(__file__).resolve().parents[1] / "sample_layers" / "cajamarca"
SYNTHETIC = "simulación calibrada"
HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><img src=x onerror=window.hacked=1>",
    "\"'><b onmouseover=window.hacked=1>x",
    "\u202eevil\u202c {{ 7*7 }} {% raw %} {# x #} ${1} <!-- <script>",
    '=HYPERLINK("x")\u2028\u2029&lt;',
)
POVERTY = Indicator(
    "pobreza_2018",
    {"es": "Pobreza monetaria 2018", "en": "Monetary poverty 2018"},
    "monetary",
    2018,
    "%",
    "less",
    "INEI, Mapa de pobreza provincial y distrital 2018",
    41.9,
)
HDI = Indicator(
    "idh_2019",
    {"es": "IDH distrital 2019", "en": "District HDI 2019"},
    "hdi",
    2019,
    "",
    "more",
    "PNUD Perú, IDH distrital",
    0.425,
)


def classified() -> gpd.GeoDataFrame:
    """The five, of which the third was surveyed whole and the others in part or not at all."""
    figures = {
        "activation": ["not_evaluable", "not_evaluable", "activated", "not_evaluable", None],
        "share_of_members": [np.nan, np.nan, 48.0, np.nan, np.nan],
        "functional_actions": [np.nan, 1.0, 2.0, np.nan, np.nan],
        "joint_sales": [np.nan, np.nan, 31.0, np.nan, np.nan],
    }
    return areas().assign(**figures)


def areas() -> gpd.GeoDataFrame:
    """Five concentrations: three tested, one not significant, one with little known."""
    table = pd.DataFrame(
        {
            "name": ["Bambamarca", "Cajamarca", "Chota", "Cutervo", "Agua Blanca"],
            "n": [112, 58, 47, 21, 12],
            "expected_n": [23.46, 21.2, 15.1, 14.9, np.nan],
            "pool_n": [1400, 1265, 902, 890, 0],
            "statistic": [91.2, 22.4, 21.9, 1.2, np.nan],
            "p_value": [0.001, 0.001, 0.004, 0.31, np.nan],
            "evidence": ["tested", "tested", "tested", "not_significant", "inconclusive"],
            "relative_risk": [5.86, 2.97, 3.34, 1.42, np.nan],
            "relative_risk_low": [4.7, 2.2, 2.4, 0.9, np.nan],
            "relative_risk_high": [7.3, 3.9, 4.6, 2.2, np.nan],
            "area_km2": [210.4, 166.0, 141.2, 88.8, 40.1],
            "density_km2": [0.53, 0.35, 0.33, 0.24, 0.3],
            "share_of_producers": [22.4, 11.6, 9.4, 4.2, 2.4],
            "output": [61.5, 44.2, 20.1, 8.0, np.nan],
            "share_of_output": [30.8, 22.1, 10.0, 4.0, np.nan],
            "main_chain": ["queso-fresco", "queso-andino", "queso-fresco", "queso-fresco", None],
            "location_quotient": [1.4, 2.6, 1.2, 1.1, np.nan],
            "location_quotient_low": [1.2, 2.0, 0.9, 0.7, np.nan],
            "location_quotient_high": [1.6, 3.3, 1.5, 1.6, np.nan],
            "chain_n__queso-fresco": [100, 12, 47, 21, np.nan],
            "chain_lq__queso-fresco": [1.4, 0.3, 1.2, 1.1, np.nan],
            "chain_n__queso-andino": [12, 46, 0, 0, np.nan],
            "chain_lq__queso-andino": [0.4, 2.6, 0, 0, np.nan],
            "territories": [
                "Bambamarca, Hualgayoc",
                "Cajamarca",
                "Chota",
                "Cutervo",
                "San Silvestre",
            ],
            "idh_2019": [0.351, 0.585, 0.402, 0.371, np.nan],
            "idh_2019__covered": [1.0, 1.0, 0.98, 0.71, 0.0],
            "idh_2019__units": [0.349, 0.601, 0.41, 0.37, np.nan],
            "idh_2019__units_known": [1.0, 1.0, 1.0, 1.0, 0.0],
            "pobreza_2018": [55.3, 22.1, 47.0, 52.6, np.nan],
            "pobreza_2018__covered": [1.0, 1.0, 0.98, 0.71, 0.0],
        },
        index=[1, 2, 3, 4, 5],
    )
    towns = [(-78.52, -6.68), (-78.51, -7.15), (-78.65, -6.56), (-78.82, -6.37), (-78.86, -7.02)]
    shapes = [
        Point(xy).buffer(0.05 + 0.01 * i, quad_segs=4) for i, xy in enumerate(reversed(towns))
    ][::-1]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)


def boxes() -> gpd.GeoDataFrame:
    """Thirty-six square districts, one without figures."""
    cells = [
        box(-79.1 + 0.2 * i, -7.4 + 0.2 * j, -78.9 + 0.2 * i, -7.2 + 0.2 * j)
        for i in range(6)
        for j in range(6)
    ]
    poverty = np.linspace(15, 65, 36)
    poverty[17] = np.nan
    return gpd.GeoDataFrame(
        {
            "ubigeo": [f"06{i:04d}" for i in range(36)],
            "distrito": [f"Distrito {i}" for i in range(36)],
            "pobreza_2018": poverty,
            "idh_2019": 0.7 - poverty / 100 * 0.6,
            "n": np.where(np.arange(36) % 3, 12.0, np.nan),
        },
        geometry=cells,
        crs=4326,
    )


def sample_districts() -> gpd.GeoDataFrame | None:
    """The 127 districts of the sample with their figures, where the sample is there."""
    if not (SAMPLE / "distritos.gpkg").is_file():
        return None
    shapes = gpd.read_file(SAMPLE / "distritos.gpkg")[["ubigeo", "distrito", "geometry"]]
    figures = pd.read_csv(SAMPLE / "indicadores.csv", dtype={"ubigeo": str})
    return shapes.merge(figures[["ubigeo", "idh_2019", "pobreza_2018"]], on="ubigeo", how="left")


def places() -> gpd.GeoDataFrame:
    """The towns."""
    names = {
        "Cajamarca": (-78.5107, -7.1546),
        "Bambamarca": (-78.51885, -6.67967),
        "Chota": (-78.6512, -6.5614),
        "Cutervo": (-78.8178, -6.3777),
        "Celendín": (-78.1459, -6.8663),
        "Hualgayoc": (-78.609, -6.765),
    }
    return gpd.GeoDataFrame(
        {"lugar": list(names)}, geometry=[Point(xy) for xy in names.values()], crs=4326
    )


def points(n: int = 300) -> gpd.GeoDataFrame:
    """Producers scattered around the towns."""
    rng = np.random.default_rng(1)
    middle = np.array([[g.centroid.x, g.centroid.y] for g in areas().geometry])
    xy = middle[rng.integers(0, 5, n)] + rng.normal(0, 0.04, (n, 2))
    chain = rng.choice(
        np.array(["queso-fresco", "queso-andino", None], dtype=object), n, p=[0.6, 0.3, 0.1]
    )
    return gpd.GeoDataFrame(
        {"concentration": 1, "membership": "core", "cadena": chain},
        geometry=gpd.points_from_xy(*xy.T),
        crs=4326,
    )


def grid() -> gpd.GeoDataFrame:
    """Counts by cell."""
    cells = [
        box(-78.9 + 0.1 * i, -7.2 + 0.1 * j, -78.8 + 0.1 * i, -7.1 + 0.1 * j)
        for i in range(4)
        for j in range(6)
    ]
    return gpd.GeoDataFrame(
        {**counts_told(np.arange(10, 34), 10), "side_m": 10_000.0}, geometry=cells, crs=4326
    )


def cajamarca(*, districts: gpd.GeoDataFrame | None = None, **changes: Any) -> Publication:
    """A publication of everything that a study may publish but points and grid."""
    said = {
        "es": Summary(
            "3 concentraciones más densas de lo que explica la población de referencia (p ≤ 0.05).",
            "217 de 500 productores (43%) están en ellas.",
            f"Datos sintéticos: {SYNTHETIC}",
        ),
        "en": Summary(
            "3 concentrations more dense than the reference population explains (p ≤ 0.05).",
            "217 of 500 producers (43%) are in them.",
            f"Synthetic data: {SYNTHETIC}",
        ),
    }
    context = Context(
        title={"es": "Queserías rurales de Cajamarca", "en": "Rural cheese dairies of Cajamarca"},
        sources=("Boucher et al., «Agroindustria rural y sistemas agroalimentarios localizados»",),
        synthetic=SYNTHETIC,
        reference={"es": "30 000 productores de leche", "en": "30,000 milk producers"},
        date="2026-02-01",
        territories=boxes() if districts is None else districts,
        territory_key="ubigeo",
        territory_name="distrito",
        places=places(),
        place_name="lugar",
    )
    publication = Publication(
        areas=areas(),
        points=None,
        grid=None,
        withheld=pd.DataFrame(
            {
                "what": ["concentrations"],
                "n_withheld": [2],
                "reason": ["fewer producers than the minimum for publication"],
            }
        ),
        total=500,
        summaries=said,
        tests=(
            TestResult(
                "cluster-wise Monte Carlo",
                91.2,
                0.001,
                "greater",
                999,
                1,
                "random relabelling of the pool",
            ),
        ),
        steps=(
            Step(
                "detect",
                {"method": "relative-dbscan", "radius": 5000.0, "min_units": 10},
                "EPSG:32717",
                1,
                {"sialgeo": "0.1.0"},
            ),
            Step("profile", {"chain": "cadena", "volume": "volumen", "volume_unit": "t/semana"}),
        ),
        notes=("Two producers share one place.",),
        indicators=(POVERTY, HDI),
        context=context,
    )
    return replace(publication, **changes)


def hostile() -> Publication:
    """The same with names that try to be code, wherever a name is shown."""
    evil = HOSTILE[1]
    held = areas()
    held["name"] = list(HOSTILE)
    held["main_chain"] = evil
    held["territories"] = HOSTILE[0]
    held = held.rename(columns={"chain_n__queso-fresco": f"chain_n__{evil}"})
    districts = boxes()
    districts["distrito"] = [HOSTILE[i % 5] for i in range(36)]
    towns = places()
    towns["lugar"] = [*HOSTILE, evil]
    scattered = points(60)
    scattered.loc[::2, "cadena"] = evil
    base = cajamarca()
    indicator = replace(
        POVERTY, name={"es": HOSTILE[0], "en": HOSTILE[3]}, source=evil, unit=HOSTILE[2]
    )
    context = replace(
        base.context,
        title={"es": evil, "en": HOSTILE[3]},
        sources=HOSTILE,
        synthetic=HOSTILE[3],
        reference={"es": evil},
        date=evil,
        territories=districts,
        places=towns,
    )
    summary = Summary(*HOSTILE[:3])
    return replace(
        base,
        areas=held,
        points=scattered,
        context=context,
        indicators=(indicator, HDI),
        notes=HOSTILE,
        summaries={"es": summary, "en": summary},
        tests=(TestResult(evil, 1.0, 0.1, evil, 9, 1, HOSTILE[0]),),
        steps=(Step(evil, {"chain": "cadena", evil: HOSTILE[0]}, evil, 1, {evil: HOSTILE[3]}),),
        withheld=pd.DataFrame({"what": [evil], "n_withheld": [2], "reason": [HOSTILE[3]]}),
    )
