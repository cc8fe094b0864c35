"""Killed at any moment, a run leaves the old folder or the new one, whole; two runs do not mix."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sialgeo.errors import FileError
from sialgeo.files import MANIFEST, run_folder

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 is of Unix"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

OLD, NEW = ("a.txt", "b/c.txt", "only_old.txt"), ("a.txt", "b/c.txt", "only_new.txt")


def one_run(output: Path, word: str, names: tuple[str, ...]) -> None:
    with run_folder(output) as folder:
        for name in names:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(word)


def held(output: Path) -> dict[str, str]:
    files = [p for p in output.rglob("*") if p.is_file() and p.name != MANIFEST]
    return {p.relative_to(output).as_posix(): p.read_text() for p in files}


def in_child(work: Callable[[], None]) -> int:
    """Run work in a process of its own; return how it ended (minus the signal, or the status)."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except Exception:  # noqa: BLE001
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(moment: int, work: Callable[[], None]) -> Callable[[], None]:
    """Return work that kills itself before its n-th call into the file system."""
    seen = 0

    def hook(event: str, _arguments: object) -> None:
        nonlocal seen
        if event in ("open", "ctypes.dlsym") or event.startswith(("os.", "shutil.", "fcntl.")):
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        sys.addaudithook(hook)
        work()

    return watched


def test_killed_at_any_moment_the_folder_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    old = {**dict.fromkeys(OLD, "old"), "mine.txt": "mine"}
    new = {**dict.fromkeys(NEW, "new"), "mine.txt": "mine"}
    outcomes = []
    for moment in range(1, 400):
        output = tmp_path / str(moment) / "out"
        output.parent.mkdir()
        one_run(output, "old", OLD)
        (output / "mine.txt").write_text("mine")
        ended = in_child(killed_at(moment, lambda output=output: one_run(output, "new", NEW)))  # type: ignore[misc]
        found = held(output)
        assert found in (old, new), moment
        outcomes.append(found == new)
        one_run(output, "new", NEW)  # the next run clears away what was left
        assert held(output) == new
        assert [p.name for p in output.parent.iterdir()] == ["out"]
        if ended == 0:
            break
    assert ended == 0
    assert outcomes[0] is False
    assert outcomes[-1] is True
    assert sorted(outcomes) == outcomes, "once new, always new"
    assert len(outcomes) > 20


def test_a_first_run_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    for moment in range(1, 400):
        output = tmp_path / str(moment) / "out"
        output.parent.mkdir()
        ended = in_child(killed_at(moment, lambda output=output: one_run(output, "new", NEW)))  # type: ignore[misc]
        assert not output.exists() or held(output) == dict.fromkeys(NEW, "new")
        if ended == 0:
            break
    assert ended == 0


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "mine.txt").write_text("mine")
    for _round in range(15):
        children = []
        for word, names in (("old", OLD), ("new", NEW)):
            child = os.fork()
            if child == 0:
                try:
                    one_run(output, word, names)
                    os._exit(0)
                except Exception:  # noqa: BLE001
                    os._exit(1)
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children] == [0, 0]
        assert held(output) in (
            {**dict.fromkeys(OLD, "old"), "mine.txt": "mine"},
            {**dict.fromkeys(NEW, "new"), "mine.txt": "mine"},
        )
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_run_that_another_one_overtakes_is_not_swept_away(tmp_path: Path) -> None:
    output = tmp_path / "out"
    with run_folder(output) as slow:
        (slow / "a.txt").write_text("slow")
        one_run(output, "fast", ("a.txt",))
        assert held(output) == {"a.txt": "fast"}
    assert held(output) == {"a.txt": "slow"}


def test_links_as_outputs_are_refused(tmp_path: Path) -> None:
    real, target = tmp_path / "real", tmp_path / "precious.txt"
    real.mkdir()
    target.write_text("precious")
    (tmp_path / "link").symlink_to(real)
    with pytest.raises(FileError, match="symbolic link"):
        one_run(tmp_path / "link", "new", NEW)
    (real / "a.txt").symlink_to(target)
    with pytest.raises(FileError, match="symbolic link"):
        one_run(real, "new", NEW)
    assert target.read_text() == "precious"
    assert [p.name for p in real.iterdir()] == ["a.txt"]


def test_where_folders_cannot_be_exchanged_files_are_moved_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    one_run(output, "old", OLD)
    monkeypatch.setattr("sialgeo.files._exchanged", lambda *_paths: False)
    one_run(output, "new", NEW)
    assert held(output) == dict.fromkeys(NEW, "new")
    monkeypatch.chdir(output)
    one_run(Path(), "here", ("a.txt",))
    assert (output / "a.txt").read_text() == "here"


@pytest.mark.parametrize("seconds", [1.5, 4.0])
def test_a_study_that_is_killed_leaves_the_folder_as_it_was(tmp_path: Path, seconds: float) -> None:
    output = tmp_path / "out"
    one_run(output, "old", OLD)
    command = [sys.executable, "-m", "sialgeo", "demo", "--output", str(output)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        time.sleep(seconds)
        run.kill()
    assert held(output) == dict.fromkeys(OLD, "old")
