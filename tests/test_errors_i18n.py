"""The error tree and the languages: one message, whole, in the language in force."""

from __future__ import annotations

import threading

import pytest

from sialgeo import errors, i18n, verdicts
from sialgeo.errors import (
    Cancelled,
    CRSError,
    FileError,
    MissingDependencyError,
    ParameterError,
    SchemaError,
    SialgeoError,
    raise_all,
)

VARIABLES = ("SIALGEO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
SAID = "Concentration"


@pytest.fixture
def spanish_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of two texts, whatever the shipped one holds."""
    import gettext

    class Two(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {SAID: "Concentración"}.get(message, message)

        def ngettext(self, singular: str, plural: str, n: int) -> str:
            return "{n} quesería" if n == 1 else "{n} queserías"

    monkeypatch.setattr(
        i18n, "_catalogue", lambda code: Two() if code == "es" else gettext.NullTranslations()
    )


@pytest.fixture
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(i18n, "_chosen", [])
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


# --- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (CRSError, ValueError),
        (SchemaError, ValueError),
        (ParameterError, ValueError),
        (FileError, OSError),
    ],
)
def test_every_error_is_caught_as_ours_and_as_pythons(
    kind: type[SialgeoError], builtin: type[Exception]
) -> None:
    assert issubclass(kind, SialgeoError)
    assert issubclass(kind, builtin)
    assert str(kind("row 3: no name")) == "row 3: no name"


def test_the_docstring_draws_the_whole_tree() -> None:
    drawn = errors.__doc__ or ""
    kinds = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert kinds == {
        word for word in drawn.replace("├──", " ").replace("└──", " ").split() if word in kinds
    }


def test_cancelling_is_no_error_that_a_handler_of_errors_swallows() -> None:
    assert not issubclass(Cancelled, SialgeoError)
    assert not issubclass(Cancelled, ValueError | OSError)


def test_a_missing_library_names_purpose_library_and_remedy() -> None:
    error = MissingDependencyError("numba", "The fast path", "fast")
    assert error.library == "numba"
    assert isinstance(error, ImportError)
    assert str(error) == (
        "The fast path needs the library numba, which is not installed. "
        'Remedy: pip install "sialgeo[fast]"'
    )
    assert str(MissingDependencyError("folium", "The map")).endswith("Remedy: pip install folium")


def test_all_faults_come_at_once() -> None:
    raise_all([])
    with pytest.raises(SchemaError, match=r"^one$"):
        raise_all(["one"])
    with pytest.raises(ParameterError) as caught:
        raise_all(["one", "two"], ParameterError)
    assert str(caught.value) == "- one\n- two"


# --- languages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "es_PE.UTF-8"}, "es"),
        ({"LANG": "ES"}, "es"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "es_PE.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US", "LC_ALL": "es_MX"}, "es"),
        ({"LC_ALL": "es_MX", "SIALGEO_LANG": "en"}, "en"),
        ({"SIALGEO_LANG": "", "LANG": "es"}, "es"),
        ({"SIALGEO_LANG": "quechua", "LANG": "es"}, "es"),
    ],
)
def test_the_language_comes_from_the_environment_in_order(
    nothing_chosen: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for variable, value in environment.items():
        nothing_chosen.setenv(variable, value)
    assert i18n.language() == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("es", "es"), ("es_PE", "es"), ("ES-mx", "es"), ("en", "en"), ("qu", "en"), ("", "en")],
)
def test_a_code_is_read_alike_for_the_process_and_for_a_block(code: str, expected: str) -> None:
    i18n.set_language(code)
    assert i18n.language() == expected
    i18n.set_language("en" if expected == "es" else "es")
    with i18n.use_language(code):
        assert i18n.language() == expected


def test_what_is_chosen_goes_before_the_environment(nothing_chosen: pytest.MonkeyPatch) -> None:
    nothing_chosen.setenv("SIALGEO_LANG", "es")
    i18n.set_language("en")
    assert i18n.language() == "en"
    with i18n.use_language("es"):
        assert i18n.language() == "es"
        with i18n.use_language("en"):
            assert i18n.language() == "en"
        assert i18n.language() == "es"
    assert i18n.language() == "en"


def test_a_block_ends_also_where_it_fails() -> None:
    with pytest.raises(ValueError, match="inside"), i18n.use_language("es"):
        raise ValueError("inside")
    assert i18n.language() == "en"


def test_a_block_is_for_its_own_thread() -> None:
    seen: list[str] = []
    with i18n.use_language("es"):
        other = threading.Thread(target=lambda: seen.append(i18n.language()))
        other.start()
        other.join()
    assert seen == ["en"]


def test_a_text_follows_the_language(spanish_catalogue: None) -> None:
    assert i18n._(SAID) == "Concentration"
    with i18n.use_language("es"):
        assert i18n._(SAID) == "Concentración"
        assert i18n.ngettext("{n} dairy", "{n} dairies", 1) == "{n} quesería"
        assert i18n.ngettext("{n} dairy", "{n} dairies", 2) == "{n} queserías"
    assert i18n.ngettext("{n} dairy", "{n} dairies", 1) == "{n} dairy"
    assert i18n.ngettext("{n} dairy", "{n} dairies", 0) == "{n} dairies"
    assert i18n.both(SAID) == {"es": "Concentración", "en": "Concentration"}
    assert i18n.text_in("es", SAID) == "Concentración"
    assert i18n.N_(SAID) == SAID


def test_no_text_is_no_text() -> None:
    """gettext's own answer to an empty text is the catalogue's header."""
    assert i18n._("") == ""
    assert i18n.text_in("es", "") == ""


def test_a_language_without_a_catalogue_reads_the_source() -> None:
    assert i18n.text_in("qu", SAID) == SAID


def test_a_text_is_told_again_in_the_other_language_even_after_a_file() -> None:
    import json

    from sialgeo import i18n

    with i18n.use_language("en"):
        one = i18n._("{name} has {n}").format(name=i18n._("Name"), n=3)
        many = i18n.ngettext("{n} producer.", "{n} producers.", 2).format(n=2)
    for text in (one, many):
        again = i18n.from_parts(json.loads(json.dumps(text.parts())))
        assert again == i18n.retell(text)
        assert again.parts() == text.parts()
    assert i18n.retell("plain") == "plain"
    assert i18n.pick({"es": "hola", "en": "hello"}) == "hello"
    assert i18n.pick("hola") == "hola"


# --- texts that remember their source --------------------------------------------------------------


def test_a_text_is_told_again_in_the_other_language(spanish_catalogue: None) -> None:
    note = i18n._(SAID)
    many = i18n.ngettext("{n} dairy", "{n} dairies", 2).format(n=2)
    with i18n.use_language("es"):
        assert i18n.retell(note) == "Concentración"
        assert i18n.retell(many) == "2 queserías"
        assert i18n.retell("as it is") == "as it is"
    assert (note, many) == ("Concentration", "2 dairies")


def test_a_text_inside_a_text_is_told_again_too(spanish_catalogue: None) -> None:
    note = i18n._("{what}: {share:.0%}").format(what=i18n._(SAID), share=0.25)
    assert note == "Concentration: 25%"
    with i18n.use_language("es"):
        assert i18n.retell(note) == "Concentración: 25%"


def test_a_text_survives_being_written_down_and_copied(spanish_catalogue: None) -> None:
    import copy
    import json
    import pickle

    note = i18n._("{what}, {n}").format(what=i18n._(SAID), n=3)
    for again in (
        i18n.from_parts(json.loads(json.dumps(note.parts()))),
        copy.deepcopy(note),
        pickle.loads(pickle.dumps(note)),
    ):
        assert again == note
        with i18n.use_language("es"):
            assert i18n.retell(again) == "Concentración, 3"


@pytest.mark.parametrize(
    ("code", "number", "date"),
    [
        ("es_PE", "1,234.5", "25/11/2026"),
        ("es_MX", "1,234.5", "25/11/2026"),
        ("es_GT", "1,234.5", "25/11/2026"),
        ("es_CO", "1.234,5", "25/11/2026"),
        ("es_AR", "1.234,5", "25/11/2026"),
        ("es_CL", "1.234,5", "25-11-2026"),
        ("es-bo", "1.234,5", "25/11/2026"),
        ("es_EC.UTF-8", "1.234,5", "25/11/2026"),
        ("es", "1,234.5", "25/11/2026"),
        ("en", "1,234.5", "2026-11-25"),
    ],
)
def test_numbers_and_dates_by_country(
    nothing_chosen: pytest.MonkeyPatch, code: str, number: str, date: str
) -> None:
    with i18n.use_language(code):
        assert i18n.tell_number(1234.5, 1) == number
        assert i18n.tell_date("2026-11-25") == date
        assert i18n.tell_date("2019") == "2019"
        assert i18n.tell_date("2026-13-45") == "2026-13-45"


def test_a_number_in_a_text_is_written_as_in_the_country(
    nothing_chosen: pytest.MonkeyPatch,
) -> None:
    """Where it has a format; one without is a setting, and stays as it is typed."""
    with i18n.use_language("es_CO"):
        told = i18n._("{km:,.1f} km, {share:.0%}, {level}").format(
            km=1234.5, share=0.256, level=0.05
        )
        assert told == "1.234,5 km, 26%, 0.05"
        with i18n.use_language("en"):
            assert i18n.retell(told) == "1,234.5 km, 26%, 0.05"
    with i18n.use_language("es_PE"):
        assert i18n.retell(told) == "1,234.5 km, 26%, 0.05"


def test_the_ticks_of_diagrams_are_written_as_in_the_country() -> None:
    from matplotlib.figure import Figure

    from sialgeo.exporters.figures.furniture import local_numbers

    figure = Figure()
    ax = figure.add_subplot()
    ax.plot([0.0, 0.5], [1_000.0, 1_000.5])
    local_numbers(ax)
    with i18n.use_language("es_CL"):
        figure.canvas.draw()
        ticks = [t.get_text() for axis in (ax.xaxis, ax.yaxis) for t in axis.get_ticklabels()]
    assert "0,2" in ticks and "1000,4" in ticks
    assert not any("." in tick for tick in ticks)


def test_verdicts_and_the_web_map_write_numbers_as_in_the_country() -> None:
    from sialgeo.exporters import webmap

    from .publications import cajamarca

    with i18n.use_language("es_CO"):
        data, _blocks = webmap.payload(cajamarca(), "es")
    assert data["marks"] == {"es": [",", "."], "en": [".", ","]}
    verdict, number, _caution = data["areas"][0]["said"]["es"]
    assert "p = 0,001" in verdict and "23,5" in number
    with i18n.use_language("es_CO"):
        said = verdicts.verdict({"evidence": "tested", "p_value": 0.01, "relative_risk": 1.4})
    assert "1,4" in said
    assert "23.5" in data["areas"][0]["said"]["en"][1]
    assert data["about"]["date"] == {"es": "01/02/2026", "en": "2026-02-01"}
    first = next(one for one in data["indicators"] if one["classes"])["classes"][0]["label"]
    assert "," in first["es"] and "." in first["en"]


def test_sialgeo_lang_wins_over_the_locale_and_the_country_comes_along(
    nothing_chosen: pytest.MonkeyPatch,
) -> None:
    nothing_chosen.setenv("LANG", "en_US.UTF-8")
    nothing_chosen.setenv("SIALGEO_LANG", "es_CO")
    assert (i18n.language(), i18n.country()) == ("es", "CO")
    with i18n.use_language("es"):  # the language only: the country stays
        assert i18n.tell_number(0.5, 1) == "0,5"
    with i18n.use_language("en"):
        assert i18n.tell_number(0.5, 1) == "0.5"
    i18n.set_language("es_PE")
    assert i18n.tell_number(0.5, 1) == "0.5"
