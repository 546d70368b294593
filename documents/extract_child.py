"""The child process that reads one file; see :mod:`documents.extract`, which starts it and listens.

It writes JSON lines: ``{"page_count": n}``, ``{"note": code}``, ``{"page": i, "text": …}`` for each page, and at last
``{"end": reason or null}``.
"""

import importlib
import json
import os
import sys
import warnings
from pathlib import Path
from typing import IO, Any

from documents import media
from documents.children import Limits, limit
from documents.readers.report import End, Report

READERS = {
    media.PDF: "pdf",
    media.TEXT: "plain",
    media.HTML: "plain",
    media.EML: "letters",
    media.DOCX: "word",
    media.XLSX: "sheets",
    media.PPTX: "slides",
    media.ODT: "opendocument",
    media.ODS: "opendocument",
    media.ODP: "opendocument",
} | dict.fromkeys(media.PICTURES, "pictures")
"""Kind of file → module of :mod:`documents.readers`."""


def main(order: dict[str, Any]) -> None:
    warnings.simplefilter("ignore")
    pipe = _own_pipe()
    limits = Limits(**order["limits"])
    limit(limits.memory, limits.seconds)  # it has nothing to write but the pipe
    report = Report(pipe, limits)
    kind = order["media_type"]
    if kind in media.MACROS:
        kind = media.MACROS[kind]
        report.note("macros")
    reason: str | None = None
    try:
        # Loaded after the limits are set: nothing of a reader's libraries runs without them.
        importlib.import_module(f"documents.readers.{READERS[kind]}").read(Path(order["path"]), kind, report)
    except End as end:
        reason = end.reason
    except MemoryError:
        reason = "too_large_to_read"
    except Exception:  # noqa: BLE001 - whatever a library raises, bare built-ins too: the file could not be read
        reason = "damaged"
    report.end(reason)


def _own_pipe() -> IO[str]:
    """Our lines go to the pipe; what libraries print goes nowhere."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    return pipe


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
