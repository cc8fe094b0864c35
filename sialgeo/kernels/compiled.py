"""The one seam to numba: kernels that release the GIL, without its own threads.

``parallel=True`` is not used: its threading layer aborts a host that calls it from several threads,
as QGIS does.
"""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from sialgeo.i18n import _
from sialgeo.progress import announce


@functools.cache
def serves() -> bool:
    """Tell whether numba is there and fits numpy."""
    if find_spec("numba") is None:
        return False
    try:
        import numba
    except ImportError:  # installed, but for another numpy
        return False
    return callable(numba.njit)


@functools.cache
def compile_all(
    functions: tuple[Callable[..., Any], ...], *, bare: bool = False
) -> SimpleNamespace | None:
    """Return the functions compiled, by their names without ``_``, or None where numba cannot serve.

    They are compiled at their first call, which takes seconds, and kept on disk: where they are not
    kept yet, the verb at work says so through its progress. ``bare`` functions make no array: what
    would count the references to one is left out, which compiles sooner.
    """
    if not serves():
        return None
    _spare_the_collector()
    made = SimpleNamespace(**{f.__name__[1:]: _compiled(f, bare) for f in functions})
    if not kept(made):
        announce(_("Preparing the fast path: a few seconds, once on this computer"))
    return made


@functools.cache
def _compiled(function: Callable[..., Any], bare: bool) -> Any:
    from numba import njit

    # neither called from C nor made of expressions on whole arrays: both passes would only take time
    options: dict[str, Any] = {"no_cfunc_wrapper": True, "no_rewrites": True, "_nrt": not bare}
    options |= {"nogil": True, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # no folder where a compiled kernel may be kept
        return njit(**options)(function)


def kept(made: SimpleNamespace) -> bool:
    """Tell whether all of these functions were compiled before: in this process, or kept on disk."""
    for kernel in vars(made).values():
        if not kernel.signatures and not _on_disk(kernel):
            return False
    return True


def _on_disk(kernel: Any) -> bool:
    folder = kernel.stats.cache_path
    if not folder:
        return False
    written = Path(kernel.py_func.__code__.co_filename).stat().st_mtime  # older ones are stale
    found = Path(folder).glob(f"*.{kernel.py_func.__name__}-*.nbi")
    return any(index.stat().st_mtime >= written for index in found)


@functools.cache
def _spare_the_collector() -> None:
    """Stop the collection of garbage while numba compiles: it makes a fifth of the time of it."""
    from numba.core import event

    class Pause(event.Listener):
        depth, was_on = 0, False

        def on_start(self, _event: Any) -> None:
            if self.depth == 0:
                self.was_on = gc.isenabled()
                gc.disable()
            self.depth += 1

        def on_end(self, _event: Any) -> None:
            self.depth -= 1
            if self.depth == 0 and self.was_on:
                gc.enable()

    event.register("numba:compile", Pause())  # type: ignore[no-untyped-call]


def default_threads() -> int:
    """Return how many threads to use where the caller does not say: ``SIALGEO_THREADS``, else 8 at most."""
    wanted = os.environ.get("SIALGEO_THREADS", "")
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted)
    return min(os.cpu_count() or 1, 8)


def _least_counts(size: Any, ends: Any, lengths: Any, sizes: Any) -> Any:
    """Return the cases that each zone needs, 0 where none may end or be enough (written for numba).

    ``sizes[c]`` is the largest population at which c cases are enough, not decreasing.
    """
    need = np.zeros(size.shape, dtype=np.int32)
    for row in range(size.shape[0]):
        c = 0
        for z in range(lengths[row]):
            while c < len(sizes) and sizes[c] < size[row, z]:
                c += 1
            if c == len(sizes):
                break
            if ends[row, z]:
                need[row, z] = c
    return need


def _scan(order: Any, need: Any, lengths: Any, maps: Any, bits: int, row: int, hits: Any) -> Any:
    """Find zones with enough cases in any of the maps side by side (written for numba).

    ``maps`` (s, 8) holds the maps' counts packed in words of 64 bits, ``bits`` for each: one addition
    serves all the maps of a word, and the top bit of a count tells whether it is enough. Writes (map,
    zone, cases) into ``hits`` and returns the row to go on from and the number of hits.
    """
    rows, width = order.shape
    per = 64 // bits
    ones = np.uint64(0)
    for j in range(per):
        ones |= np.uint64(1) << np.uint64(bits * j)
    high, zero = ones << np.uint64(bits - 1), np.uint64(0)
    mask = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    last, word = np.zeros(8 * per, dtype=np.int64), np.zeros(8, dtype=np.uint64)
    n = 0
    while row < rows and n + 8 * per * lengths[row] <= hits.shape[1]:
        last[:] = 0
        a = b = c = d = e = f = g = h = zero
        for z in range(lengths[row]):
            site, least = np.uint32(order[row, z]), np.uint64(need[row, z])
            # added to a count, it sets the top bit where the count is at least the need
            add = high - ones * least if least else zero
            a += maps[site, 0]
            b += maps[site, 1]
            c += maps[site, 2]
            d += maps[site, 3]
            e += maps[site, 4]
            f += maps[site, 5]
            g += maps[site, 6]
            h += maps[site, 7]
            some = (a + add) | (b + add) | (c + add) | (d + add)
            some |= (e + add) | (f + add) | (g + add) | (h + add)
            if some & high == zero:
                continue
            word[0], word[1], word[2], word[3] = a, b, c, d
            word[4], word[5], word[6], word[7] = e, f, g, h
            for lane in range(8 * per):
                count = np.int64((word[lane // per] >> np.uint64(bits * (lane % per))) & mask)
                # as many cases in a larger zone are no better
                if count >= need[row, z] and count > last[lane]:
                    last[lane] = count
                    hits[0, n], hits[1, n], hits[2, n] = lane, row * width + z, count
                    n += 1
        row += 1
    return row, n


def _scan_mix(order: Any, ends: Any, lengths: Any, base: Any, maps: Any, terms: Any) -> Any:
    """Return the counts (maps, categories) of each map's best zone (written for numba)."""
    rows = order.shape[0]
    categories, lanes = maps.shape[1], maps.shape[2]
    best = np.full(lanes, -np.inf)
    kept = np.zeros((lanes, categories), dtype=np.int64)
    count = np.zeros((categories, lanes), dtype=np.int64)
    value = np.zeros(lanes)
    for row in range(rows):
        count[:, :] = 0
        for z in range(lengths[row]):
            site = order[row, z]
            for k in range(categories):
                for lane in range(lanes):
                    count[k, lane] += maps[site, k, lane]
            if not ends[row, z]:
                continue
            value[:] = 0.0
            for k in range(categories):
                for lane in range(lanes):
                    value[lane] += terms[k, count[k, lane]]
            for lane in range(lanes):
                if value[lane] - base[row, z] > best[lane]:
                    best[lane] = value[lane] - base[row, z]
                    for k in range(categories):
                        kept[lane, k] = count[k, lane]
    return kept


SCAN_RATES, SCAN_MIXES = (_least_counts, _scan), (_scan_mix,)
