"""The study itself: its sections together, and what a run of it gives."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sialgeo.errors import SchemaError, raise_all
from sialgeo.files import whole_file
from sialgeo.progress import Progress, silent
from sialgeo.study import parsing, running, writing
from sialgeo.study.results import Found, StudyResult
from sialgeo.study.sections import (
    About,
    AirDistrictsChoice,
    AssociationChoice,
    BivariateChoice,
    ChainsChoice,
    CompareSource,
    ContrastChoice,
    Detection,
    ExportChoice,
    HotSpotsChoice,
    LinkSource,
    PlacesSource,
    PrioritiesChoice,
    ProducersSource,
    RasterSource,
    ReferenceSource,
    RingsChoice,
    ScanAreasChoice,
    SialSource,
    SurfaceChoice,
    TerritoriesSource,
)
from sialgeo.urls import is_database


@dataclass(frozen=True)
class Study:
    """What is read, detected, laid over and handed on.

    Attributes
    ----------
    about, detection, export
        Title and seed; method and its parameters; formats and what is published.
    producers, reference, places, territories, rasters
        The inputs; a study without producers joins indicators to territories only.
    chains
        Whether every chain is detected on its own; without it the producers are taken together.
    sial
        The tables of the SIAL study; without them nothing is classified.
    link, compare, priorities
        Suppliers and markets; an earlier date; what makes a concentration come first.
    association, bivariate, rings, air_districts, contrasts
        What is asked of the territories: are producers in poorer places; two indicators in one map; the
        footprints and the rings around them; which areas are districts of rural agro-industry by their
        counts alone; one group of the territories against the rest.
    hot_spots, scan_areas, surface
        Maps beside the concentrations: territories among high or low values, groups of territories
        with counts in excess, and the density of producers relative to the reference.
    folder : Path
        The folder that relative paths start from.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _written = (folder / "p.csv").write_text("lon,lat\\n-78.5,-7.1\\n")
    >>> study = Study(producers=ProducersSource("p.csv"), folder=folder,
    ...               detection=Detection(method="dbscan", parameters={"radius": 5000.0}))
    >>> Study.from_toml(study.to_toml(folder / "study.toml")) == study
    True
    """

    about: About = field(default_factory=About)
    producers: ProducersSource | None = None
    reference: ReferenceSource | None = None
    detection: Detection = field(default_factory=Detection)
    chains: ChainsChoice | None = None
    places: PlacesSource | None = None
    territories: tuple[TerritoriesSource, ...] = ()
    rasters: tuple[RasterSource, ...] = ()
    sial: SialSource | None = None
    link: LinkSource | None = None
    compare: CompareSource | None = None
    priorities: PrioritiesChoice | None = None
    association: AssociationChoice | None = None
    bivariate: BivariateChoice | None = None
    rings: RingsChoice | None = None
    air_districts: AirDistrictsChoice | None = None
    hot_spots: HotSpotsChoice | None = None
    scan_areas: ScanAreasChoice | None = None
    surface: SurfaceChoice | None = None
    contrasts: tuple[ContrastChoice, ...] = ()
    export: ExportChoice = field(default_factory=ExportChoice)
    folder: Path = field(default_factory=Path)

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> Study:
        """Read a study file.

        Raises
        ------
        FileError
            The file cannot be read.
        SchemaError
            It is no TOML, or sections, keys, values or the files it names are at fault: every
            fault is listed, each with its section.
        """
        source = Path(path)
        content = parsing.load(source)
        parser = parsing.Parser(source.parent)
        study = cls(**parser.sections(content), folder=source.parent)
        parser.together(study)
        raise_all([f"{source.name}: {fault}" for fault in parser.faults], SchemaError)
        return study

    def to_toml(self, path: str | os.PathLike[str]) -> Path:
        """Write the study as a file; relative paths are rewritten to start from its folder."""
        target = Path(path)
        with whole_file(target) as temporary:
            temporary.write_text(writing.text_of(self, target.parent), encoding="utf-8")
        return target

    def find(self, progress: Progress | None = None, *, rejected: Path | None = None) -> Found:
        """Read the producers, detect, test and profile them; write nothing but ``rejected``.

        Parameters
        ----------
        progress
            ``progress(fraction, message)``; it raises ``Cancelled`` to stop.
        rejected
            Where rows that could not be read go, with their reason.
        """
        return running.find(self, progress or silent, rejected)

    def run(self, output: str | os.PathLike[str], progress: Progress | None = None) -> StudyResult:
        """Run the whole study and move its outputs into ``output`` as a whole.

        Parameters
        ----------
        output
            Folder; made where its parent exists. Files of the same names are replaced at the very
            end, other files are left alone; after an error or a cancel the folder is as it was.
        progress
            ``progress(fraction, message)``; it raises ``Cancelled`` to stop.

        Returns
        -------
        StudyResult
            The concentrations, the paths written by kind, and this study with the reader's guesses
            filled in.
        """
        return running.run(self, Path(output), progress or silent)

    @property
    def chain_column(self) -> str:
        """The column of the producers with their chain, empty where none is named."""
        own = self.chains.column if self.chains is not None else ""
        return own or (self.producers.chain if self.producers is not None else "")

    def resolve(self, path: str) -> Path:
        """Return a path of the study file as seen from here."""
        return self.folder / path

    def source(self, path: str) -> Path | str:
        """Return a source of the study file as seen from here: a path, or the URL of a database."""
        return path if is_database(path) else self.resolve(path)
