"""The web map's JavaScript outside a browser: its unit tests, its joining, its twin codings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from sialgeo.exporters import coding, webmap

ROOT = Path(__file__).resolve().parents[1]
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
IMPORT = re.compile(r"^import \{ (.*) \} from '\./(\w+)\.js';$", re.MULTILINE)


def node(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, *arguments],
        check=False,
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
    )


@needs_node
def test_the_unit_tests_of_the_scripts_pass() -> None:
    files = sorted(str(path) for path in (ROOT / "tests" / "web").glob("*.test.js"))
    done = node("--test", "--test-reporter=tap", *files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^# pass (\d+)", done.stdout, re.MULTILINE)[0]) > 20


@needs_node
@pytest.mark.parametrize("names", [webmap.PAGE, webmap.LAYERS], ids=["page", "folium"])
def test_the_joined_script_is_one_script(names: list[str], tmp_path: Path) -> None:
    (tmp_path / "joined.cjs").write_text(webmap.bundle(names), encoding="utf-8")
    done = node("--check", str(tmp_path / "joined.cjs"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [*webmap.PAGE, "folium"])
def test_a_script_imports_what_it_uses_and_the_page_holds_it(name: str) -> None:
    text = webmap.asset(f"{name}.js")
    imports = IMPORT.findall(text)
    assert text.count("\nimport ") + text.startswith("import ") == len(imports)
    body = re.sub(r"'(?:[^'\\\n]|\\.)*'", "''", IMPORT.sub("", text))
    for names, source in imports:
        assert source in webmap.PAGE
        for one in names.split(", "):
            assert re.search(
                rf"^export [\w ]*\b{one}\b", webmap.asset(f"{source}.js"), re.MULTILINE
            ), one
            assert re.search(rf"\b{re.escape(one)}\b", body), f"{one} is not used"


@needs_node
def test_both_codings_are_twins() -> None:
    rng = np.random.default_rng(1)
    shapes = [
        shapely.box(x, y, x + 3, y + 2) for x, y in rng.integers(-170, 60, (20, 2)) * (1, 0.4)
    ]
    xy = rng.uniform([-180, -85], [180, 85], (500, 2))
    codes = np.sort(coding.morton_codes(xy, 26))
    blob = coding.pack(
        {"said": "ñandú </script>", "groups": [{"block": 0, "n": 500, "cells": 500}]},
        {"shapes": coding.encode([*shapes, None], 3), "gaps0": coding.codes_to_gaps(codes)},
    )
    script = (
        "import { unpack, shapesOf } from './sialgeo/exporters/web/codec.js';"
        "import { readGroups, decode } from './sialgeo/exporters/web/morton.js';"
        "import fs from 'node:fs';"
        "const blob = await unpack(fs.readFileSync(0, 'utf8'));"
        "const [group] = readGroups(blob);"
        "console.log(JSON.stringify({ said: blob.header.said, shapes: shapesOf(blob.block('shapes'), 3),"
        " codes: [...group.codes], at: decode(group.codes[0]) }));"
    )
    done = node("--input-type=module", "-e", script, given=blob)
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    assert read["said"] == "ñandú </script>"
    assert read["codes"] == codes.tolist()
    flipped = [
        [[[[y, x] for x, y in ring] for ring in part] for part in shape]
        for shape in coding.decode(coding.encode([*shapes, None], 3), 3)
    ]
    assert read["shapes"] == flipped
    x, y = read["at"]
    west = x / 2**26 * 360 - 180
    assert np.abs(xy[:, 0] - west).min() < 1e-5 and 0 <= y < 2**26
