"""Progress as the command line shows it."""

from __future__ import annotations

import shutil
from typing import TextIO


class Bar:
    """A bar on a terminal, a line per message elsewhere, nothing for machines."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self.stream, self.quiet = stream, quiet
        self.live = not quiet and stream.isatty()
        self.shown = ""

    def __call__(self, fraction: float, message: str) -> None:
        if self.quiet:
            return
        done = min(max(fraction, 0.0), 1.0)
        if not self.live:
            if message != self.shown:
                self.stream.write(f"{done:4.0%} {message}\n")
                self.shown = message
            return
        full = round(24 * done)
        line = f"[{'█' * full}{'·' * (24 - full)}] {done:4.0%} {message}"
        if line != self.shown:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r\x1b[K{line[:width]}")
            self.stream.flush()
            self.shown = line

    def close(self) -> None:
        """Clear the bar."""
        if self.live and self.shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
        self.shown = ""
