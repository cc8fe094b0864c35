"""How often is anything found where there is nothing, and how well is what there is found?

``python benchmarks/calibration/detection.py`` runs the study and prints the tables of
docs/calibration.md. Every map has its own seed, so that any number of processes gives the same tables;
every answer is kept in ``--store`` as soon as it is known, so that a run that was stopped goes on, and
``--table`` prints what is known so far.

Of a null map only one thing is asked: does it show any tested concentration? Its replicates are drawn
in the order and from the seeds of ``assess`` until that answer is certain; the first ten maps of every
design are run whole, through ``detect`` and ``assess``, and must give the same answer.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent))
import designs

import sialgeo
from sialgeo.model import (
    EVIDENCE,
    GRADE,
    HELD_OUT,
    HELD_OUT_HIGH,
    HELD_OUT_LOW,
    RR,
    RR_LOW,
    SIGNIFICANCE,
    TESTED,
)
from sialgeo.pools import find, prepare
from sialgeo.robustness import GRADES
from sialgeo.significance import Null

REPLICATES = 99
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
WHOLE = 10  # null maps of a design that are run to the last replicate
FIXED = sialgeo.RelativeDBSCAN(radius=5_000)
TESTED_BY: dict[str, Any] = {
    "default": FIXED,
    "ladder": sialgeo.RelativeDBSCAN(radius="auto"),
}
UNTESTED: dict[str, Any] = {
    "dbscan, untested": sialgeo.DBSCAN(radius=5_000),
    "hdbscan, untested": sialgeo.HDBSCAN(),
}


class Task(NamedTuple):
    """One map of one design, answered by one method."""

    kind: str
    design: str
    method: str
    number: int

    @property
    def key(self) -> str:
        return "|".join(map(str, self))


# --- one map ------------------------------------------------------------------------------------------


def answer(task: Task) -> Any:
    """Run one task."""
    return {"null": null_map, "poles": planted_map, "risk": risk_map}[task.kind](task)


def null_map(task: Task) -> bool:
    """Whether a map without anything shows anything."""
    draw = {**designs.NULLS, **designs.MISTAKEN}[task.design]
    made = draw(np.random.default_rng([41, task.number]))
    if task.method in UNTESTED:
        return len(sialgeo.detect(made[0], UNTESTED[task.method])) > 0
    shown = shown_early(made, TESTED_BY[task.method], task.number)
    if task.number < WHOLE and shown != shown_by_verbs(made, TESTED_BY[task.method], task.number):
        raise RuntimeError(f"{task.key}: the short way changed the answer")
    return shown


def shown_by_verbs(made: designs.Map, detector: Any, seed: int) -> bool:
    """Whether ``detect`` and ``assess`` show anything."""
    found = sialgeo.detect(made[0], detector, reference=made[1])
    if len(found):
        found = sialgeo.assess(
            found, detector=detector, reference=made[1], replicates=REPLICATES, seed=seed, threads=1
        )
    return bool((found.areas[EVIDENCE] == TESTED).any())


def shown_early(made: designs.Map, detector: Any, seed: int) -> bool:
    """Whether they would, from as many replicates as that takes to know, and without drawing areas."""
    prepared = prepare(made[0], detector, made[1], "units")
    if prepared.reference is None or prepared.inconclusive:
        return False
    rng = np.random.default_rng(0)
    statistics = find(detector, prepared.xy, None, prepared.reference, rng).figures.statistic
    if len(statistics) == 0:
        return False
    null = Null.of(prepared.xy, prepared.reference, detector)
    bar = float(statistics.max()) * (1 - 1e-12) - 1e-12
    most = int(SIGNIFICANCE * (REPLICATES + 1)) - 1
    above = 0
    for replicate in range(REPLICATES):
        above += null.largest(np.random.default_rng([seed, replicate])) >= bar
        if above > most:
            return False
    return True


def planted_map(task: Task) -> dict[str, int]:
    """Count poles found, concentrations shown away from every pole, and foreign producers."""
    made, centres, truth = designs.poles(
        *designs.PLANTED[task.design], np.random.default_rng([43, task.number])
    )
    detector = TESTED_BY[task.method]
    found = sialgeo.detect(made[0], detector, reference=made[1])
    if len(found):
        found = sialgeo.assess(
            found,
            detector=detector,
            reference=made[1],
            replicates=REPLICATES,
            seed=task.number,
            threads=1,
        )
    shown = found.areas[found.areas[EVIDENCE] == TESTED]
    of = found.producers["concentration"].to_numpy()
    inside = np.isin(of, shown.index)
    spots = shapely.points(centres)
    near = [shapely.distance(shape, spots).min() <= 2 * designs.POLE_SD for shape in shown.geometry]
    return {
        "poles": len(centres),
        "hit": sum(bool(inside[truth == p].mean() > 0.5) for p in range(len(centres))),
        "shown": len(shown),
        "outside": len(shown) - int(sum(near)),
        "producers": int(inside.sum()),
        "foreign": int((truth[inside] < 0).sum()),
    }


def risk_map(task: Task) -> list[dict[str, Any]]:
    """Return, for each concentration, the true relative risk of its footprint beside the estimates."""
    rng = np.random.default_rng([47, task.number])
    made, pool, chance = designs.risky(float(task.design), rng)
    # where the truth is 1 hardly anything is found: loosen the core, so that there is something to misjudge
    detector = sialgeo.RelativeDBSCAN(radius=5_000, alpha=0.001 if float(task.design) > 1 else 0.05)
    found = sialgeo.detect(made[0], detector, reference=made[1])
    if len(found) == 0:
        return []
    found = sialgeo.estimate(
        found, detector=detector, reference=made[1], splits=50, seed=task.number
    )
    rows = []
    for _k, area in found.areas.iterrows():
        inside = shapely.intersects_xy(area.geometry, *pool.T)
        rows.append(
            {
                "truth": float(chance[inside].mean() / chance[~inside].mean()),
                "naive": float(area[RR]),
                "naive_low": float(area[RR_LOW]),
                "held": float(area[HELD_OUT]),
                "held_low": float(area[HELD_OUT_LOW]),
                "held_high": float(area[HELD_OUT_HIGH]),
                "grade": str(area[GRADE]),
            }
        )
    return rows


# --- the run ------------------------------------------------------------------------------------------


def tasks(maps: int) -> Iterator[Task]:
    """Yield every task, the default's null maps first, a hundredth of each design at a time.

    So a run that is stopped is balanced.
    """
    for first in (True, False):
        chosen = [row for row in plan() if (row[0] == "null" and row[2] == "default") == first]
        for block in range(100):
            for kind, design, method, per_thousand in chosen:
                total = maps * per_thousand // 1_000
                for number in range(block * total // 100, (block + 1) * total // 100):
                    yield Task(kind, design, method, number)


def plan() -> Iterator[tuple[str, str, str, int]]:
    """Yield each design and method with its maps for every 1,000 of the default: as dear as they are."""
    for design in designs.NULLS:
        yield "null", design, "default", 1_000
        yield "null", design, "ladder", 20 if "km" in design else 100
        for method in UNTESTED:
            yield "null", design, method, 40
    for design in designs.MISTAKEN:
        yield "null", design, "default", 100
    for design in designs.PLANTED:
        yield "poles", design, "default", 60
        yield "poles", design, "ladder", 20
    for risk in (1.0, *designs.RISKS):
        yield "risk", str(risk), "default", 100


def known(store: Path) -> dict[str, Any]:
    """Return the answers kept so far."""
    if not store.exists():
        return {}
    lines = store.read_text("utf-8").splitlines()
    return dict(json.loads(line) for line in lines if line.endswith("]"))


def run(store: Path, asked: Iterable[Task], processes: int) -> None:
    """Answer every task that has no answer yet."""
    store.parent.mkdir(parents=True, exist_ok=True)
    have = known(store)
    wanted = [task for task in asked if task.key not in have]
    start = time.perf_counter()
    with (
        store.open("a", encoding="utf-8") as kept,
        ProcessPoolExecutor(processes) as workers,
    ):
        for done, (task, result) in enumerate(
            zip(wanted, workers.map(answer, wanted, chunksize=4), strict=True)
        ):
            kept.write(json.dumps([task.key, result]) + "\n")
            if done % 100 == 0:
                kept.flush()
                os.fsync(kept.fileno())
                passed = time.perf_counter() - start
                print(f"{done} of {len(wanted)}, {passed:.0f} s", file=sys.stderr, flush=True)


# --- the tables ---------------------------------------------------------------------------------------


def tables(have: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of docs/calibration.md."""
    held: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for key, result in have.items():
        kind, design, method, _number = key.split("|")
        held[kind, design, method].append(result)
    yield from _null_table(held)
    yield from _planted_table(held)
    yield from _risk_table(held)
    yield from _grade_table(held)


Held = dict[tuple[str, str, str], list[Any]]


def _share(results: list[Any]) -> str:
    return f"{np.mean(results):.3f} ({len(results)})" if results else "—"


def _null_table(held: Held) -> Iterator[str]:
    methods = [*TESTED_BY, *UNTESTED]
    yield "\n| design | " + " | ".join(methods) + " |"
    yield "|---" * (len(methods) + 1) + "|"
    for design in (*designs.NULLS, *designs.MISTAKEN):
        cells = [_share(held.get(("null", design, method), [])) for method in methods]
        yield f"| {design} | " + " | ".join(cells) + " |"


def _planted_table(held: Held) -> Iterator[str]:
    yield "\n| planted | method | maps | poles found | maps with a concentration outside the poles | concentrations outside | shown producers of no pole |"
    yield "|---" * 7 + "|"
    for design in designs.PLANTED:
        for method in ("default", "ladder"):
            rows = held.get(("poles", design, method), [])
            if not rows:
                continue
            total = {name: sum(row[name] for row in rows) for name in rows[0]}
            anywhere = np.mean([row["outside"] > 0 for row in rows])
            yield (
                f"| {design} | {method} | {len(rows)} | {total['hit'] / total['poles']:.2f} | {anywhere:.3f} "
                f"| {total['outside']} of {total['shown']} | {total['foreign'] / max(total['producers'], 1):.2f} |"
            )


def _risks(held: Held) -> Iterator[tuple[str, list[dict[str, Any]], int]]:
    for risk in (1.0, *designs.RISKS):
        maps = held.get(("risk", str(risk), "default"), [])
        rows = [row for one in maps for row in one]
        if rows:
            yield f"{risk:g}", rows, len(maps)


def _risk_table(held: Held) -> Iterator[str]:
    yield "\n| risk in the foci | maps | concentrations | true risk of the footprint, median | naive / true | naive lower bound above the truth | with an estimate | held-out / true | held-out lower bound above the truth | held-out upper bound under the truth |"
    yield "|---" * 10 + "|"
    for risk, rows, maps in _risks(held):
        column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        truth, has = column["truth"], np.isfinite(column["held"].astype(float))
        held_ratio = (column["held"] / truth)[has]
        yield (
            f"| {risk} | {maps} | {len(rows)} | {np.median(truth):.2f} "
            f"| {np.median(column['naive'] / truth):.2f} | {(column['naive_low'] > truth).mean():.3f} "
            f"| {has.sum()} | {np.median(held_ratio) if has.any() else np.nan:.2f} "
            f"| {(column['held_low'] > truth)[has].mean() if has.any() else np.nan:.3f} "
            f"| {(column['held_high'] < truth)[has].mean() if has.any() else np.nan:.3f} |"
        )


def _grade_table(held: Held) -> Iterator[str]:
    least = {name: bound for bound, name in GRADES}
    names = [*least, "uncertain"]
    yield "\n| risk in the foci | " + " | ".join(names) + " | grades above the truth |"
    yield "|---" * (len(names) + 2) + "|"
    for risk, rows, _maps in _risks(held):
        shares = [np.mean([row["grade"] == name for row in rows]) for name in names]
        graded = [row for row in rows if row["grade"] in least]
        above = sum(least[row["grade"]] > row["truth"] for row in graded)
        cells = " | ".join(f"{share:.2f}" for share in shares)
        yield f"| {risk} | {cells} | {above} of {len(graded)} |"


def main() -> None:
    """Run, and print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--maps", type=int, default=1_000, help="null maps for the default")
    options.add_argument(
        "--only",
        nargs=3,
        metavar=("DESIGN", "METHOD", "MAPS"),
        help="only so many null maps of one design by one method",
    )
    options.add_argument("--processes", type=int, default=os.cpu_count())
    options.add_argument("--store", type=Path, default=Path("build/calibration.jsonl"))
    options.add_argument(
        "--page", type=Path, help="write the tables between the marks of this page"
    )
    options.add_argument("--table", action="store_true", help="print what is known, run nothing")
    chosen = options.parse_args()
    if not chosen.table:
        asked: Iterable[Task] = tasks(chosen.maps)
        if chosen.only:
            design, method, maps = chosen.only
            asked = [Task("null", design, method, number) for number in range(int(maps))]
        run(chosen.store, asked, chosen.processes)
    lines = list(tables(known(chosen.store)))
    for line in lines:
        print(line)
    if chosen.page is not None:
        text = chosen.page.read_text("utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        whole = before + BEGIN + "\n" + "\n".join(lines) + "\n\n" + END + after
        chosen.page.write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
