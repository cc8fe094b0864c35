"""Run inside QGIS's desktop: detect in a million points by the dialog, and measure how long the window is deaf.

A timer of the main thread should fire every 20 ms; the longest time between two of its beats is how
long the window did not answer. ``SIALGEO_POINTS`` is the number of points.
"""

import os
import random
import time

from hands import begin, click, drive, picture, told, wait_for
from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface, plugins

POINTS = int(os.environ.get("SIALGEO_POINTS", "1000000"))
BEAT = 0.02


def points():
    """Return a layer of points, half of them around fifty towns."""
    drawn = random.Random(1)
    layer = QgsVectorLayer("Point?crs=EPSG:32717&field=n:integer", "points", "memory")
    towns = [(drawn.uniform(7e5, 8e5), drawn.uniform(9.1e6, 9.3e6)) for _town in range(50)]
    made = []
    for number in range(POINTS):
        if number % 2:
            x, y = drawn.choice(towns)
            x, y = drawn.gauss(x, 1500), drawn.gauss(y, 1500)
        else:
            x, y = drawn.uniform(7e5, 8e5), drawn.uniform(9.1e6, 9.3e6)
        feature = QgsFeature(layer.fields())
        feature.setAttributes([number])
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    return layer


class Pulse:
    """Notes every beat of a timer in the main thread."""

    def __init__(self):
        self.gaps, self._last = [], time.monotonic()
        self.timer = QTimer()
        self.timer.timeout.connect(self._beat)
        self.timer.start(int(1000 * BEAT))

    def _beat(self):
        now = time.monotonic()
        self.gaps.append(now - self._last)
        self._last = now


def work():
    begin()
    plugin = plugins["sialgeo_qgis"]
    layer = points()
    layer.setRenderer(None)
    QgsProject.instance().addMapLayer(layer)
    iface.mapCanvas().freeze(True)  # drawing a million points is QGIS's own work
    dialog = click(plugin.action("detectconcentrations"))[0]
    given = {"PRODUCERS": layer.id(), "METHOD": 1, "RADIUS": 500.0, "MIN_UNITS": 50}
    dialog.setParameters(given)
    ended = []
    dialog.algorithmFinished.connect(lambda well, found: ended.append((well, found)))
    pulse, started = Pulse(), time.monotonic()
    dialog.runButton().click()
    wait_for(lambda: ended, 550_000, 20)
    told["seconds"] = round(time.monotonic() - started, 1)
    pulse.timer.stop()
    gaps = sorted(pulse.gaps, reverse=True)
    told["well"] = ended[0][0]
    told["found"] = ended[0][1].get("CONCENTRATIONS_COUNT")
    told["longest_ms"] = [round(1000 * gap) for gap in gaps[:5]]
    told["share_over_100_ms"] = round(sum(g for g in gaps if g > 0.1) / sum(gaps), 3)
    picture("alive")


drive(work)
