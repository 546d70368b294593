"""What the signatures of any PDF say, found out in a child process with limits: what people upload may be hostile."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from documents.children import Child, Limits, TooMuch, TooSlow
from ecabinet.signing import reports
from ecabinet.signing.places import Unreadable
from ecabinet.signing.reports import Report
from ecabinet.trusted import Trust

LIMITS = Limits(seconds=60, memory=2 * 1024**3, text=16 * 1024**2)


def verify(pdf: bytes, trust: Trust | None = None) -> Report:
    """The report on a file, without signatures where nobody signed. Raises :class:`Unreadable`."""
    with tempfile.TemporaryDirectory(prefix="ecabinet-verify-") as folder:
        Path(folder, "paper.pdf").write_bytes(pdf)
        Path(folder, "trust.json").write_text(json.dumps((trust or Trust()).written()), encoding="ascii")
        order = {"folder": folder, "limits": asdict(LIMITS)}
        with Child("ecabinet.signing.examining_child", order, Path(folder)) as child:
            try:
                said = child.output(LIMITS.seconds, LIMITS.text)
            except (TooSlow, TooMuch) as error:
                raise Unreadable(type(error).__name__) from error
    answer = json.loads(said) if said else {"unreadable": "died"}
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"])
    return reports.from_written(answer)


def altered(pdf: bytes) -> bool:
    """Whether any signature of the file does not hold. Raises :class:`Unreadable`."""
    return verify(pdf).altered
