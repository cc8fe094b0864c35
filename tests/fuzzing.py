"""Fuzzing the readers: files of the corpus, damaged at random; no crash, no hang, no unbounded memory.

The suite runs a minute of it. To run it for longer, on every core that can be spared::

    python -m tests.fuzzing --minutes 30

What it finds is printed with the seed that finds it again (in this corpus), and kept in a folder;
mended, it becomes a file of the corpus or a test of its own.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import sialgeo
from sialgeo.errors import SialgeoError
from tests.corpus import CASES

SLOW = 20.0  # seconds of this process for a file of some kilobytes
MOST = 1 << 20  # bytes that one file may take more than before
_WORDS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"-", b"1e999", b"NaN", b"inf", b'"', b"'", b";", b",", b"\t", b"\r", b"\n",
    b"=1+1", b"\xf1", b"999999999999999999999999", b"<!", b"]]>", b"{", b"[" * 200, b"0" * 400, b"\x80\x00\x00\x00",
    b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"PK\x03\x04", b"O", b"\xc2\xb0",
)  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few random changes: flips, cuts, repeats, words that parsers stumble on."""
    made = bytearray(content)
    for _change in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        span = chance.randint(1, max(1, min(64, len(made))))
        kind = chance.randrange(6)
        if kind == 0 and made:
            made[at % len(made)] = chance.randrange(256)
        elif kind == 1:
            del made[at : at + span]
        elif kind == 2:
            made[at:at] = made[at : at + span] * chance.randint(1, 50)
        elif kind == 3:
            word = chance.choice(_WORDS)
            made[at : at + chance.choice((0, len(word)))] = word
        elif kind == 4:
            del made[at:]
        else:
            other = chance.randrange(len(made) + 1)
            made[at:at] = made[other : other + span]
    return bytes(made[: len(content) + MOST])


def mutated_archive(path: Path, chance: random.Random) -> None:
    """Damage one member of an archive and pack it again, so that the damage reaches the parser."""
    with zipfile.ZipFile(path) as held:
        members = {m.filename: held.read(m) for m in held.infolist()}
    name = chance.choice(sorted(members))
    members[name] = mutated(members[name], chance)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for member, content in members.items():
            out.writestr(member, content)


READERS: dict[str, Callable[[Path], object]] = {
    "read_producers": sialgeo.read_producers,
    "read_places": lambda path: sialgeo.read_places(path, name="id"),
    "read_description": sialgeo.read_description,
    "read_territories": sialgeo.read_territories,
    "read_indicators": lambda path: sialgeo.read_indicators(path, key="ubigeo"),
    "read_reference": sialgeo.read_reference,
    "read_tables": sialgeo.read_tables,
    "read_raster": sialgeo.read_raster,
    "read_chains": sialgeo.read_chains,
}
_GOOD = tuple(c for c in CASES if not c.error)


def attempt(seed: int, folder: Path, reader: str = "") -> str | None:
    """Read one damaged file, by one reader or by any; return what was wrong with how it went, or None."""
    chance = random.Random(seed)
    case = chance.choice(_GOOD)
    path = case.make(folder)
    target = chance.choice([p for p in folder.iterdir() if p.is_file()])
    if zipfile.is_zipfile(target) and chance.random() < 0.8:
        mutated_archive(target, chance)
    else:
        target.write_bytes(mutated(target.read_bytes(), chance))
    name = "read_producers" if chance.random() < 0.6 else chance.choice(sorted(READERS))
    name = reader or name
    started = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = READERS[name](path)
        if name == "read_producers":
            reading = found.attrs["reading"]  # type: ignore[attr-defined]
            if len(found) + reading["rejected"] != reading["read"]:  # type: ignore[arg-type]
                return f"{seed} {case.name} {name}: rows were lost"
    except SialgeoError:
        pass
    except Exception:  # noqa: BLE001  (whatever it is, it is what we look for)
        return f"{seed} {case.name} {name}: {traceback.format_exc()}"
    took = time.process_time() - started
    return f"{seed} {case.name} {name}: {took:.0f} s" if took > SLOW else None


def found_in(
    seeds: Iterator[int], seconds: float, keep: Path | None = None, reader: str = ""
) -> tuple[int, list[str]]:
    """Try seeds for some seconds, by one reader or by any; return how many were tried, and what went wrong."""
    until = time.monotonic() + seconds
    tried, faults = 0, []
    for seed in seeds:
        if time.monotonic() > until:
            break
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "f"
            folder.mkdir()
            said = attempt(seed, folder, reader)
            if said is not None and keep is not None:
                (keep / str(seed)).mkdir(parents=True, exist_ok=True)
                for file in folder.iterdir():
                    (keep / str(seed) / file.name).write_bytes(file.read_bytes())
        tried += 1
        if said is not None:
            faults.append(said)
            sys.stderr.write(said + "\n")
    return tried, faults


def _limit_memory(gigabytes: float) -> None:
    """Let an allocation beyond a limit fail here rather than fill the machine."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limit = int(gigabytes * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--reader", choices=sorted(READERS), default="", help="only this one")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "sialgeo-fuzz")
    options = parser.parse_args()
    _limit_memory(6.0)
    seeds = iter(range(options.seed, sys.maxsize))
    tried, faults = found_in(seeds, options.minutes * 60, options.keep, options.reader)
    sys.stdout.write(f"{tried} files tried, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
