"""Two dates: every kind of change by hand."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import box

from sialgeo import SchemaError, compare
from sialgeo.model import Concentrations


def year(found: dict[int, list[int]], **columns: list[object]) -> Concentrations:
    """Concentrations of units, a unit's code being its place in kilometres."""
    rows = [(code, number) for number, codes in found.items() for code in codes]
    units = gpd.GeoDataFrame(
        {"id": [c for c, _n in rows], "concentration": [n for _c, n in rows], "membership": "core"},
        geometry=gpd.points_from_xy([5e5 + 1_000 * c for c, _n in rows], [9.2e6] * len(rows)),
        crs=32717,
    )
    shapes = [
        box(
            5e5 + 1_000 * min(codes) - 400, 9.2e6 - 400, 5e5 + 1_000 * max(codes) + 400, 9.2e6 + 400
        )
        for codes in found.values()
    ]
    data = {"name": [f"C{n}" for n in found], "n": [len(v) for v in found.values()], **columns}
    areas = gpd.GeoDataFrame(
        {**data, "evidence": "tested"}, index=list(found), geometry=shapes, crs=32717
    )
    return Concentrations(units, areas)


BEFORE = year({
    1: list(range(0, 10)), 2: list(range(20, 30)), 3: list(range(40, 50)),
    4: [60, 61, 62], 5: [64, 65, 66], 6: list(range(80, 90)), 7: list(range(100, 110)),
})  # fmt: skip
AFTER = year({
    1: list(range(0, 14)), 2: list(range(20, 26)), 3: list(range(40, 51)),
    4: [60, 61, 62, 63, 64, 65, 66], 5: [80, 81, 82, 83], 6: [86, 87, 88, 89], 8: [150, 151, 152],
})  # fmt: skip


@pytest.mark.parametrize("code", ["id", None])
def test_every_kind_of_change(code: str | None) -> None:
    table = compare(BEFORE, AFTER, id=code).table
    gone = table["change"].eq("gone").map({True: "-", False: ""})
    found = dict(zip(table["name"] + gone, table["change"], strict=True))
    assert found == {
        "C1": "grown", "C2": "shrunk", "C3": "stable", "C4": "merged", "C5": "split",
        "C6": "split", "C8": "born", "C7-": "gone",
    }  # fmt: skip


def test_what_is_laid_beside_and_what_is_a_risk() -> None:
    before = year(
        {1: [0, 1, 2], 2: [9, 10, 11]}, activation_level=[4.0, 3.0], share_of_members=[50.0, 60.0]
    )
    after = year(
        {1: [0, 1, 2], 2: [9, 10, 11]}, activation_level=[3.0, 3.0], share_of_members=[48.0, 47.0]
    )
    found = compare(before, after, id="id")
    assert found.table["reasons"].tolist() == ["level", "members"]
    assert found.table["activation_level_before"].tolist() == [4.0, 3.0]
    assert found.concentrations.areas["declustering_since"].tolist() == ["risk", "risk"]
    same = compare(after, after, id="id")
    assert same.table["declustering_since"].tolist() == ["none", "none"]
    assert same.table["overlap_before"].tolist() == [1.0, 1.0]


def test_small_concentrations_keep_their_kind_of_change_only() -> None:
    public = compare(BEFORE, AFTER, id="id").published(min_n=10)
    assert "geometry" not in public
    small = public[public["change"].isin(["born", "merged"])]
    assert small["n"].isna().all() and small["name"].isna().all()
    assert public.loc[public["change"] == "grown", "n"].tolist() == [14.0]


def test_shares_beside_are_published_where_they_stand_for_enough() -> None:
    shares = {"share_of_members": [50.0, 10.0], "joint_sales": [30.0, 30.0]}
    one = year({1: list(range(40)), 2: list(range(60, 100))}, **shares)
    found = compare(one, one, id="id")
    assert found.table["joint_sales_after"].tolist() == [30.0, 30.0]
    public = found.published(min_n=10)
    assert public["share_of_members_after"].tolist() == [50.0, None]  # 4 of 40
    assert not any("joint_sales" in column for column in public)


def test_none_before_and_none_after() -> None:
    nothing = year({1: [0, 1]})
    nothing.areas["evidence"] = "not_significant"
    assert compare(nothing, AFTER).table["change"].eq("born").all()
    assert compare(BEFORE, nothing).table["change"].eq("gone").all()


def test_codes_are_used_once() -> None:
    twice = year({1: [0, 0, 1]})
    with pytest.raises(SchemaError, match="codes twice: 0"):
        compare(twice, AFTER, id="id")
