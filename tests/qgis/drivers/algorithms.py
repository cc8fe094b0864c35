"""Run every algorithm of the provider; print what each case gave as JSON.

Arguments: folder of the plugin, folder of the sample, folder of the sample's points as GeoPackages, folder
for outputs, ``all`` or ``run`` (each algorithm once), names of the algorithms whose plain run is left to
``qgis_process``. Cases: run, cancel, empty layer, missing CRS, geographic and projected CRS, NULLs, selected
only, in a model, in batch: these in one PyQGIS process.
"""

import json
import random
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

sys.path += ["/usr/share/qgis/python/plugins", sys.argv[1], str(Path(__file__).parent)]
SAMPLE, POINTS, FOLDER = (Path(given) for given in sys.argv[2:5])
EVERY_CASE, BY_PROCESS = sys.argv[5] == "all", sys.argv[6:]

from qgis.core import (  # noqa: E402
    NULL,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterRasterDestination,
    QgsProject,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)

BOUND = ("shapely", "pyproj", "pyogrio", "rasterio")
QGIS_LOADS = [name for name in BOUND if name in sys.modules]  # 3.40 takes shapely where it is
application = QgsApplication([], False)
application.initQgis()
from ours import OURS  # noqa: E402
from sialgeo_qgis.plugin import SialgeoPlugin  # noqa: E402

plugin = SialgeoPlugin(None)
plugin.initProcessing()
# before they are bound to their own GEOS and PROJ they must not be loaded: QGIS's window would crash
LOADED = [name for name in BOUND if name in sys.modules and name not in QGIS_LOADS]
REGISTRY = QgsApplication.processingRegistry()
TEMPORARY = "TEMPORARY_OUTPUT"
LAYERS = {}
FARMS = []  # the units of the reference that are used


class Feedback(QgsProcessingFeedback):
    """Keeps what is said; cancels at the first progress where asked."""

    def __init__(self, cancel=False):
        super().__init__(False)
        self.said, self.told = [], cancel
        if cancel:
            self.progressChanged.connect(lambda share: self.cancel() if share > 0 else None)

    def pushInfo(self, text):  # noqa: N802
        self.said.append(text)

    def pushWarning(self, text):  # noqa: N802
        self.said.append(text)

    def reportError(self, text, fatal=False):  # noqa: N802
        del fatal
        self.said.append(text)


def copied(layer, name, change=None, crs=None, kept=None):
    """Return a memory layer with the features of another, changed where asked."""
    kind = QgsWkbTypes.displayString(layer.wkbType())
    made = QgsVectorLayer(kind, name, "memory")
    made.setCrs(crs if crs is not None else layer.crs())
    made.dataProvider().addAttributes(layer.fields().toList())
    made.updateFields()
    features = list(layer.getFeatures())
    for feature in features:
        if change is not None:
            change(feature)
    made.dataProvider().addFeatures(features[: len(features) if kept is None else kept])
    QgsProject.instance().addMapLayer(made, False)
    return made


def projected(layer, name):
    """Return a layer in the metres of the sample's zone."""
    from qgis.core import QgsCoordinateTransform

    there = QgsCoordinateReferenceSystem("EPSG:32717")
    way = QgsCoordinateTransform(layer.crs(), there, QgsProject.instance())

    def move(feature):
        shape = feature.geometry()
        shape.transform(way)
        feature.setGeometry(shape)

    return copied(layer, name, move, there)


def gaps(layer, name):
    """Return a layer whose every seventh feature has NULL in every field but the codes and names."""
    numbers = [i for i, f in enumerate(layer.fields()) if f.isNumeric() and f.name() != "fid"]
    order = iter(range(layer.featureCount()))

    def empty(feature):
        if next(order) % 7 == 0:
            for index in numbers:
                feature.setAttribute(index, NULL)

    return copied(layer, name, empty)


def prepare():
    """Make each layer as it is, projected, with gaps, empty, without a CRS, and selected in part."""
    read = {name: str(POINTS / f"{name}.gpkg") for name in ("producers", "reference", "places")}
    read["districts"] = str(SAMPLE / "distritos.gpkg")
    random.seed(1)
    for name, path in read.items():
        whole = QgsVectorLayer(path, name, "ogr")
        if name == "reference":
            FARMS.extend(sorted(random.sample(range(1, whole.featureCount() + 1), 1_000)))
            whole = whole.materialize(QgsFeatureRequest().setFilterFids(FARMS))
        base = copied(whole, name)
        LAYERS[name] = {"base": base}
        LAYERS[name]["empty"] = copied(base, name, kept=0)
        if EVERY_CASE:
            LAYERS[name]["projected"] = projected(base, name)
            LAYERS[name]["gaps"] = gaps(base, name)
            LAYERS[name]["no CRS"] = copied(base, name, crs=QgsCoordinateReferenceSystem())
            part = copied(base, name)
            ids = sorted(part.allFeatureIds())
            part.selectByIds([i for i in ids if i % 10])
            LAYERS[name]["selected"] = part
            LAYERS[name]["none selected"] = copied(base, name)
    prepare_people()
    table = QgsVectorLayer(str(SAMPLE / "indicadores.csv"), "indicators", "ogr")
    QgsProject.instance().addMapLayer(table, False)
    LAYERS["indicators"] = {"base": table}
    raster = QgsRasterLayer(str(SAMPLE / "pobreza_2018.tif"), "poverty")
    QgsProject.instance().addMapLayer(raster, False)
    LAYERS["raster"] = {"base": raster}


def prepare_people():
    """Make the table of people that indicators are computed of, in the variants of a table."""
    from ours import PEOPLE

    kinds = {"O": "string", "f": "double", "i": "integer"}
    fields = "&".join(f"field={name}:{kinds[PEOPLE[name].dtype.kind]}" for name in PEOPLE)
    base = QgsVectorLayer(f"NoGeometry?{fields}", "people", "memory")
    rows = []
    for row in PEOPLE.itertuples(index=False):
        feature = QgsFeature(base.fields())
        feature.setAttributes(list(row))
        rows.append(feature)
    base.dataProvider().addFeatures(rows)
    QgsProject.instance().addMapLayer(base, False)
    LAYERS["people"] = {"base": base, "empty": copied(base, "people", kept=0)}
    if EVERY_CASE:
        LAYERS["people"]["gaps"] = gaps(base, "people")
        LAYERS["people"]["selected"] = part = copied(base, "people")
        part.selectByIds([i for i in sorted(part.allFeatureIds()) if i % 10])
        LAYERS["people"]["none selected"] = copied(base, "people")


WORK, LATER = FOLDER / "c.work.gpkg", FOLDER / "d.work.gpkg"
LADDER = FOLDER / "ladder.work.gpkg"
STUDY = FOLDER / "study.toml"
FEW = {"REPLICATES": 19, "SEED": 1}
LITTLE = {"REPLICATES": 9, "SPLITS": 2, "RUNS": 3, "CONFIRM": False}
GIVEN = {
    "producersfromtable": {"INPUT": str(SAMPLE / "queserias.csv")},
    "checkproducers": {"PRODUCERS": "@producers"},
    "joinindicators": {
        "TERRITORIES": "@districts",
        "KEY": "ubigeo",
        "TABLE": "@indicators",
        "TABLE_KEY": "ubigeo",
        "COLUMNS": ["idh_2019", "pobreza_2018"],
    },
    "suggestradius": {"PRODUCERS": "@producers", "REFERENCE": "@reference"},
    "detectconcentrations": {
        "PRODUCERS": "@producers",
        "REFERENCE": "@reference",
        "PLACES": "@places",
        "PLACE_NAME": "lugar",
        "CHAIN": "cadena",
        "VOLUME": "volumen",
        **FEW,
        **LITTLE,
    },
    "detectchains": {
        "PRODUCERS": "@producers",
        "REFERENCE": "@reference",
        "CHAIN": "cadena",
        **FEW,
        **LITTLE,
    },
    "confirmconcentrations": {"CONCENTRATIONS": str(WORK), "REFERENCE": "@reference", **FEW},
    "bivariate": {
        "AREAS": "@districts",
        "X": "poblacion",
        "Y": "poblacion",
        "POPULATION": "poblacion",
        "REPLICATES": 99,
    },
    "catchmentrings": {
        "CONCENTRATIONS": str(WORK),
        "TERRITORIES": "@districts",
        "COLUMNS": ["poblacion"],
    },
    "scanareas": {
        "AREAS": "@districts",
        "CASES": ["poblacion"],
        "POPULATION": "poblacion",
        "MAX_SHARE": 0.1,
        **FEW,
    },
    "assessconcentrations": {"CONCENTRATIONS": str(WORK), "REFERENCE": "@reference", **FEW},
    "estimatestrength": {
        "CONCENTRATIONS": str(WORK),
        "REFERENCE": "@reference",
        "SPLITS": 3,
        "SEED": 1,
    },
    "stability": {"CONCENTRATIONS": str(WORK), "REFERENCE": "@reference", "RUNS": 3, "SEED": 1},
    "hotspots": {"AREAS": "@districts", "COUNTS": "poblacion", "REPLICATES": 99, "SEED": 1},
    "profileconcentrations": {
        "CONCENTRATIONS": str(WORK),
        "CHAIN": "cadena",
        "VOLUME": "volumen",
    },
    "overlayindicators": {
        "CONCENTRATIONS": str(WORK),
        "TERRITORIES": "@districts",
        "COLUMNS": ["poblacion"],
        "KEY": "ubigeo",
        "NAME": "distrito",
        "RASTER": "@raster",
    },
    "associate": {
        "CONCENTRATIONS": str(WORK),
        "TERRITORIES": "@districts",
        "COLUMN": "poblacion",
        "REFERENCE": "@reference",
        "REPLICATES": 99,
        "SEED": 1,
    },
    "template": {"OUTPUT": "t.xlsx"},
    "link": {"CONCENTRATIONS": str(WORK), "SUPPLIERS": "@reference", "ID": "id"},
    "specialise": {
        "UNITS": "@producers",
        "KIND": "cadena",
        "CODE": "ubigeo",
        "AREAS": "@districts",
        "KEY": "ubigeo",
    },
    "distances": {
        "UNITS": "@producers",
        "KIND": "cadena",
        "OF": "queso-fresco",
        "REPLICATES": 99,
        "SEED": 1,
    },
    "colocation": {"UNITS": "@producers", "KIND": "cadena", "REPLICATES": 99, "SEED": 1},
    "classify": {"CONCENTRATIONS": str(WORK), "FOLDER": str(SAMPLE), "ID": "id"},
    "prioritise": {"CONCENTRATIONS": str(LATER), "DRAWS": 200, "SEED": 1},
    "compare": {"CONCENTRATIONS": str(WORK), "BEFORE": str(WORK), "ID": "id"},
    "exportmap": {
        "CONCENTRATIONS": str(WORK),
        "TERRITORIES": "@districts",
        "PLACES": "@places",
        "PLACE_NAME": "lugar",
        "OUTPUT": "map.html",
    },
    "exportreport": {"CONCENTRATIONS": str(WORK), "OUTPUT": "report.pdf"},
    "printsheets": {
        "CONCENTRATIONS": str(WORK),
        "TERRITORIES": "@districts",
        "OUTPUT": "sheets.pdf",
        "TEMPLATE": "sheets.qpt",
    },
    "exportfiles": {"CONCENTRATIONS": str(WORK), "OUTPUT": "areas.gpkg"},
    "runstudy": {"STUDY": str(STUDY), "OUTPUT": "study"},
    "relativerisk": {
        "PRODUCERS": "@producers",
        "REFERENCE": "@reference",
        "BANDWIDTH": 8000,
        **FEW,
        "LEVEL": 0.05,
    },
    "agreement": {"CONCENTRATIONS": str(WORK), "OTHER": str(LATER)},
    "evidencebyradius": {"CONCENTRATIONS": str(LADDER)},
    "catchmentareas": {"CONCENTRATIONS": str(WORK)},
    "localcolocation": {
        "UNITS": "@producers",
        "KIND": "cadena",
        "OF": "queso-fresco",
        "NEAR": "queso-andino",
        **FEW,
    },
    "agrodistricts": {
        "INPUT": "@people",
        "TOTAL": "units",
        "PROCESSING": "plants",
        "SMALL": "small",
        "MEDIUM": "medium",
        "LARGE": "large",
        "CHAINS": ["cheese", "panela"],
    },
    "interpolateareas": {
        "METHOD": 1,
        "TERRITORIES": "@districts",
        "TARGETS": "@districts",
        "TOTALS": ["poblacion"],
        "KEY": "ubigeo",
    },
    "zonalstatistics": {"TARGETS": "@districts", "RASTER": "@raster", "RASTER_COLUMN": "pov"},
    "contrast": {
        "AREAS": "@districts",
        "BY": "zona_lechera",
        "GROUP": "si",
        "COLUMNS": ["area_oficial_km2"],
        "NAME": "distrito",
        **FEW,
    },
    "regression": {"AREAS": "@districts", "Y": "poblacion", "X": ["area_oficial_km2"]},
    "moran": {"AREAS": "@districts", "COLUMNS": ["poblacion"]},
    "hdi": {
        "INPUT": "@people",
        "LIFE": "life",
        "EXPECTED": "expected",
        "MEAN": "mean",
        "INCOME": "gni",
    },
    "alkirefoster": {
        "INPUT": "@people",
        "DIMENSIONS": ["school", "health", "water"],
        "CUTOFFS": "6, 1, 1",
        "K": 2,
        "POPULATION": "size",
        "BY": "region",
    },
    "conevalclasses": {
        "INPUT": "@people",
        "INCOME": "income",
        "DEPRIVATIONS": "lacks",
        "POVERTY_LINE": "line",
        "MINIMUM_LINE": "least",
    },
    "change": {"INPUT": "@people", "FROM": "hdi_2010", "TO": "hdi_2020", "METHOD_YEAR": 2014},
    "concentrationindex": {
        "INPUT": "@people",
        "RATE": "rate",
        "RANK": "hdi_2010",
        "WEIGHTS": "size",
    },
    "tradeexposure": {"CONCENTRATIONS": str(WORK), "FOLDER": str(SAMPLE), "ID": "id"},
    "fieldquestions": {"CONCENTRATIONS": str(WORK)},
    "protect": {"CONCENTRATIONS": str(WORK)},
    "exportfigure": {"CONCENTRATIONS": str(WORK), "OUTPUT": "figure.png"},
    "exportpackage": {"CONCENTRATIONS": str(WORK), "OUTPUT": "package.zip"},
    "verify": {},
}


def filled(algorithm, given, folder, variant="base", only=None):
    """Return parameters with layers in a variant (``only``: of that input alone), outputs in a folder."""
    found = {}
    for name, value in given.items():
        if isinstance(value, str) and value.startswith("@"):
            kinds = LAYERS[value[1:]]
            wanted = variant if only in (None, name) else "base"
            layer = kinds.get(wanted, kinds["base"])
            found[name] = layer
            if wanted in ("selected", "none selected") and wanted in kinds:
                found[name] = QgsProcessingFeatureSourceDefinition(layer.id(), True)
        else:
            found[name] = value
    folder.mkdir(exist_ok=True)
    for one in algorithm.destinationParameterDefinitions():
        if isinstance(one, QgsProcessingParameterFolderDestination):
            found[one.name()] = str(folder / str(given.get(one.name(), one.name())))
        elif isinstance(one, QgsProcessingParameterFileDestination):
            default = "w.work.gpkg" if one.name() == "WORKFILE" else None
            name = given.get(one.name(), default)
            if name is not None:
                found[one.name()] = str(folder / name)
        else:
            found[one.name()] = TEMPORARY
    return found


@lru_cache
def library_inputs():
    """Return the inputs as the library reads them, without QGIS."""
    import geopandas as gpd

    import sialgeo

    farms = gpd.read_file(POINTS / "reference.gpkg")
    return SimpleNamespace(
        producers=gpd.read_file(POINTS / "producers.gpkg"),
        reference=farms.iloc[[number - 1 for number in FARMS]],
        districts=gpd.read_file(SAMPLE / "distritos.gpkg"),
        raster=SAMPLE / "pobreza_2018.tif",
        crs="EPSG:4326",
        sample=SAMPLE,
        work=sialgeo.read_concentrations(WORK),
        later=sialgeo.read_concentrations(LATER),
    )


def table_told(table):
    """Return a table of the library's as :func:`rows_of` tells a layer."""
    plain = table.drop(columns="geometry", errors="ignore")
    rows = plain.astype(object).where(plain.notna(), None).to_numpy().tolist()
    return [list(plain.columns), *([f"{_plain(v)}" for v in row] for row in rows)]


def rows_of(layers):
    """Return names of fields and rows of every layer that came out, numbers to nine digits."""
    told = {}
    for name, layer in layers.items():
        if layer is not None and layer.type() == layer.VectorLayer:
            names = [f.name() for f in layer.fields() if f.name() != "fid"]
            rows = ([f"{_plain(f[n])}" for n in names] for f in layer.getFeatures())
            told[name] = [names, *rows]
    return told


def results_of(context, results):
    """Return the layers that a run in this process left."""
    return {
        name: context.takeResultLayer(value)
        for name, value in results.items()
        if isinstance(value, str)
    }


def _plain(value):
    if value == NULL:
        return None
    return float(f"{value:.9g}") if isinstance(value, float) else value


def help_of(algorithm):
    """Return what QGIS shows of an algorithm before it runs."""
    shown = {p.name(): [p.description(), p.help()] for p in algorithm.parameterDefinitions()}
    return {"url": algorithm.helpUrl(), "tags": algorithm.tags(), "parameters": shown}


def execute(algorithm, parameters, *, cancel=False, rows=False, context=None):
    """Check and run; return what a person would see."""
    context = context or QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = Feedback(cancel)
    began = time.perf_counter()
    right, message = algorithm.checkParameterValues(parameters, context)
    results, ran = {}, False
    if right:
        results, ran = algorithm.run(parameters, context, feedback)
    return {
        "checked": right,
        "ran": ran,
        "message": message,
        "said": feedback.said,
        "results": {k: v for k, v in results.items() if isinstance(v, (int, float, str))},
        "rows": rows_of(results_of(context, results)) if rows else {},
        "seconds": round(time.perf_counter() - began, 2),
    }


@lru_cache
def file_of(kind):
    """Return the path of a layer of the base variant, for another process."""
    layer = LAYERS[kind]["base"]
    if layer.dataProvider().name() != "memory":
        return layer.source()
    path = str(FOLDER / f"{kind}.gpkg")
    options = QgsVectorFileWriter.SaveVectorOptions()
    QgsVectorFileWriter.writeAsVectorFormatV2(
        layer, path, QgsProject.instance().transformContext(), options
    )
    return path


def by_process(algorithm, parameters, given):
    """Run an algorithm by ``qgis_process``, files in the place of layers; return the same as ``execute``."""
    rasters = {
        one.name()
        for one in algorithm.destinationParameterDefinitions()
        if isinstance(one, QgsProcessingParameterRasterDestination)
    }
    layers = {
        name: str(FOLDER / algorithm.name() / f"{name}.{'tif' if name in rasters else 'gpkg'}")
        for name, value in parameters.items()
        if value == TEMPORARY
    }
    files = {
        name: file_of(value[1:])
        for name, value in given.items()
        if isinstance(value, str) and value.startswith("@")
    }
    asked = []
    for name, value in {**parameters, **layers, **files}.items():
        asked += [f"{name}={one}" for one in (value if isinstance(value, list) else [value])]
    began = time.perf_counter()
    command = ["qgis_process.bin", "--json", "run", f"sialgeo:{algorithm.name()}", "--", *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    results, log = told.get("results", {}), told.get("log", {})
    written = layers.keys() & results.keys() - rasters
    return {
        "checked": True,
        "ran": done.returncode == 0,
        "message": "" if done.returncode == 0 else done.stdout + done.stderr,
        "said": [*log.get("info", []), *log.get("warning", [])],
        "results": results,
        "rows": rows_of({name: QgsVectorLayer(layers[name], name, "ogr") for name in written}),
        "seconds": round(time.perf_counter() - began, 2),
    }


def in_a_model(name, parameters):
    """Run an algorithm as the one step of a model whose inputs are fixed."""
    model = QgsProcessingModelAlgorithm("model", "group")
    child = QgsProcessingModelChildAlgorithm(f"sialgeo:{name}")
    child.setChildId("step")
    algorithm = REGISTRY.createAlgorithmById(f"sialgeo:{name}")
    destinations = {one.name() for one in algorithm.destinationParameterDefinitions()}
    for key, value in parameters.items():
        if key in destinations and value == TEMPORARY:
            continue
        held = value.id() if hasattr(value, "id") else value
        child.addParameterSources(
            key, [QgsProcessingModelChildParameterSource.fromStaticValue(held)]
        )
    output = QgsProcessingModelOutput("out", "out")
    output.setChildOutputName("OUTPUT")
    output.setChildId("step")
    child.setModelOutputs({"out": output})
    model.addChildAlgorithm(child)
    model.updateDestinationParameters()
    target = model.destinationParameterDefinitions()[0].name()  # newer QGIS name it otherwise
    return execute(model, {target: parameters["OUTPUT"]})


def layer_inputs(algorithm, given):
    """Return the names of the layer inputs that are given, and whether each needs a geometry."""
    found = {}
    for one in algorithm.parameterDefinitions():
        value = given.get(one.name())
        if isinstance(one, QgsProcessingParameterFeatureSource) and str(value).startswith("@"):
            found[one.name()] = value not in ("@indicators", "@people")
    return found


def look_at(name):
    """Return what every case of an algorithm gave."""
    given = GIVEN[name]
    algorithm = REGISTRY.createAlgorithmById(f"sialgeo:{name}")
    able, why = algorithm.canExecute()
    if not able:
        return {"unable": why}
    place = FOLDER / name
    parameters = filled(algorithm, given, place)
    told = {
        "run": by_process(algorithm, parameters, given)
        if name in BY_PROCESS
        else execute(algorithm, parameters, rows=True)
    }
    told["files"] = {p.name: p.stat().st_size for p in sorted(place.rglob("*")) if p.is_file()}
    if name in OURS:
        told["ours"] = table_told(OURS[name](library_inputs()))
    if not EVERY_CASE:
        return told
    aside = FOLDER / f"{name} cancelled"
    told["cancel"] = execute(algorithm, filled(algorithm, given, aside), cancel=True)
    told["left by cancel"] = sorted(p.name for p in aside.rglob("*") if p.is_file())
    inputs = layer_inputs(algorithm, given)
    told["faults"] = {}
    for one, spatial in inputs.items():
        for case in ("empty", "none selected", *(["no CRS"] if spatial else [])):
            parameters = filled(algorithm, given, FOLDER / f"{name} {case}", case, one)
            if case in LAYERS[given[one][1:]]:
                told["faults"][f"{one}: {case}"] = execute(algorithm, parameters)
    if inputs:
        for case in ("gaps",):
            parameters = filled(algorithm, given, FOLDER / f"{name} {case}", case)
            told[case] = execute(algorithm, parameters, rows=True)
        context = QgsProcessingContext()  # of a batch: one for all its rows
        told["batch"] = [
            execute(
                algorithm.create(),
                filled(algorithm, given, FOLDER / f"{name} {case}", case),
                context=context,
            )
            for case in ("projected", "selected")
        ]
    told["model"] = in_a_model(name, filled(algorithm, given, FOLDER / f"{name} model"))
    return told


def begin():
    """Make the working files and the study file that steps start from."""
    import sialgeo

    given = GIVEN["detectconcentrations"] | {"CHAIN": None, "VOLUME": None}
    algorithm = REGISTRY.createAlgorithmById("sialgeo:detectconcentrations")
    parameters = filled(algorithm, given, FOLDER) | {"WORKFILE": str(WORK)}
    detected = execute(algorithm, parameters)
    if not detected["ran"]:
        raise SystemExit(f"{detected['message']} {detected['said']}")
    found = sialgeo.read_concentrations(WORK)
    sialgeo.save(sialgeo.profile(found, chain="cadena", volume="volumen", volume_unit="t"), LATER)
    given = library_inputs()
    climbing = sialgeo.RelativeDBSCAN(radius="auto")
    tried = sialgeo.detect(given.producers, climbing, reference=given.reference)
    sialgeo.save(tried, LADDER)
    given.ladder = sialgeo.read_concentrations(LADDER)
    sample = SAMPLE.as_posix()
    farms = (SAMPLE / "productores_leche.csv").read_text(encoding="utf-8").splitlines()
    few = "\n".join([farms[0], *farms[1::15], ""])
    (FOLDER / "farms.csv").write_text(few, encoding="utf-8")
    STUDY.write_text(
        f'[study]\nseed = 1\n[producers]\npath = "{sample}/queserias.csv"\n'
        f'[reference]\npath = "farms.csv"\n'
        '[detect]\nradius = "5km"\nreplicates = 9\nsplits = 0\nruns = 0\n'
        '[export]\nformats = ["areas.geojson"]\n',
        encoding="utf-8",
    )


def main():
    from sialgeo_qgis import library

    told = {"algorithms": sorted(a.name() for a in plugin.provider.algorithms())}
    told["loaded"] = LOADED
    told["help"] = {a.name(): help_of(a) for a in plugin.provider.algorithms()}
    told["unable"] = library.missing(library.ALL)
    if not told["unable"]:
        library.bind()
        library.hold_projections()
        library.sialgeo()
    prepare()
    if not told["unable"]:
        begin()
    told["told"] = {name: look_at(name) for name in told["algorithms"] if name in GIVEN}
    print(json.dumps(told))
    sys.stdout.flush()
    QgsProject.instance().clear()  # before QGIS goes: later ones crash else
    LAYERS.clear()
    plugin.unload()
    application.exitQgis()


main()
