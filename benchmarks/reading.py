"""Reading a table as large as DENUE: seconds and peak memory, each reader in a process of its own.

    python benchmarks/reading.py [--rows 6000000] [--folder DIR]

The file is made up: the columns, lengths and classes of INEGI's directory, drawn at random.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = ["id", "codigo_act", "per_ocu", "municipio"]
CASES = "codigo_act == '311513'"
_SIZES = np.array(["0 a 5 personas", "6 a 10 personas", "11 a 30 personas", "251 y más personas"])
_TOWNS = np.array([f"Municipio de prueba {i}" for i in range(2_469)])
_CODES = np.array(["311513", "311830", "431194", "461110", "722511", "812110", "541110", "621211"])
_FILL = {
    "clee": 28, "nom_estab": 24, "raz_social": 20, "nombre_act": 48, "tipo_vial": 6, "nom_vial": 18,
    "tipo_v_e_1": 6, "nom_v_e_1": 16, "tipo_v_e_2": 6, "nom_v_e_2": 16, "numero_ext": 3, "nomb_asent": 14,
    "cod_postal": 5, "cve_ent": 2, "entidad": 12, "cve_mun": 3, "cve_loc": 4, "localidad": 14, "ageb": 4,
    "manzana": 3, "telefono": 10, "correoelec": 18, "www": 8, "tipoUniEco": 4, "fecha_alta": 7,
}  # fmt: skip


def make(path: Path, rows: int) -> None:
    """Write the made-up directory, in Latin-1 as the older deliveries are: one block, again and again."""
    chance = np.random.default_rng(1)
    n = min(rows, _BLOCK)
    part = pd.DataFrame({"id": np.arange(1, n + 1)})
    part["codigo_act"] = chance.choice(_CODES, n)
    part["per_ocu"] = chance.choice(_SIZES, n)
    part["municipio"] = chance.choice(_TOWNS, n)
    for name, length in _FILL.items():
        part[name] = "é" + "x" * (length - 1)
    part["latitud"] = np.round(chance.uniform(17.0, 22.0, n), 8)
    part["longitud"] = np.round(chance.uniform(-103.0, -97.0, n), 8)
    text = part.to_csv(index=False, lineterminator="\n").encode("cp1252")
    header, _newline, block = text.partition(b"\n")
    with path.open("wb") as out:
        out.write(header + b"\n")
        for _time in range(rows // n):
            out.write(block)


_BLOCK = 100_000  # rows


def ours(path: Path) -> int:
    """Read every establishment, its columns chosen."""
    import sialgeo

    return len(sialgeo.read_producers(path, columns=COLUMNS))


def ours_cases(path: Path) -> int:
    """Read the dairies, chosen while the file is read."""
    import sialgeo

    return len(sialgeo.read_producers(path, columns=COLUMNS, cases=CASES))


def by_hand(path: Path) -> int:
    """pandas and geopandas, the columns and encoding named by hand, nothing checked."""
    import geopandas as gpd

    table = pd.read_csv(
        path,
        usecols=[*COLUMNS, "latitud", "longitud"],
        encoding="cp1252",
        dtype={"codigo_act": str},
    )
    points = gpd.points_from_xy(table["longitud"], table["latitud"], crs=4326)
    return len(gpd.GeoDataFrame(table, geometry=points))


def whole(path: Path) -> int:
    """pandas, the whole file, no points."""
    return len(pd.read_csv(path, encoding="cp1252", low_memory=False))


JOBS = {f.__name__: f for f in (ours, ours_cases, by_hand, whole)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=6_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--only", nargs="*", default=list(JOBS))
    parser.add_argument("--job", default="")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    path = folder / f"denue_{options.rows}.csv"
    if options.job:
        started = time.perf_counter()
        n = JOBS[options.job](path)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({"job": options.job, "rows": n, "seconds": seconds, "peak_gib": peak}))
        return
    if not path.is_file():
        make(path, options.rows)
    print(f"{path}: {path.stat().st_size / 1e9:.2f} GB")
    for job in options.only:
        command = [
            sys.executable,
            __file__,
            "--job",
            job,
            "--rows",
            str(options.rows),
            "--folder",
            str(folder),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(done.stdout.strip() or done.stderr.strip()[-800:], flush=True)


if __name__ == "__main__":
    main()
