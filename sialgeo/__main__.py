"""``python -m sialgeo`` is the command line."""

from __future__ import annotations

import sys

from sialgeo.cli import main

if __name__ == "__main__":
    sys.exit(main())
