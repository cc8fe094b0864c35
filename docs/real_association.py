"""The real layers of docs/association.md: ``python docs/real_association.py [mexico yucatan cajamarca contrast]``.

Reads ``../shared/data`` beside the checkout (Mexico's municipalities, Yucatán's establishments,
Cajamarca's districts) and the shipped studies; prints the figures that the page quotes and draws its
pictures into docs/img. Only Cajamarca's dairies are synthetic, and its output says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "img"
DATA = ROOT.parent / "shared" / "data"
DPI = 90
MEXICO_SOURCES = (
    "INEGI (límites, Censo 2020)",
    "PNUD México, IDH municipal 2010–2020",
    "CONAPO, índice de marginación 2020",
)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def keep(figure: Any, name: str) -> None:
    figure.savefig(IMAGES / name, dpi=DPI, metadata={"Software": "sialgeo"})


def municipalities() -> Any:
    """Return Mexico's municipalities with their figures."""
    import sialgeo

    folder = DATA / "mexico_municipios"
    layer = sialgeo.read_territories(folder / "mexico_municipios.gpkg", key="cvegeo")
    table = sialgeo.read_indicators(folder / "mexico_municipios_idh_marginacion.csv", key="cvegeo")
    wanted = ["idh_2020", "im_2020", "pob_2020"]
    lacking = [c for c in wanted if c not in layer.columns]
    if lacking:
        layer = sialgeo.join_indicators(layer, table, key="cvegeo", columns=lacking)
    return layer


def mexico() -> None:
    """Gi*, local Moran, Lee's L and 3 × 3 classes of Mexico's municipalities."""
    import pandas as pd

    import sialgeo
    from sialgeo.exporters.choropleths import plot_bivariate, plot_local
    from sialgeo.model import Indicator

    areas = municipalities()
    for column, name in (("idh_2020", "IDH 2020"), ("im_2020", "índice de marginación 2020")):
        known = areas[areas[column].notna()]
        blank = areas[areas[column].isna()].assign(**{"class": "no_data"})
        say(f"{column}: {sialgeo.moran(known, column)}")
        for statistic, told in (("gi*", "Gi*"), ("moran", "LISA")):
            found = sialgeo.hot_spots(known, column, statistic=statistic, replicates=9999)
            say(f"{column} {told}: {found['class'].value_counts().to_dict()} {len(blank)} no_data")
            notes = found.attrs["notes"]
            drawn = pd.concat([found, blank])
            drawn.attrs = {"notes": notes}
            ax = plot_local(drawn, f"{told}: {name}, 2,469 municipios", sources=MEXICO_SOURCES)
            keep(ax.figure, f"mexico-{told.strip('*').lower()}-{column}.png")
    both = sialgeo.local_association(areas, "idh_2020", "im_2020", replicates=9999)
    say(f"Lee: {both.attrs['global']} {both['class'].value_counts().to_dict()}")
    for note in both.attrs["notes"]:
        say(f"  - {note}")
    classed = sialgeo.bivariate_classes(areas, "idh_2020", "im_2020", population="pob_2020")
    say(f"3 × 3: {classed['class'].value_counts().to_dict()} {classed.attrs['breaks']}")
    x = Indicator("idh_2020", {"es": "IDH 2020", "en": "HDI 2020"}, source=MEXICO_SOURCES[1])
    y = Indicator(
        "im_2020",
        {
            "es": "Índice de marginación 2020 (más es menos marginación)",
            "en": "Marginalisation index 2020 (more is less marginalisation)",
        },
        source=MEXICO_SOURCES[2],
    )
    keep(plot_bivariate(classed, x, y).figure, "mexico-bivariate.png")


def yucatan() -> None:
    """Yucatán's food establishments over the HDI of its municipalities."""
    import geopandas as gpd

    import sialgeo
    from sialgeo.exporters.choropleths import plot_bivariate
    from sialgeo.model import Indicator

    areas = municipalities()
    areas = areas[areas["cvegeo"].str.startswith("31")].copy()
    units = sialgeo.read_producers(
        DATA / "mexico_yucatan_denue_alimentos" / "yucatan_denue_alimentos_2021.csv"
    ).to_crs(areas.crs)
    activity = units["codigo_act"].astype(str)
    small = activity.str.startswith(("3115", "4311")) | units["nombre_act"].str.contains("miel")
    idh = Indicator("idh_2020", {"es": "IDH 2020", "en": "HDI 2020"}, better="more")
    questions: tuple[tuple[str, gpd.GeoDataFrame, Any], ...] = (
        ("food and drink establishments / people", units, "pob_2020"),
        ("other than tortillerías / people", units[activity != "311830"], "pob_2020"),
        ("dairies and honey / all establishments", units[small], sialgeo.Reference.from_points(
            units, includes_producers=True)),
    )  # fmt: skip
    for title, producers, reference in questions:
        answer = sialgeo.associate(
            producers, areas, column="idh_2020", reference=reference, indicator=idh
        )
        say(f"\n{title} ({len(producers)})\n{answer.verdict} {' '.join(answer.cautions)}")
        say(answer.over_divisions)
        say(answer.contrast)
        for note in answer.notes:
            say(f"  - {note}")
    counts = gpd.sjoin(units, areas[["cvegeo", "geometry"]]).groupby("cvegeo_right").size()
    areas["units_1000"] = 1000 * areas["cvegeo"].map(counts).fillna(0) / areas["pob_2020"]
    classed = sialgeo.bivariate_classes(areas, "idh_2020", "units_1000", population="pob_2020")
    people = classed.groupby("class")["pob_2020"].agg(["size", "sum"])
    say(f"\n{people.to_string()}")
    sources = "PNUD México, IDH municipal 2010–2020", "INEGI, DENUE 2021; INEGI, Censo 2020"
    x = Indicator("idh_2020", {"es": "IDH 2020", "en": "HDI 2020"}, source=sources[0])
    y = Indicator(
        "units_1000",
        {
            "es": "Establecimientos de alimentos por mil habitantes, 2021",
            "en": "Food establishments per thousand people, 2021",
        },
        source=sources[1],
    )
    keep(plot_bivariate(classed, x, y).figure, "yucatan-bivariate.png")


def cajamarca() -> None:
    """The sample's (synthetic) concentrations over Cajamarca's real districts."""
    import sialgeo
    from sialgeo import study as studies
    from sialgeo.exporters.choropleths import plot_bivariate

    study = sialgeo.Study.from_toml(ROOT / "sample_layers" / "cajamarca" / "estudio.toml")
    found = study.find()
    source = study.territories[0]
    folder = DATA / "cajamarca_distritos"
    real = studies.TerritoriesSource(
        str(folder / "cajamarca_distritos.gpkg"), key="ubigeo", columns=source.columns
    )
    areas, _notes = studies.read_territories(real, Path(), found.concentrations.producers.crs)
    known = {i.column: i for i in source.indicators}
    for column in ("idh_2019", "pobreza_2018"):
        answer = sialgeo.associate(
            found.concentrations, areas, column=column, reference=found.reference,
            indicator=known[column], dissolve="provincia", seed=study.about.seed,
        )  # fmt: skip
        say(f"\n{answer.verdict} {' '.join(answer.cautions)}")
        say(answer.over_divisions)
        say(answer.contrast)
    classed = sialgeo.bivariate_classes(areas, "idh_2019", "pobreza_2018", population="pob_2020")
    ax = plot_bivariate(classed, known["idh_2019"], known["pobreza_2018"])
    outlines = found.concentrations.areas.to_crs(sialgeo.crs.equal_area_crs(classed))
    for shape in outlines.geometry:
        for part in getattr(shape, "geoms", [shape]):
            ax.plot(*part.exterior.xy, color="#1a1a1a", linewidth=1.6)
    title = "Queserías SINTÉTICAS (contornos) sobre los distritos reales de Cajamarca"
    ax.set_title(title, loc="left", fontsize=11, color="#a11111")
    keep(ax.figure, "cajamarca-bivariate.png")


def contrast() -> None:
    """The South of Mexico against the rest, year by year."""
    import sialgeo
    from sialgeo import study as studies
    from sialgeo.exporters.choropleths import plot_contrast

    study = sialgeo.Study.from_toml(ROOT / "sample_layers" / "mexico" / "estudio.toml")
    source, asked = study.territories[0], study.contrasts[0]
    areas, _notes = studies.read_territories(source, study.folder)
    found = sialgeo.contrast(
        areas, by=asked.by, group=asked.group, columns=asked.columns, name=source.name,
        indicators=source.indicators, statement=asked.statement, title=asked.title,
        seed=study.about.seed,
    )  # fmt: skip
    say(found.verdict)
    say(found.table().to_string())
    context = studies.context_of(study, (areas,))
    keep(plot_contrast(areas, found, context=context), "mexico-contrast.png")


PARTS: dict[str, Callable[[], None]] = {
    "mexico": mexico,
    "yucatan": yucatan,
    "cajamarca": cajamarca,
    "contrast": contrast,
}


def main(wanted: list[str]) -> int:
    """Make the parts asked for, all without a name."""
    sys.path.insert(0, str(ROOT))
    from sialgeo.i18n import set_language

    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}\n")
        return 2
    if not DATA.is_dir():
        sys.stderr.write(f"not there: {DATA}\n")
        return 2
    set_language("es")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in wanted or list(PARTS):
        PARTS[name]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
