"""Outputs are written whole or not at all."""

from __future__ import annotations

import csv
import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sialgeo.errors import Cancelled, FileError
from sialgeo.files import explain, whole_file, write_csv

OLD = "the old file"
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions and limits")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "mapa.html"
    path.write_text(OLD)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_there_when_all_went_well(tmp_path: Path) -> None:
    path = tmp_path / "quesería ñ.txt"
    with whole_file(str(path)) as temporary:
        temporary.write_text("whole")
        assert temporary.name == path.name  # format drivers go by the suffix
        assert not path.exists()
    assert path.read_text() == "whole"
    assert names(tmp_path) == [path.name]


def test_no_cell_or_header_of_a_table_runs_as_a_formula(tmp_path: Path) -> None:
    table = pd.DataFrame({'=HYPERLINK("x")': ["+1+1", "-3.5", None], "n": [-1.5, 2.0, np.nan]})
    text = write_csv(table.rename_axis("@k"), tmp_path / "t.csv", index=True).read_text("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert header == ["'@k", '\'=HYPERLINK("x")', "n"]
    assert rows == [["0", "'+1+1", "-1.5"], ["1", "-3.5", "2.0"], ["2", "", ""]]


def test_the_old_file_is_there_until_the_new_one_is_whole(target: Path) -> None:
    with whole_file(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == OLD
    assert target.read_text() == "new"


def test_companions_that_a_driver_left_beside_are_cleared_away(target: Path) -> None:
    with whole_file(target) as temporary:
        temporary.write_text("new")
        temporary.with_name("mapa.html-wal").write_text("journal")
    assert names(target.parent) == ["mapa.html"]


@pytest.mark.parametrize(
    "failure", [Cancelled(), ValueError("bad"), KeyboardInterrupt(), MemoryError()], ids=repr
)
def test_what_stops_the_writing_goes_on_and_leaves_the_old_file(
    target: Path, failure: BaseException
) -> None:
    def write() -> None:
        with whole_file(target) as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(type(failure)):
        write()
    assert target.read_text() == OLD
    assert names(target.parent) == ["mapa.html"]


def test_nothing_is_left_where_there_was_no_old_file(tmp_path: Path) -> None:
    def write() -> None:
        with whole_file(tmp_path / "new.txt") as temporary:
            temporary.write_text("half")
            raise Cancelled

    with pytest.raises(Cancelled):
        write()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EACCES, "may not be written"),
        (errno.EROFS, "may not be written"),
        (errno.EIO, "could not be written"),
    ],
)
def test_a_failure_of_the_system_is_one_clear_error(target: Path, number: int, said: str) -> None:
    def write() -> None:
        with whole_file(target):
            raise OSError(number, os.strerror(number))

    with pytest.raises(FileError, match=said) as caught:
        write()
    assert str(target) in str(caught.value)
    assert target.read_text() == OLD
    assert names(target.parent) == ["mapa.html"]


def test_a_failure_without_a_number_still_has_a_reason(target: Path) -> None:
    assert explain(target, OSError("the driver said no")).endswith("(the driver said no)")


def test_an_error_of_ours_is_not_wrapped_again(target: Path) -> None:
    def write() -> None:
        with whole_file(target):
            raise FileError("as it is")

    with pytest.raises(FileError, match=r"^as it is$"):
        write()


def test_a_driver_that_wrote_nothing_is_found_out(target: Path) -> None:
    def write() -> None:
        with whole_file(target):
            pass

    with pytest.raises(FileError, match="left no file"):
        write()
    assert target.read_text() == OLD


def test_a_missing_folder_a_folder_and_a_file_as_folder(tmp_path: Path, target: Path) -> None:
    cases = {
        tmp_path / "none" / "a.txt": "folder does not exist",
        tmp_path: "is a folder",
        target / "a.txt": "folder does not exist",
    }
    for path, said in cases.items():
        with pytest.raises(FileError, match=said), whole_file(path):
            pass
    assert names(tmp_path) == ["mapa.html"]


@posix
def test_a_symbolic_link_is_refused_and_what_it_points_at_is_safe(target: Path) -> None:
    for name, points_at in (("link.html", target), ("dangling.html", target.with_name("none"))):
        link = target.with_name(name)
        link.symlink_to(points_at)
        with pytest.raises(FileError, match="symbolic link"), whole_file(link):
            pass
        assert link.is_symlink()
    assert target.read_text() == OLD


@posix
def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    """Root that exports to /dev/stdout would else lose it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match="device"), whole_file(pipe):
        pass
    assert pipe.is_fifo()


WRITE = """
import os, sys
from pathlib import Path
from sialgeo.errors import FileError
from sialgeo.files import whole_file
from sialgeo.i18n import _, set_language

set_language("en")
_("warm")
target = Path(sys.argv[1])
warm = target.parent / "warm"  # what Python loads late it may not read as another user
with whole_file(warm) as temporary:
    temporary.write_text("warm")
warm.unlink()
target.parent.chmod(int(sys.argv[2], 8))
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with whole_file(target) as temporary:
        temporary.write_text("new")
except FileError as error:
    sys.stdout.write(str(error))
"""


@posix
@pytest.mark.parametrize("mode", [0o555, 0o000], ids=["may be looked into", "may not"])
def test_a_folder_that_may_not_be_written(target: Path, mode: int) -> None:
    """As a user who is not root: root may write everywhere."""
    folder = target.parent
    opened = [parent for parent in folder.parents if parent.owner() == folder.owner()]
    modes = {parent: parent.stat().st_mode for parent in opened if parent != Path("/")}
    for parent, old in modes.items():
        parent.chmod(old | 0o011)
    try:
        done = subprocess.run(
            [sys.executable, "-c", WRITE, str(target), f"{mode:o}"],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        folder.chmod(0o755)
        for parent, old in modes.items():
            parent.chmod(old)
    assert done.stderr == ""
    assert (
        done.stdout
        == f"{target}: the folder may not be written. Remedy: choose a folder of your own"
    )
    assert target.read_text() == OLD
    assert names(folder) == ["mapa.html"]


FILL = """
import resource, sys
from pathlib import Path
from sialgeo.errors import FileError
from sialgeo.files import whole_file
from sialgeo.i18n import set_language

set_language("en")
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    with whole_file(Path(sys.argv[1])) as temporary:
        temporary.write_bytes(b"x" * 1_000_000)
except FileError as error:
    sys.stdout.write(str(error))
"""


@posix
def test_a_full_disk(target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(target)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{target}: the disk is full or the size limit is reached")
    assert target.read_text() == OLD
    assert names(target.parent) == ["mapa.html"]
