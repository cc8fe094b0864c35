"""The spreadsheet: what is in each sheet, how it is written, and that no text is a formula."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from sialgeo.disclosure import protect
from sialgeo.exporters import export, tables
from sialgeo.i18n import text_in, use_language

from .handmade import HOSTILE, context, found, hostile


def book(path: Path) -> Any:
    return load_workbook(path)


def rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def test_one_sheet_a_table(tmp_path: Path) -> None:
    held = book(export(found(), tmp_path / "a.xlsx", context=context()))
    assert held.sheetnames == [
        "Concentrations",
        "By chain",
        "By territory",
        "Indicators",
        "Tests",
        "SIAL guide",
        "Field questions",
        "Sources and parameters",
    ]
    for sheet in held:
        assert sheet.freeze_panes in ("A3", "C3")
        assert "simulated producers" in sheet["A1"].value
        assert all(d.width >= 9 for d in sheet.column_dimensions.values())


def test_concentrations(tmp_path: Path) -> None:
    held = book(export(found(), tmp_path / "a.xlsx", context=context()))["Concentrations"]
    header, *body = rows(held)
    assert header[:4] == ["Concentration", "Name", "Producers", "Evidence"]
    assert "Monetary poverty, 2018 (%)" in header
    assert [row[0] for row in body] == [1, 2]
    assert body[0][3] == "tested: more concentrated than the reference population"
    assert body[0][header.index("HDI, 2019")] is None  # NaN is empty, not zero
    p = held.cell(3, header.index("Adjusted p-value") + 1)
    assert p.number_format == "#,##0.000"
    assert math.isclose(p.value, 0.001)


def test_labels_follow_the_language(tmp_path: Path) -> None:
    with use_language("es"):
        held = book(export(found(), tmp_path / "a.xlsx", context=context()))
        header = rows(held[text_in("es", "Concentrations")])[0]
    assert "Pobreza monetaria, 2018 (%)" in header
    assert header[1] == text_in("es", "Name")


def test_by_chain_and_by_territory_by_hand(tmp_path: Path) -> None:
    c = found((40, 12))
    areas = c.areas.assign(
        chain_n__fresco=[28, 12], chain_n__andino=[12, 0], main_chain="fresco",
        chain_lq__fresco=[1.0, 1.5], chain_lq__andino=[0.9, 0.0],
    )  # fmt: skip
    codes = ["060100"] * 40 + ["060101"] * 12 + ["060103"] * 20
    chains = ["fresco"] * 28 + ["andino"] * 12 + ["fresco"] * 12 + [None] * 20  # nothing to hide
    c = type(c)(c.producers.assign(territory=codes, cadena=chains), areas, c.tests, c.steps)
    held = book(export(c, tmp_path / "a.xlsx", context=context()))
    assert rows(held["By chain"])[1:] == [
        ["fresco", 2, 40, 0, 1.5, "Lugar 2"],
        ["andino", 0, 12, 0, 0.9, "Lugar 1"],
    ]
    header, *body = rows(held["By territory"])
    assert header[:3] == ["Territory code", "Territory", "Producers"]
    assert body[0][:3] == ["060100", "Uno", 40]
    assert body[2][:3] == ["060102", "Tres", 0]
    assert body[3][3] is None


def test_indicators_tests_and_parameters(tmp_path: Path) -> None:
    held = book(export(found(), tmp_path / "a.xlsx", context=context()))
    header, *body = rows(held["Indicators"])
    said = dict(zip(header, body[0], strict=True))
    assert [said[name] for name in ("Year", "Unit")] == [2018, "%"]
    assert said["Value in the area"] == 20
    assert said["Share of the area with a value"] == 0.95
    assert body[0][2:4] == ["Monetary poverty, 2018", "monetary poverty"]
    assert held["Indicators"]["E3"].number_format == "General"  # a year has no thousands
    tested = rows(held["Tests"])[1]
    assert tested[1:6] == [21, 0.001, "greater", 999, 1]
    told = rows(held["Sources and parameters"])
    assert ["detect", "radius", 5000] in told
    assert ["detect", "seed", 1] in told
    assert any(row[0] == "Withheld" for row in told)
    assert not any("/home" in str(cell) for row in told for cell in row)


@pytest.mark.parametrize("publish", ["areas", "points"])
def test_no_text_is_a_formula(tmp_path: Path, publish: str) -> None:
    c, said = hostile()
    held = book(export(c, tmp_path / "a.xlsx", publish=publish, context=said))
    seen = set()
    for sheet in held:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                    assert cell.quotePrefix
                    seen.add(cell.value)
    assert set(HOSTILE[:4]) <= seen


def test_sheets_without_anything_to_say() -> None:
    made = tables.sheets(protect(found((3,))))
    assert [len(sheet.rows) for sheet in made[:2]] == [0, 0]
    assert all(len(sheet.headers) == len(sheet.digits) for sheet in made)
    assert all(len(row) == len(sheet.headers) for sheet in made for row in sheet.rows)
