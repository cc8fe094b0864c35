"""Print which Python is taken here, in Windows' and in macOS' builds. Arguments: plugins, a folder like theirs."""

import json
import os
import sys

sys.path.append(sys.argv[1])

from sialgeo_qgis import installing

told = {"usual": installing.interpreter()}
sys.executable, sys.exec_prefix = f"{sys.argv[2]}/qgis-bin.exe", sys.argv[2]
told["macos"] = installing.interpreter()
kept, installing.WINDOWS = installing.WINDOWS, True
told["windows"] = installing.interpreter()
print(json.dumps(told))
sys.stdout.flush()
os._exit(0)
