"""The fact sheets and the study report: pages, words, and texts that stay texts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import sialgeo
from sialgeo.cli.commands.demo import without_pdf
from sialgeo.errors import MissingDependencyError
from sialgeo.exporters import dossier
from sialgeo.exporters.dossier import markup, paragraph, report, typeset
from sialgeo.exporters.dossier.blocks import Document, Heading, Paragraph, Table
from sialgeo.i18n import use_language
from sialgeo.model import Step

from .publications import HOSTILE, classified
from .publications import cajamarca as publication

PDFTOTEXT = shutil.which("pdftotext")
needs_poppler = pytest.mark.skipif(
    PDFTOTEXT is None, reason="pdftotext (poppler-utils) is not installed"
)


def pages(path: Path) -> list[str]:
    """Return the text of each page of a PDF."""
    done = subprocess.run(
        [str(PDFTOTEXT), "-layout", path, "-"], capture_output=True, text=True, check=True
    )
    return done.stdout.split("\f")[:-1]


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One publication as every kind of document, in Spanish."""
    folder = tmp_path_factory.mktemp("dossier")
    with use_language("es"):
        for name in ("informe.pdf", "ficha.pdf", "x.report.html", "x.md"):
            dossier.write(publication(), folder / name)
    return folder


@needs_poppler
def test_a_fact_sheet_has_two_pages(written: Path) -> None:
    found = pages(written / "ficha.pdf")
    names = list(publication().areas["name"])
    assert len(found) == 2 * len(names)
    for i, name in enumerate(names):
        assert re.match(rf"\s*{i + 1} · {name}", found[2 * i])
        assert "Qué no dice esta ficha" in found[2 * i + 1]


@needs_poppler
def test_many_cautions_leave_a_fact_sheet_its_two_pages_and_are_all_told(tmp_path: Path) -> None:
    cautions = tuple(f"Caution {i} of the study." for i in range(40))
    many = replace(publication(), notes=cautions)
    for name, more in (("a.ficha.pdf", 1), ("b.pdf", None)):
        dossier.write(many, tmp_path / name)
        found = pages(tmp_path / name)
        sheets = [i for i, page in enumerate(found) if "What this sheet does not say" in page]
        begins = [i for i, page in enumerate(found) if re.match(r"\s*\d+ · ", page)]
        assert sheets == [i + 1 for i in begins]
        assert len(sheets) == len(many.areas)
        assert more is None or len(found) == 2 * len(sheets) + more
        assert "more hold for the whole study" in found[sheets[0]]
        assert all(text in flat("".join(found)) for text in cautions)


@needs_poppler
def test_verdict_number_and_caution_come_before_the_statistics(written: Path) -> None:
    page = flat(pages(written / "ficha.pdf")[0])
    order = [
        "Significativa: más densa",
        "112 productores",
        "Datos sintéticos",
        "Tamaño",
        "Evidencia",
    ]
    found = [page.find(text) for text in order]
    assert -1 not in found
    assert found == sorted(found)


@needs_poppler
def test_the_report_holds_summary_sheets_and_method(written: Path) -> None:
    found = pages(written / "informe.pdf")
    assert "Agua Blanca" in found[0]
    whole = flat(" ".join(found))
    assert "Cómo se hizo" in whole
    assert "Referencias" in whole
    assert f"/ {len(found)}" in found[-1]


def test_a_pdf_is_tagged_and_speaks_its_language(written: Path) -> None:
    raw = (written / "informe.pdf").read_bytes()
    assert b"/MarkInfo" in raw
    assert b"pdfuaid" in raw
    assert b"/Lang (es)" in raw or b"/Lang(es)" in raw


@pytest.mark.parametrize("lang", ["es", "en"])
def test_one_study_gives_one_file(lang: str, tmp_path: Path) -> None:
    held = publication()
    with use_language(lang):
        for name in ("a.md", "b.md"):
            dossier.write(replace(held, areas=held.areas.iloc[:1]), tmp_path / name)
    assert (tmp_path / "a.md").read_bytes() == (tmp_path / "b.md").read_bytes()


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(text: str) -> Any:
    """Return the publication with one hostile name everywhere a name can stand."""
    held = publication()
    areas = held.areas.iloc[:1].assign(name=text, main_chain=text)
    areas = areas.rename(columns={"chain_n__queso-fresco": f"chain_n__{text}"})
    context = replace(held.context, title={"es": text, "en": text}, sources=(text,))
    return replace(held, areas=areas, context=context, notes=(text,))


@pytest.mark.parametrize(
    "text", [*HOSTILE, '#read("/etc/passwd")', "$ x $ *b* _i_ @ref <l>", "\x00a\x07"]
)
def test_hostile_names_stay_text(text: str, tmp_path: Path) -> None:
    held = hostile(text)
    for name in ("a.pdf", "a.report.html", "a.md"):
        dossier.write(held, tmp_path / name)
    seen = Tags()
    page = (tmp_path / "a.report.html").read_text(encoding="utf-8")
    seen.feed(page)
    assert {"script", "b"}.isdisjoint(tag for tag, _ in seen.seen)
    assert all(a.get("src", "").startswith("data:image/png") for t, a in seen.seen if t == "img")
    assert not any(k.startswith("on") for _t, a in seen.seen for k in a)
    assert "\x00" not in page
    md = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert re.search(r"(?<!\\)<", re.sub(r"\(data:image/png;base64,[^)]*\)", "", md)) is None
    if PDFTOTEXT is not None:
        whole = flat(" ".join(pages(tmp_path / "a.pdf")))
        assert "root:" not in whole


def test_an_absurdly_long_name_is_cut_and_says_so(tmp_path: Path) -> None:
    blocks = report.fichas(hostile("x" * 10_000)).blocks
    heads = [b.text for b in blocks if isinstance(b, Heading) and b.level == 1]
    assert all(len(h) < 200 and h.endswith("…") for h in heads)


def test_template_reads_texts_as_data() -> None:
    document = Document(
        "t", "en", "2026-01-01", "f", (Paragraph("#panic()"), Table(("a",), (("#x",),)))
    )
    assert typeset.pdf(document).startswith(b"%PDF")


def test_markdown_tables_hold_together() -> None:
    told = markup.markdown(Document("t", "en", "", "", (Table(("a|b", "n"), (("c\nd", "1"),)),)))
    assert told.splitlines() == ["| a\\|b | n |", "| :-- | --: |", "| c d | 1 |"]


def test_without_typst_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingDependencyError, match=r"sialgeo\[report\]"):
        dossier.write(publication(), tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_without_typst_writes_a_page() -> None:
    study = sialgeo.Study.from_toml(sialgeo.load_sample("cajamarca").study)
    paged, said = without_pdf(study)
    assert "informe.report.html" in paged.export.formats
    assert not any(name.endswith(".pdf") for name in paged.export.formats)
    assert "sialgeo[report]" in said


def test_a_study_without_concentrations_has_a_report(tmp_path: Path) -> None:
    held = publication()
    none = replace(held, areas=held.areas.iloc[:0], tests=())
    dossier.write(none, tmp_path / "ficha.pdf")
    assert (tmp_path / "ficha.pdf").read_bytes().startswith(b"%PDF")


# --- the methods paragraph --------------------------------------------------------------------------
STEPS = (
    Step(
        "detect",
        {
            "method": "relative-dbscan",
            "radius": 5000.0,
            "min_units": 5,
            "reference": {"name": {"es": "fincas", "en": "farms"}, "units": 30000},
        },
    ),
    Step("assess", {"replicates": 999}, seed=7),
    Step("estimate", {"splits": 50}),
)


def test_the_paragraph_tells_what_was_done_and_nothing_else() -> None:
    held = replace(publication(), steps=STEPS)
    told = sialgeo.methods_text(held, lang="en")
    assert "radius = 5000" in told
    assert "farms (30,000 units)" in told
    assert "999 Monte-Carlo replicates" in told
    assert "seed 7" in told
    assert "Jaccard" not in told
    assert "fincas" in sialgeo.methods_text(held, lang="es")


def test_every_work_cited_is_listed_and_every_listed_one_cited() -> None:
    held = replace(publication(), steps=STEPS)
    listed = paragraph.references(held)
    assert [work.partition(",")[0] for work in listed] == [
        "Besag",
        "Clopper",
        "Ester",
        "Kulldorff",
    ]


def test_the_works_are_those_of_the_methods_page() -> None:
    page = (Path(__file__).parents[1] / "docs" / "methods.md").read_text(encoding="utf-8")
    plain = page.replace("*", "")
    assert [name for name, work in paragraph.WORKS.items() if work not in plain] == []


def test_the_paragraph_names_the_version() -> None:
    held = publication()
    assert sialgeo.__version__ in sialgeo.methods_text(
        replace(held, steps=(replace(STEPS[0], versions={"sialgeo": sialgeo.__version__}),)),
        lang="en",
    )


def test_a_fact_sheet_for_a_panel_says_what_the_document_says(tmp_path: Path) -> None:
    with use_language("es"):
        sheet = sialgeo.fact_sheet(publication(), 1)
        dossier.write(publication(), tmp_path / "x.report.html")
    assert "<img" not in sheet
    assert "<html" not in sheet
    told = (tmp_path / "x.report.html").read_text(encoding="utf-8")
    lines = [line for line in sheet.splitlines() if line.startswith(("<h", "<p", "<table"))]
    assert len(lines) > 10
    assert [line for line in lines if line not in told] == []
    with pytest.raises(sialgeo.ParameterError, match="99"):
        sialgeo.fact_sheet(publication(), 99)


def test_joint_action_is_told_of_every_classified_place_or_said_not_to_be_known() -> None:
    held = replace(publication(), areas=classified())
    with use_language("es"):
        third, first = (flat(sialgeo.fact_sheet(held, number)) for number in (3, 1))
    told = "Vendido en conjunto, por medio de una organización (%)"
    assert re.search(re.escape(told) + r"[^0-9n]*?>31<", third)
    assert re.search(re.escape(told) + r"[^0-9]*?no evaluable, o reservado", first)
    assert first.count("no evaluable, o reservado") == 3
    assert told not in sialgeo.fact_sheet(publication(), 1)


def test_hostile_names_stay_text_in_a_panel() -> None:
    held = publication()
    areas = held.areas.assign(name=list(HOSTILE[: len(held.areas)]))
    for number in areas.index:
        sheet = sialgeo.fact_sheet(replace(held, areas=areas), number)
        assert "<script" not in sheet
        assert "<b " not in sheet
