"""What a reader guessed, and what it wants to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sialgeo.i18n import _

Say = Callable[[str], None]


class Log:
    """Guesses (with a confidence) and notes of one reading; each is said at once, as one sentence."""

    def __init__(self, say: Say | None = None) -> None:
        self._say = say
        self.guesses: list[dict[str, Any]] = []
        self.notes: list[str] = []

    def guess(self, what: str, value: Any, confidence: float, sentence: str) -> None:
        """Keep a guess and say it with its confidence (0–1)."""
        confidence = round(min(max(float(confidence), 0.0), 1.0), 3)
        told = _("{sentence} (confidence {confidence:.0%})").format(
            sentence=sentence, confidence=confidence
        )
        self.guesses.append(
            {"what": what, "value": value, "confidence": confidence, "sentence": told}
        )
        self._tell(told)

    def revise(self, what: str, value: Any) -> None:
        """Put another value in the place of one that was guessed: what is saved must be what was read."""
        for guess in self.guesses:
            if guess["what"] == what:
                guess["value"] = value

    def note(self, sentence: str) -> None:
        """Keep a remark and say it."""
        self.notes.append(sentence)
        self._tell(sentence)

    def _tell(self, sentence: str) -> None:
        if self._say is not None:
            self._say(sentence)
