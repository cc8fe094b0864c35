"""Every text a person reads is collected, can be filled in, and exists in Spanish."""

from __future__ import annotations

import ast
import gettext
import importlib.util
import re
import shutil
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .conftest import ROOT

PACKAGE = ROOT / "sialgeo"
SPANISH = PACKAGE / "locale" / "es" / "LC_MESSAGES" / "sialgeo.po"
MARKS = {"_": (0,), "N_": (0,), "ngettext": (0, 1), "text_in": (1,), "both": (0,)}


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def collected(messages: ModuleType) -> Any:
    return messages.collect()


@pytest.fixture(scope="module")
def spanish(messages: ModuleType) -> Any:
    return messages._read(SPANISH)


def forms(text: Any) -> tuple[str, ...]:
    """The one or two texts of an entry."""
    return tuple(text) if isinstance(text, tuple | list) else (text,)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def marked_calls() -> Iterator[tuple[str, ast.Call, ast.AST | None]]:
    """Every call that marks a text: where it is, the call, and the ``.format(…)`` round it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        around = {
            id(node.func.value): node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in MARKS
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node, around.get(id(node))


def texts_of(call: ast.Call) -> list[ast.expr]:
    assert isinstance(call.func, ast.Name)
    return [call.args[k] for k in MARKS[call.func.id] if k < len(call.args)]


# --- in the source ---------------------------------------------------------------------------------


def test_no_text_is_put_together_before_it_is_translated() -> None:
    """An f-string or a sum inside ``_()`` would never be found in the catalogue."""
    wrong = [
        place
        for place, call, _around in marked_calls()
        for text in texts_of(call)
        if isinstance(text, ast.JoinedStr | ast.BinOp)
        or (
            isinstance(text, ast.Call)
            and isinstance(text.func, ast.Attribute)
            and text.func.attr in ("format", "join")
        )
    ]
    assert wrong == []


def test_every_place_in_a_text_is_filled_and_nothing_else_is_given() -> None:
    wrong = []
    for place, call, around in marked_calls():
        if not isinstance(around, ast.Call) or any(k.arg is None for k in around.keywords):
            continue
        literal = [t.value for t in texts_of(call) if isinstance(t, ast.Constant)]
        wanted = set().union(*(fields(text) for text in literal))
        if literal and wanted != {k.arg for k in around.keywords}:
            wrong.append((place, sorted(wanted), sorted(str(k.arg) for k in around.keywords)))
    assert wrong == []


def test_the_two_forms_of_a_plural_have_the_same_places() -> None:
    wrong = []
    for place, call, _around in marked_calls():
        literal = [t.value for t in texts_of(call) if isinstance(t, ast.Constant)]
        if len(literal) == 2 and fields(literal[0]) != fields(literal[1]):
            wrong.append(place)
    assert wrong == []


def test_every_marked_text_is_collected(collected: Any) -> None:
    found = {text for entry in collected if entry.id for text in forms(entry.id)}
    lost = {
        (place, text.value)
        for place, call, _around in marked_calls()
        for text in texts_of(call)
        if isinstance(text, ast.Constant) and text.value and text.value not in found
    }
    assert lost == set()
    assert len(found) > 100


def test_texts_hold_no_stray_blanks(collected: Any) -> None:
    """Two blanks come from a string broken over two lines."""
    texts = [text for entry in collected for text in forms(entry.id)]
    assert [text for text in texts if "  " in text.strip()] == []


# --- in the catalogue ------------------------------------------------------------------------------


def test_every_entry_has_the_same_places_in_both_languages(spanish: Any) -> None:
    wrong = []
    for entry in spanish:
        if not entry.id:
            continue
        wanted = set().union(*(fields(text) for text in forms(entry.id)))
        for text in forms(entry.string):
            if text and fields(text) != wanted:
                wrong.append((entry.id, text))
    assert wrong == []


def test_no_entry_is_marked_as_a_guess_or_left_over(spanish: Any, collected: Any) -> None:
    known = {forms(entry.id) for entry in collected}
    assert [entry.id for entry in spanish if entry.id and entry.fuzzy] == []
    assert [entry.id for entry in spanish if entry.id and forms(entry.id) not in known] == []


def test_every_text_has_a_spanish_translation(collected: Any, spanish: Any) -> None:
    missing = []
    for entry in collected:
        if not entry.id:
            continue
        held = spanish.get(entry.id if isinstance(entry.id, str) else entry.id[0])
        texts = forms(held.string) if held is not None else ("",)
        if len(texts) < len(forms(entry.id)) or not all(texts):
            missing.append(forms(entry.id)[0])
    assert missing == []


def test_every_text_of_the_plugin_has_a_spanish_translation() -> None:
    """Without a QGIS: what the source asks for against what the ``.ts`` holds."""
    spec = importlib.util.spec_from_file_location(
        "translations", ROOT / "qgis_plugin" / "translations.py"
    )
    assert spec is not None and spec.loader is not None
    plugin = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plugin)
    known, wanted = plugin.read(), plugin.collect()
    assert len(wanted) > 50
    assert [text for text in wanted if not known.get(text)] == []
    assert [text for text in wanted if fields(text) != fields(known[text])] == []


def test_no_words_stand_in_the_scripts_of_the_web_map() -> None:
    """They come from ``webmap.TEXTS`` by ``t(…)``: in a script a text of several words is a fault."""
    web = PACKAGE / "exporters" / "web"
    for path in sorted(web.glob("*.js")):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        shown = re.findall(r"'([A-ZÁÉÍÓÚ¿][a-záéíóúñ]+(?: [a-záéíóúñ]+)+)", code)
        assert shown == [], path.name


def test_the_catalogue_compiles_and_answers(messages: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "sialgeo.po"
    po.write_text(
        'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Name"\nmsgstr "Nombre"\n\n'
        'msgid "{n} row"\nmsgid_plural "{n} rows"\nmsgstr[0] "{n} fila"\nmsgstr[1] "{n} filas"\n',
        encoding="utf-8",
    )
    messages.compile_catalogues(tmp_path)
    found = gettext.translation("sialgeo", str(tmp_path), languages=["es"])
    assert found.gettext("Name") == "Nombre"
    assert found.ngettext("{n} row", "{n} rows", 3) == "{n} filas"


def test_the_shipped_catalogue_compiles(messages: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "locale", tmp_path / "locale")
    messages.compile_catalogues(tmp_path / "locale")
    assert (tmp_path / "locale/es/LC_MESSAGES/sialgeo.mo").stat().st_size > 0


def test_bringing_the_catalogue_up_to_the_source_keeps_what_is_translated(
    messages: ModuleType, tmp_path: Path
) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = folder / "sialgeo.po"
    po.write_text(
        'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Concentration"\n'
        'msgstr "Concentración"\n\nmsgid "said no more"\nmsgstr "ya no"\n',
        encoding="utf-8",
    )
    missing = messages.update(tmp_path)
    once = po.read_bytes()
    held = messages._read(po)
    assert held.get("Concentration").string == "Concentración"
    assert held.get("said no more") is None
    assert missing == sum(1 for e in messages.collect() if e.id) - 1  # plurals too
    messages.update(tmp_path)
    assert po.read_bytes() == once or b"POT-Creation-Date" in once  # a date may differ, no text


def test_the_command_knows_its_two_words(
    messages: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert messages.main(["translate"]) == 2
    assert "update|compile" in capsys.readouterr().err
