"""Hide the libraries named in SIALGEO_HIDDEN from the Python of a test's QGIS."""

import os
import sys

for name in filter(None, os.environ.get("SIALGEO_HIDDEN", "").split(",")):
    sys.modules[name] = None
