"""``run.json``: parameters, seeds, versions, tests and cautions, to repeat and to audit a run."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

from sialgeo.association import associations_of
from sialgeo.exporters.wording import plain
from sialgeo.files import whole_file
from sialgeo.i18n import retell
from sialgeo.model import Publication, Step, versions

FORMAT = 1


def write(publication: Publication, path: str | os.PathLike[str]) -> None:
    """Write the run log; it holds no paths and no fingerprints of the raw files.

    Parameters
    ----------
    publication
        What :func:`sialgeo.protect` returned.
    path
        A file ``*.json``.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    text = json.dumps(record(publication), ensure_ascii=False, indent=1, allow_nan=False)
    with whole_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")


def record(publication: Publication) -> dict[str, Any]:
    """Return the run log as plain values."""
    context = publication.context
    found: dict[str, Any] = plain(
        {
            "format": FORMAT,
            "title": context.title,
            "synthetic": context.synthetic or None,
            "summary": {code: said._asdict() for code, said in publication.summaries.items()},
            "producers_examined": publication.total,
            "concentrations_published": len(publication.areas),
            "withheld": publication.withheld.to_dict("records"),
            "steps": [_step(step) for step in publication.steps],
            "tests": [asdict(test) for test in publication.tests],
            "associations": [a.to_dict() for a in associations_of(publication.steps)],
            "seeds": {step.verb: step.seed for step in publication.steps if step.seed is not None},
            "indicators": [asdict(indicator) for indicator in publication.indicators],
            "reference": context.reference,
            "sources": context.sources,
            "date": context.date,
            "notes": [retell(note) for note in publication.notes],
            "versions": versions(),
        }
    )
    return found


def _step(step: Step) -> dict[str, Any]:
    return {
        "verb": step.verb,
        "parameters": {k: v for k, v in step.parameters.items() if k != "answer"},
        "crs": step.crs,
        "seed": step.seed,
        "versions": step.versions,
        "notes": [retell(note) for note in step.notes],
    }
