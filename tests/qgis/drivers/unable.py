"""Print what each algorithm says where it cannot run, as JSON. Argument: folder of the plugin."""

import json
import sys

sys.path += ["/usr/share/qgis/python/plugins", sys.argv[1]]

from qgis.core import QgsApplication

application = QgsApplication([], False)
application.initQgis()
from sialgeo_qgis.plugin import SialgeoPlugin  # noqa: E402

plugin = SialgeoPlugin(None)
plugin.initProcessing()
print(json.dumps({a.name(): a.canExecute()[1] for a in plugin.provider.algorithms()}))
