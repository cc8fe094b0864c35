"""Install what is missing from a folder of wheels, by the buttons of the page *Dependencies*; print JSON.

Arguments: folder of the plugin, folder of wheels, a picture to take.
"""

import json
import sys

sys.path += ["/usr/share/qgis/python/plugins", sys.argv[1]]

from qgis.core import QgsApplication, QgsNetworkAccessManager
from qgis.PyQt.QtCore import QEventLoop, QTimer
from qgis.PyQt.QtNetwork import QNetworkProxy

application = QgsApplication([], True)
application.initQgis()
from sialgeo_qgis import installing, library  # noqa: E402
from sialgeo_qgis.dependencies import DependenciesDialog  # noqa: E402
from sialgeo_qgis.plugin import SialgeoPlugin  # noqa: E402

plugin = SialgeoPlugin(None)
plugin.initProcessing()
told = {"before": library.missing(library.ALL), "interpreter": installing.interpreter()}


def proxied():
    manager = QgsNetworkAccessManager.instance()
    manager.setFallbackProxyAndExcludes(
        QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "proxy.example", 8080, "ana", "s e:cret"),
        [],
        [],
    )
    found = installing.environment(offline=False).value("HTTPS_PROXY")
    none = QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)
    manager.setFallbackProxyAndExcludes(none, [], [])
    return found, installing.environment(offline=True).value("HTTPS_PROXY")


def press(dialog, wheels):
    """Press Install and wait for pip; return what the page said."""
    page = dialog.page
    page.wheels.setFilePath(wheels)
    loop, ended = QEventLoop(), []
    page.run.ended.connect(lambda well, message: (ended.append([well, message]), loop.quit()))
    QTimer.singleShot(240_000, loop.quit)
    page.buttons["install"].click()
    loop.exec()
    return ended[0] if ended else [False, "pip did not end"]


told["proxy"] = proxied()
dialog = DependenciesDialog()
dialog.show()
told["ticked"] = dialog.page.ticked()
told["without wheels"] = press(dialog, sys.argv[1])  # a folder that holds none
told["installed"] = press(dialog, sys.argv[2])
told["after"] = library.missing(library.ALL)
told["log"] = dialog.page.log.toPlainText()
dialog.page.copy()
told["report"] = QgsApplication.clipboard().text()
told["able"] = {a.name(): a.canExecute()[0] for a in plugin.provider.algorithms()}
library.bind()
import geopandas  # noqa: E402
import numpy  # noqa: E402

told["from"] = {"geopandas": geopandas.__file__, "numpy": numpy.__file__}
told["last on the path"] = sys.path[-2:]
told["own"] = str(library.own_folder())
application.processEvents()
dialog.grab().save(sys.argv[3])
(library.own_folder() / "made_for.json").write_text(json.dumps(["numpy==0.1"]))
told["outdated"] = library.outdated()
told["removed"] = library.remove_installation()
told["left"] = library.own_folder().exists()
dialog.reject()
plugin.unload()
told["path after unload"] = [entry for entry in sys.path if entry.startswith(told["own"])]
print(json.dumps(told))
sys.stdout.flush()
import os  # noqa: E402

os._exit(0)  # geopandas' own libraries are still loaded: QGIS's way out is not what is tested here
