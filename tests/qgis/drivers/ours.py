"""What the library itself gives for the algorithms on tables, districts and working files, without QGIS's layers.

Each entry of ``OURS`` takes a namespace of inputs and returns a table whose rows the algorithm's first output
must hold.
"""

import pandas as pd

PEOPLE = pd.DataFrame(
    {
        "who": [f"p{i}" for i in range(40)],
        "region": ["north" if i % 3 else "south" for i in range(40)],
        "school": [float(i % 12) for i in range(40)],
        "health": [float(i % 2) for i in range(40)],
        "water": [float(i % 5 > 1) for i in range(40)],
        "size": [1.0 + i % 4 for i in range(40)],
        "income": [800.0 + 137 * (i * 7 % 40) for i in range(40)],
        "lacks": [i % 7 for i in range(40)],
        "line": [3000.0 if i % 2 else 2200.0 for i in range(40)],
        "least": [1500.0 if i % 2 else 1100.0 for i in range(40)],
        "life": [60.0 + i % 20 for i in range(40)],
        "expected": [9.0 + i % 8 for i in range(40)],
        "mean": [4.0 + i % 8 for i in range(40)],
        "gni": [2_000.0 + 450 * i for i in range(40)],
        "hdi_2010": [0.4 + 0.005 * (i * 3 % 40) for i in range(40)],
        "hdi_2020": [0.45 + 0.005 * (i * 5 % 40) for i in range(40)],
        "rate": [1.0 + i * 11 % 13 for i in range(40)],
        "units": [100 + 3 * i for i in range(40)],
        "plants": [10 + i % 9 for i in range(40)],
        "small": [4 + i % 5 for i in range(40)],
        "medium": [3 + i % 3 for i in range(40)],
        "large": [1 + i % 2 for i in range(40)],
        "cheese": [5 + i % 6 for i in range(40)],
        "panela": [3 + i % 4 for i in range(40)],
    }
)


def _hdi(given):
    import sialgeo

    del given
    index = sialgeo.hdi(*(PEOPLE[name] for name in ("life", "expected", "mean", "gni")))
    band = sialgeo.hdi_band(index, publisher="UNDP", year=2014)
    return pd.DataFrame({"hdi": index, "hdi_band": band.astype(object)})


def _poor(given):
    import sialgeo

    del given
    found = sialgeo.alkire_foster(
        PEOPLE[["school", "health", "water"]], [6, 1, 1], k=2, population=PEOPLE["size"],
        groups=PEOPLE["region"], rows="people",
    )  # fmt: skip
    poor = ["yes" if one else "no" for one in found.rows["poor"]]
    return pd.DataFrame({"af_score": found.rows["score"], "af_poor": poor})


def _coneval(given):
    import sialgeo

    del given
    found = sialgeo.coneval_classes(
        PEOPLE["income"], PEOPLE["lacks"], poverty_line=PEOPLE["line"], minimum_line=PEOPLE["least"]
    )
    return pd.DataFrame({"coneval": found.astype(object)})


def _change(given):
    import sialgeo

    del given
    both = [
        {"column": f"hdi_{y}", "year": y, "method_year": 2014, "family": "hdi", "better": "more"}
        for y in (2010, 2020)
    ]
    return sialgeo.change(PEOPLE, "hdi_2010", "hdi_2020", indicators=both)[["change", "direction"]]


def _curve(given):
    import sialgeo

    del given
    return sialgeo.concentration_index(
        PEOPLE["rate"], PEOPLE["hdi_2010"], weights=PEOPLE["size"]
    ).curve


def _agro(given):
    import sialgeo

    del given
    found = sialgeo.distritos_air(
        PEOPLE, total="units", processing="plants", chains=["cheese", "panela"],
        sizes={name: name for name in ("small", "medium", "large")},
    )  # fmt: skip
    return found[["lq_processing", "main_chain", "steps_met", "district"]]


def _contrast(given):
    import sialgeo

    return sialgeo.contrast(
        given.districts, by="zona_lechera", group="si", columns=["area_oficial_km2"], name="distrito",
        better="less", replicates=19, seed=1,
    ).table()  # fmt: skip


def _regression(given):
    import sialgeo

    found = sialgeo.spatial_regression(given.districts, "poblacion", ["area_oficial_km2"])
    return found.coefficients


def _moran(given):
    import sialgeo

    found = sialgeo.moran(given.districts, "poblacion")
    return pd.DataFrame({"moran_i": [found.statistic], "p_rand": [found.p_rand]})


def _carried(given):
    import sialgeo

    return sialgeo.interpolate_areas(
        given.districts,
        given.districts.to_crs(given.districts.crs),
        totals=["poblacion"],
        key="ubigeo",
        method="pycnophylactic",
    )[["ubigeo", "poblacion"]]


def _zones(given):
    import numpy as np
    from osgeo import gdal  # rasterio is not there on Windows

    import sialgeo

    file = gdal.Open(str(given.raster))
    c, a, b, f, d, e = file.GetGeoTransform()
    values = file.GetRasterBand(1).ReadAsArray().astype(float)
    values[values == file.GetRasterBand(1).GetNoDataValue()] = np.nan
    raster = sialgeo.Raster(values, (a, b, c, d, e, f), given.crs, "pov")
    return sialgeo.zonal_statistics(given.districts, raster, column="pov")[["pov", "pov__covered"]]


def _around(given):
    import sialgeo

    return pd.DataFrame(
        sialgeo.local_colocation(
            given.producers, kind="cadena", of="queso-fresco", near="queso-andino", replicates=19
        )[["lclq", "p_value"]]
    )


def _agreement(given):
    import sialgeo

    return sialgeo.agreement(given.work, given.later).areas[["agreement"]]


def _catchments(given):
    import sialgeo

    return sialgeo.catchment_areas(given.work)[["name", "area_km2"]]


def _trade(given):
    import sialgeo

    tables = sialgeo.read_tables(given.sample)
    return sialgeo.trade_exposure(given.work, tables).areas[["exposed_producers", "exposure"]]


def _questions(given):
    import sialgeo

    return sialgeo.field_questions(given.work)


def _protected(given):
    import sialgeo

    return sialgeo.protect(given.work).areas[["name", "n", "evidence"]]


def _verified(given):
    import sialgeo

    del given
    checks = sialgeo.verify()
    return pd.DataFrame({"ours": [c.ours for c in checks], "passed": [c.passed for c in checks]})


def _risk(given):
    import sialgeo

    found = sialgeo.relative_risk_surface(
        given.producers, given.reference, bandwidth=8000.0, replicates=19, seed=1
    )
    return found.contours()[["side", "relative_risk", "p_value"]]


def _specialised(given):
    import sialgeo

    asked = {"chain": "cadena", "territory": "ubigeo", "key": "ubigeo"}
    return sialgeo.quotients_by_territory(given.producers, territories=given.districts, **asked)[
        ["cadena", "ubigeo", "n", "lq", "p_upper"]
    ]


def _distances(given):
    import sialgeo

    found = sialgeo.m_function(
        given.producers, kind="cadena", of="queso-fresco", replicates=99, seed=1
    )
    return found.table[["value", "low", "high"]]


def _colocated(given):
    import sialgeo

    return sialgeo.colocation_quotient(given.producers, kind="cadena", replicates=99, seed=1).table


def _by_radius(given):
    import sialgeo

    return sialgeo.evidence_by_radius(given.ladder).table.reset_index()


OURS = {
    "specialise": _specialised,
    "distances": _distances,
    "colocation": _colocated,
    "evidencebyradius": _by_radius,
    "hdi": _hdi,
    "alkirefoster": _poor,
    "conevalclasses": _coneval,
    "change": _change,
    "concentrationindex": _curve,
    "agrodistricts": _agro,
    "contrast": _contrast,
    "regression": _regression,
    "moran": _moran,
    "interpolateareas": _carried,
    "zonalstatistics": _zones,
    "localcolocation": _around,
    "agreement": _agreement,
    "catchmentareas": _catchments,
    "tradeexposure": _trade,
    "fieldquestions": _questions,
    "protect": _protected,
    "verify": _verified,
    "relativerisk": _risk,
}
