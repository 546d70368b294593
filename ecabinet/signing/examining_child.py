"""The child process of :mod:`ecabinet.signing.verifying`: one JSON object, the report or ``{"unreadable": why}``."""

import importlib
import json
import logging
import os
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

from documents.children import Limits, limit


def main(order: dict[str, Any]) -> None:
    warnings.simplefilter("ignore")
    logging.disable()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    limits = Limits(**order["limits"])
    limit(limits.memory, limits.seconds)
    folder = Path(order["folder"])
    try:
        # Loaded after the limits are set: nothing of a reader's libraries runs without them.
        answer = importlib.import_module("ecabinet.signing.examining").answer(folder)
    except MemoryError:
        answer = {"unreadable": "memory"}
    except Exception as error:  # noqa: BLE001 - a changed byte may break anything, in pyHanko or below it
        answer = {"unreadable": f"{type(error).__name__}: {error}"[:500]}
    json.dump(answer, out, default=_plain)
    out.flush()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
