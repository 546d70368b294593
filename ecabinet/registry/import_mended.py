"""Rows of a trial that somebody mended: kept sealed with the run, and put in for the file's when it is taken."""

import json
from collections.abc import Mapping
from typing import Any

from documents.errors import Problem
from ecabinet.sealing import Sealer

KEY = "mended"
MOST = 500


def keep(mapping: Mapping[str, Any], sealer: Sealer, number: int, cells: Mapping[str, str]) -> dict[str, Any]:
    """The mapping of a run with this row in it; raises ``too_many_mended``: who mends more mends the file."""
    kept = dict(mapping.get(KEY, {}))
    kept[str(number)] = sealer.seal(json.dumps(dict(cells), ensure_ascii=False)).hex()
    if len(kept) > MOST:
        raise Problem("too_many_mended", limit=MOST)
    return {**mapping, KEY: kept}


def mended(mapping: Mapping[str, Any], sealer: Sealer, done: int, size: int) -> dict[int, dict[str, str]]:
    """The mended rows of a batch of ``size`` rows that begins after ``done``, by their place in it."""
    places = {int(number) - done - 1: sealed for number, sealed in mapping.get(KEY, {}).items()}
    return {
        place: json.loads(sealer.open(bytes.fromhex(sealed))) for place, sealed in places.items() if 0 <= place < size
    }
