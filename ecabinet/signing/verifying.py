"""What the signatures of any PDF say, found out in a child process with limits: what people upload may be hostile."""

import json
import tempfile
from pathlib import Path

from documents import errands
from documents.children import Limits
from ecabinet.signing import reports
from ecabinet.signing.places import PAPER, Unreadable
from ecabinet.signing.reports import Report
from ecabinet.trusted import Trust

LIMITS = Limits(seconds=60.0, memory=2 * 1024**3)
TRUST = "trust.json"


def verify(pdf: bytes, trust: Trust | None = None) -> Report:
    """The report on a file, without signatures where nobody signed. Raises :class:`Unreadable`."""
    with tempfile.TemporaryDirectory(prefix="ecabinet-verify-") as name:
        folder = Path(name)
        (folder / PAPER).write_bytes(pdf)
        (folder / TRUST).write_text(json.dumps((trust or Trust()).written()), encoding="ascii")
        try:
            return reports.from_written(errands.ask("ecabinet.signing.examining", {}, folder, LIMITS, 0))
        except errands.ErrandFailed as failed:
            raise Unreadable(failed.reason) from failed


def altered(pdf: bytes) -> bool:
    """Whether any signature of the file does not hold. Raises :class:`Unreadable`."""
    return verify(pdf).altered
