"""`sialgeo verify`: every number agrees, and what disagrees is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sialgeo.errors import FileError
from sialgeo.i18n import use_language
from sialgeo.verification import Check, format_checks, left_out, verify


@pytest.fixture(scope="module")
def checks() -> list[Check]:
    return verify()


def test_every_number_agrees(checks: list[Check]) -> None:
    wrong = [line for line in format_checks(checks) if line.startswith("DIFFERS")]
    assert not wrong, "\n".join(wrong)
    assert len(checks) >= 50
    assert all(check.source for check in checks)


@pytest.mark.parametrize(
    "published",
    [7.41934, 14.083511, 11.577255, 9.019716, 15.75776538, 8.475360019, 14.181797, 0.3847623423],
)
def test_the_oracles_are_among_them(checks: list[Check], published: float) -> None:
    assert any(check.published == published for check in checks)


def test_tolerances_are_no_wider_than_the_publication(checks: list[Check]) -> None:
    """Wider only where the publication is rounded, or the number is simulated."""
    loose = [c for c in checks if c.tolerance > 0.002 * abs(c.published)]
    assert {c.name for c in loose} <= {
        "Others near a plant, at random (mean of 50 maps)",
        "Distance to the nearest plant, at random (mean of 50 maps)",
        "Relative risk",
    }


@pytest.mark.shared
def test_with_data_more_agree(shared_data: Path) -> None:
    found = verify(shared_data)
    assert all(check.passed for check in found), format_checks(found)
    assert any(check.name.startswith("Scan of counties") for check in found)
    # data of R packages, under the GPL
    files = (
        "NY8_utm18.gpkg",
        "moons.csv",
        "chorley.csv",
        "pbc.csv",
        "lansing.csv",
        "paracou16.csv",
    )
    said = left_out(shared_data)
    assert all(any(file in line for file in (*files, "libpysal")) for line in said)


@pytest.mark.shared
def test_numbers_equal_the_oracle_file(shared_data: Path, checks: list[Check]) -> None:
    path = shared_data.parent / "oracles.json"
    if not path.is_file():
        pytest.skip("the oracle file is not beside the acceptance data")
    oracles = json.loads(path.read_text())
    ours = {round(check.published, 9) for check in checks}
    wanted = [
        oracles["kulldorff_bernoulli_grave"]["llr"],
        *(zone["llr"] for zone in oracles["kulldorff_bernoulli_grave"]["secondary"]),
        *(oracles["kulldorff_bernoulli_grave"][key] for key in ("expected", "oe", "rr")),
        oracles["tango_flexible_nydf_k10"]["poisson"]["llr"],
        oracles["tango_flexible_nydf_k10"]["rflex_k50_alpha1_0.2"]["llr"],
        oracles["multinomial_identity"]["llr"],
        *oracles["elliptic_penalty_sqrt"]["a0.5"].values(),
        *oracles["dbscan_iris_eps0.7_min5"]["sizes"],
        oracles["lq_farhauer_kroell"]["lq"],
        *oracles["lq_ci_toy"]["ci95"],
        oracles["lq_ci_toy"]["se_ln"],
        *oracles["getis_ord_six_points"]["Gstar_z"],
        oracles["scan_nc_sids"]["sids74_xy"]["llr_poisson"],
        oracles["scan_nc_sids"]["sids74_xy"]["llr_binomial"],
        oracles["scan_nc_sids"]["sids79"]["llr_poisson"],
    ]
    assert [w for w in wanted if round(float(w), 9) not in ours] == []


# of the section on human development and poverty: every number of theirs that is a result
OF_TERRITORY = {
    "moran_columbus_crime_queen_W": ("I", "EI", "var_norm", "var_rand", "links"),
    "bivariate_moran_columbus": ("x_INC_lag_CRIME", "x_CRIME_lag_INC", "lee_L"),
    "sar_columbus": ("ols", "ols_resid_moran", "lag", "error", "LM"),
    "alkire_foster_2011": ("H", "A", "M0", "M1", "M2"),
    "concentration_index_india_u5mr": ("CI",),
    "concentration_index_toy": ("CI",),
}


def numbers_in(held: object) -> list[float]:
    if isinstance(held, dict):
        return [n for value in held.values() for n in numbers_in(value)]
    if isinstance(held, list):
        return [n for value in held for n in numbers_in(value)]
    return [float(held)]  # type: ignore[arg-type]


@pytest.mark.shared
def test_every_number_of_human_development_and_poverty_is_verified(shared_data: Path) -> None:
    path = shared_data.parent / "oracles.json"
    if not path.is_file():
        pytest.skip("the oracle file is not beside the acceptance data")
    oracles = json.loads(path.read_text())
    pytest.importorskip("libpysal", reason="libpysal carries the Columbus data")
    ours = np.array([check.published for check in verify(shared_data)])
    wanted = [
        (name, number)
        for name, keys in OF_TERRITORY.items()
        for key in keys
        for number in numbers_in(oracles[name][key])
    ]
    hdr = oracles["hdi_hdr2015_data2014"]["rows"]
    wanted += [(country, figures[-1]) for country, figures in hdr.items()]
    assert len(wanted) == 37
    assert [w for w in wanted if np.abs(ours - w[1]).min() > 1e-9] == []


def test_a_difference_is_said(checks: list[Check]) -> None:
    wrong = replace(checks[0], published=checks[0].published + 1)
    unknown = replace(checks[0], ours=float("nan"))
    assert not wrong.passed
    assert not unknown.passed
    lines = format_checks([checks[0], wrong, unknown])
    assert [line.split()[0] for line in lines[:3]] == ["ok", "DIFFERS", "DIFFERS"]
    assert lines[-1] == "3 numbers compared, 2 outside their tolerance."
    assert all(
        "published" in line and check.source in line
        for line, check in zip(lines, [checks[0]] * 3, strict=False)
    )


def test_what_did_not_run_is_named(tmp_path: Path) -> None:
    assert len(left_out()) == 8
    assert "nc_sids.gpkg" in left_out(tmp_path)[0]
    assert any("paracou16.csv" in said and "binary format" in said for said in left_out())
    with pytest.raises(FileError, match="is no folder"):
        verify(tmp_path / "nowhere")


def test_both_languages(checks: list[Check]) -> None:
    for code in ("es", "en"):
        with use_language(code):
            assert len(format_checks(checks)) == len(checks) + 1
