"""The data shipped with sialgeo: one real territory with synthetic producers, and a second territory.

``cajamarca``: real figures of the 127 districts, 500 **synthetic** cheese dairies and 30,000
**synthetic** milk producers. ``mexico``: the 32 states with their human development. Each folder has
a README that says what is real, what is synthetic and whom to credit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sialgeo.descriptions import described_indicators
from sialgeo.errors import FileError, ParameterError
from sialgeo.i18n import N_, _, both
from sialgeo.model import Indicator
from sialgeo.references import Reference

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

STUDY = "estudio.toml"
SYNTHETIC = N_("dairies and milk producers, calibrated to the figures of the paper")
_CODES = {"ubigeo": str, "cve_ent": str}


@dataclass(frozen=True)
class _Files:
    """The files of one sample; empty where it has none."""

    territories: str
    indicators: str
    producers: str = ""
    reference: str = ""
    places: str = ""
    synthetic: str = ""


_SAMPLES: Mapping[str, _Files] = {
    "cajamarca": _Files(
        "distritos.gpkg",
        "indicadores.csv",
        "queserias.csv",
        "productores_leche.csv",
        "lugares.csv",
        SYNTHETIC,
    ),
    "mexico": _Files("entidades.gpkg", "shdi.csv"),
}
NAMES = tuple(_SAMPLES)


@dataclass(frozen=True)
class Sample:
    """One sample, read.

    Attributes
    ----------
    name : str
    folder : Path
    study : Path
        Its study file: ``sialgeo run`` takes it.
    producers : GeoDataFrame or None
        Points, EPSG:4326; ``attrs["synthetic"]`` says that they are.
    reference : Reference or None
        The population they are measured against.
    territories : GeoDataFrame
        Polygons with code and names.
    places : GeoDataFrame or None
    tables : mapping of str to DataFrame
        Every table of the folder by its file name without ``.csv``; codes are text.
    indicators : tuple of Indicator
        What the columns of the table of indicators say, where the folder tells.
    """

    name: str
    folder: Path
    study: Path
    producers: gpd.GeoDataFrame | None
    reference: Reference | None
    territories: gpd.GeoDataFrame
    places: gpd.GeoDataFrame | None
    tables: Mapping[str, pd.DataFrame]
    indicators: tuple[Indicator, ...]


def load_sample(name: str = "cajamarca") -> Sample:
    """Read a sample that comes with sialgeo, ``"cajamarca"`` or ``"mexico"``.

    Raises
    ------
    ParameterError
        There is no sample of that name.
    FileError
        The samples were not installed with the package.

    Examples
    --------
    >>> sample = load_sample("cajamarca")
    >>> len(sample.producers), len(sample.territories), sample.study.name
    (500, 127, 'estudio.toml')
    """
    import geopandas as gpd
    import pandas as pd

    if name not in _SAMPLES:
        raise ParameterError(
            _("there is no sample “{name}”; there are: {names}").format(
                name=name, names=", ".join(NAMES)
            )
        )
    folder, files = _folder(name), _SAMPLES[name]
    tables = {
        path.name.removesuffix(".csv"): pd.read_csv(path, dtype=_CODES)
        for path in sorted(folder.glob("*.csv"))
    }
    producers = _points(tables, files.producers, files.synthetic)
    farms = _points(tables, files.reference, files.synthetic)
    return Sample(
        name=name,
        folder=folder,
        study=folder / STUDY,
        producers=producers,
        reference=None if farms is None else Reference.from_points(farms, name=_("milk producers")),
        territories=gpd.read_file(folder / files.territories),
        places=_points(tables, files.places, ""),
        tables=tables,
        indicators=_indicators(tables, files.indicators),
    )


def _folder(name: str) -> Path:
    """Return the sample's folder, in an installed package or in a checkout."""
    package = Path(__file__).resolve().parent
    for root in (package, package.parent):
        folder = root / "sample_layers" / name
        if (folder / STUDY).is_file():
            return folder
    raise FileError(
        _(
            "the sample “{name}” was not installed with sialgeo. Remedy: install the wheel (pip install sialgeo), or work in a checkout"
        ).format(name=name)
    )


def _points(
    tables: Mapping[str, pd.DataFrame], file: str, synthetic: str
) -> gpd.GeoDataFrame | None:
    import geopandas as gpd

    if not file:
        return None
    table = tables[file.removesuffix(".csv")]
    points = gpd.GeoDataFrame(
        table.copy(), geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326"
    )
    if synthetic:
        points.attrs["synthetic"] = both(synthetic)
    return points


def _indicators(tables: Mapping[str, pd.DataFrame], file: str) -> tuple[Indicator, ...]:
    meta = tables.get(file.removesuffix(".csv") + ".meta")
    if meta is None:
        return ()
    return tuple(described_indicators(meta).values())
