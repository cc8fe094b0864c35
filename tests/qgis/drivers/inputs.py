"""Run the algorithms on bad and awkward inputs in one PyQGIS process; print what each case said as JSON.

Arguments: folder of the plugin, folder of the sample, folder for outputs.
"""

import json
import sys
from pathlib import Path

sys.path += ["/usr/share/qgis/python/plugins", sys.argv[1]]
SAMPLE, FOLDER = Path(sys.argv[2]), Path(sys.argv[3])

from qgis.core import (  # noqa: E402
    NULL,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

application = QgsApplication([], False)
application.initQgis()
from sialgeo_qgis.plugin import SialgeoPlugin  # noqa: E402

plugin = SialgeoPlugin(None)
plugin.initProcessing()
REGISTRY = QgsApplication.processingRegistry()
told = {}


class Feedback(QgsProcessingFeedback):
    """Keeps what is said; stops at a share of the progress if asked."""

    def __init__(self, stop_at=None):
        super().__init__(False)
        self.said, self.stop_at = [], stop_at
        self.progressChanged.connect(self._moved)

    def _moved(self, share):
        if self.stop_at is not None and share >= self.stop_at:
            self.cancel()

    def pushInfo(self, text):  # noqa: N802
        self.said.append(text)

    def pushWarning(self, text):  # noqa: N802
        self.said.append(text)

    def reportError(self, text, fatal=False):  # noqa: N802
        del fatal
        self.said.append(text)


def run(case, name, parameters, stop_at=None):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    feedback = Feedback(stop_at)
    algorithm = REGISTRY.createAlgorithmById(f"sialgeo:{name}")
    right, message = algorithm.checkParameterValues(parameters, context)
    results = {}
    if right:
        results, right = algorithm.run(parameters, context, feedback)
    layer = context.takeResultLayer(str(results.get("OUTPUT", "")))
    told[case] = {
        "ok": right,
        "message": message,
        "said": feedback.said,
        "results": {k: v for k, v in results.items() if isinstance(v, (int, float, str))},
        "rows": [[None if v == NULL else v for v in f.attributes()] for f in layer.getFeatures()]
        if layer
        else [],
        "fields": [field.name() for field in layer.fields()] if layer else [],
        "crs": layer.crs().authid() if layer else "",
    }
    return layer


def points(rows, crs="EPSG:32717", kind="Point", fields="field=id:integer&field=v:double"):
    """Make a memory layer of (id, value, x, y)."""
    layer = QgsVectorLayer(f"{kind}?crs={crs}&{fields}", "points", "memory")
    if not crs:
        layer.setCrs(QgsCoordinateReferenceSystem())
    made = []
    for number, value, x, y in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes([number, value])
        if x is not None:
            spot = QgsGeometry.fromPointXY(QgsPointXY(x, y))
            if kind == "MultiPoint":
                spot.convertToMultiType()
            feature.setGeometry(spot)
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    QgsProject.instance().addMapLayer(layer, False)
    return layer


def cluster(n, x=775_000.0, y=9_208_000.0, step=200.0):
    return [(i, i * 1.5, x + step * (i % 5), y + step * (i // 5)) for i in range(n)]


def scattered(n, x=700_000.0, y=9_150_000.0, step=3_000.0):
    return [(1000 + i, 1.0, x + step * (i % 40), y + step * (i // 40)) for i in range(n)]


TEMPORARY = "TEMPORARY_OUTPUT"
plain = {"METHOD": 1, "OUTPUT": TEMPORARY}
few = {"SPLITS": 2, "RUNS": 3}
good = points(cluster(20) + scattered(100))
farms = points(scattered(1500, step=2_500.0))
districts = QgsVectorLayer(str(SAMPLE / "distritos.gpkg"), "districts", "ogr")
QgsProject.instance().addMapLayer(districts, False)
detect = "detectconcentrations"
work = str(FOLDER / "good.work.gpkg")

# --- faults ---
run("no CRS", detect, {"PRODUCERS": points(cluster(20), crs=""), **plain})
land = {"REFERENCE": districts, "HABITABLE": True}
run("land of points", detect, {"PRODUCERS": good, **plain, "REFERENCE": farms, "HABITABLE": True})
run("land with counts", detect, {"PRODUCERS": good, **plain, **land, "COUNTS": "poblacion"})
run("empty layer", detect, {"PRODUCERS": points([]), **plain})
run("one point", detect, {"PRODUCERS": points(cluster(1)), **plain})
run(
    "all in one place",
    detect,
    {"PRODUCERS": points([(i, 1.0, 7e5, 9.2e6) for i in range(9)]), **plain},
)
run("polygons as producers", detect, {"PRODUCERS": districts, **plain})
run("null geometry", detect, {"PRODUCERS": points([*cluster(20), (99, 1.0, None, None)]), **plain})
run(
    "degrees taken for metres",
    detect,
    {"PRODUCERS": points([(i, 1.0, -78.5 + i / 100, -7.1) for i in range(9)]), **plain},
)
run(
    "metres taken for degrees", detect, {"PRODUCERS": points(cluster(20), crs="EPSG:4326"), **plain}
)
run("no reference", detect, {"PRODUCERS": good, "METHOD": 0, "OUTPUT": TEMPORARY})
run(
    "bounds", detect, {"PRODUCERS": good, **plain, "RADIUS": -5.0, "MIN_UNITS": 1, "REPLICATES": -1}
)
run("radius in degrees", detect, {"PRODUCERS": good, **plain, "RADIUS": 0.05})
run(
    "polygons without counts",
    detect,
    {"PRODUCERS": good, "REFERENCE": districts, "METHOD": 0, "OUTPUT": TEMPORARY},
)
run(
    "counts of points",
    detect,
    {"PRODUCERS": good, "REFERENCE": farms, "COUNTS": "v", "METHOD": 0, "OUTPUT": TEMPORARY},
)
run("no scikit-learn", detect, {"PRODUCERS": good, "METHOD": 2, "OUTPUT": TEMPORARY})
run(
    "text volume",
    detect,
    {
        "PRODUCERS": points(cluster(20), fields="field=id:integer&field=v:string"),
        "VOLUME": "v",
        **plain,
    },
)
run(
    "no working file",
    "overlayindicators",
    {
        "CONCENTRATIONS": str(FOLDER / "absent.work.gpkg"),
        "TERRITORIES": districts,
        "COLUMNS": ["poblacion"],
        "OUTPUT": TEMPORARY,
    },
)
run(
    "not a working file",
    "exportmap",
    {"CONCENTRATIONS": str(SAMPLE / "distritos.gpkg"), "OUTPUT": str(FOLDER / "no.html")},
)
run("no such field", detect, {"PRODUCERS": good, "CHAIN": "nada", **plain})
hot = {"AREAS": districts, "OUTPUT": TEMPORARY}
run("words for numbers", "hotspots", {**hot, "COUNTS": "distrito"})
run("nothing given", "hotspots", hot)
published = {"CONCENTRATIONS": work, "OUTPUT": TEMPORARY}
run("out of bounds", "protect", {**published, "CELL": -5.0})
run("nothing to overlay", "overlayindicators", {"CONCENTRATIONS": work, "OUTPUT": TEMPORARY})
run(
    "no such table",
    "producersfromtable",
    {"INPUT": str(FOLDER / "absent.csv"), "OUTPUT": TEMPORARY},
)
run(
    "nothing joins",
    "joinindicators",
    {
        "TERRITORIES": districts,
        "KEY": "ubigeo",
        "TABLE": good,
        "TABLE_KEY": "id",
        "OUTPUT": TEMPORARY,
    },
)
run(
    "folder that is not there",
    detect,
    {"PRODUCERS": good, **plain, "WORKFILE": str(FOLDER / "absent" / "c.work.gpkg")},
)

# --- cancel: nothing is left ---
run(
    "cancel",
    detect,
    {
        "PRODUCERS": good,
        "REFERENCE": farms,
        "METHOD": 0,
        "REPLICATES": 999,
        "OUTPUT": TEMPORARY,
        "WORKFILE": str(FOLDER / "cancelled.work.gpkg"),
    },
    stop_at=30,
)

# --- awkward, and right ---
run("good", detect, {"PRODUCERS": good, **plain, "WORKFILE": work, "OUTPUT_PRODUCERS": TEMPORARY})
run("no such figure", "protect", {**published, "COLUMNS": "nada"})
run(
    "tested",
    detect,
    {
        "PRODUCERS": good,
        "REFERENCE": farms,
        "METHOD": 0,
        "REPLICATES": 19,
        **few,
        "OUTPUT": TEMPORARY,
    },
)
run(
    "auto radius",
    detect,
    {
        "PRODUCERS": good,
        "REFERENCE": farms,
        "METHOD": 0,
        "RADIUS_AUTO": True,
        "REPLICATES": 19,
        **few,
        "OUTPUT": TEMPORARY,
    },
)
run(
    "multi-points",
    detect,
    {"PRODUCERS": points(cluster(20) + scattered(100), kind="MultiPoint"), **plain},
)
good.selectByIds([f.id() for f in good.getFeatures()][:20])
run(
    "selected only",
    detect,
    {"PRODUCERS": QgsProcessingFeatureSourceDefinition(good.id(), True), **plain},
)
good.removeSelection()
run(
    "selected only, none selected",
    detect,
    {"PRODUCERS": QgsProcessingFeatureSourceDefinition(good.id(), True), **plain},
)
own = "+proj=laea +lat_0=-7 +lon_0=-78.5 +datum=WGS84 +units=m +no_defs"
mine = points(cluster(20, 0.0, 0.0), crs="")
mine.setCrs(QgsCoordinateReferenceSystem.fromProj(own))
run("a CRS of the user's own", detect, {"PRODUCERS": mine, **plain})
gaps = points([(i, NULL if i % 2 else 1.5, x, y) for i, _v, x, y in cluster(20)])
run("NULL values", detect, {"PRODUCERS": gaps, **plain, "OUTPUT": TEMPORARY})
places = QgsVectorLayer("Point?crs=EPSG:4326&field=town:string", "places", "memory")
town = QgsFeature(places.fields())
town.setAttributes(["Cajamarca"])
town.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(-78.508, -7.163)))
places.dataProvider().addFeatures([town])
QgsProject.instance().addMapLayer(places, False)
run(
    "places in another CRS",
    detect,
    {"PRODUCERS": good, "PLACES": places, "PLACE_NAME": "town", **plain},
)

# --- crossings ---
import crossings  # noqa: E402
from sialgeo_qgis.adapters import frame_of, raster_of  # noqa: E402

frame = frame_of(gaps, Feedback())
told["frame"] = {
    "dtypes": {k: str(v) for k, v in frame.dtypes.items()},
    "nulls": int(frame["v"].isna().sum()),
    "crs": frame.crs.to_string(),
}
import numpy as np  # noqa: E402

told["crossing"] = crossings.told(FOLDER, Feedback())
raster = QgsRasterLayer(str(SAMPLE / "pobreza_2018.tif"), "poverty")
held = raster_of(raster.dataProvider(), 1, "p")
np.savez(FOLDER / "raster.npz", values=held.values, transform=np.array(held.transform))

# --- a QGIS too old: loads, explains, offers nothing ---
from sialgeo_qgis import library  # noqa: E402
from sialgeo_qgis.provider import SialgeoProvider  # noqa: E402

library.PYTHON = (3, 99)
provider = SialgeoProvider()
REGISTRY.removeProvider(plugin.provider)
REGISTRY.addProvider(provider)
told["old python"] = {"algorithms": len(provider.algorithms()), "why": library.blocked()}
library.PYTHON = (3, 10)
library.MINIMUM = {**library.MINIMUM, "shapely": "99.0"}
told["old shapely"] = {"why": library.blocked()}
print(json.dumps(told, default=str))
sys.stdout.flush()
import os  # noqa: E402

os._exit(0)
