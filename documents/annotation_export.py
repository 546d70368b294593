"""A paper with annotations as any PDF reader shows them: the paper's own bytes, and behind them what is added.

The bytes themselves are never written anew (an incremental update): signatures hold over what they signed, and large
papers cost little. The one exception is a file whose table of contents is broken, behind which nothing can be added: it
is mended first, unless it is signed.

Nearly all papers of the state are certified against annotations (DocMDP 2): programs say of the copy that it was
changed after signing, which is so. Refusing it would leave those who work with such papers without their notes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from documents import errands
from documents.annotation_marks import Mark
from documents.children import LIMITS, Limits
from documents.errands import ErrandFailed
from documents.errors import Problem

MOST_BYTES = 256 * 1024**2
"""Of what is added."""
CHUNK = 1 << 20


class NotExported(Problem):
    """``export_encrypted``: it opens by a password only; ``export_damaged``, ``export_timeout``,
    ``export_too_large_to_read``: it could not be read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"export_{reason}")


@dataclass(frozen=True)
class Exported:
    """``path`` has the paper with ``written`` annotations; ``mended``: its first bytes are not the paper's own."""

    path: Path
    written: int
    mended: bool


def export(paper: Path, marks: Sequence[Mark], stamps: Mapping[str, str], limits: Limits = LIMITS) -> Exported:
    """Add annotations to ``paper``, a copy in a folder of its own. ``stamps``: the word of each kind of stamp; an
    annotation without a place, or on a page that is not there, is left out. Raises :class:`NotExported`.
    """
    given, added = paper.with_name("marks.json"), paper.with_name("added")
    given.write_text(json.dumps([asdict(mark) for mark in marks if mark.placed]))
    order = {"source": str(paper.absolute()), "added": str(added.absolute()), "marks": str(given.absolute())}
    written = MOST_BYTES + 2 * paper.stat().st_size
    try:
        answer = errands.ask(__name__, order | {"stamps": dict(stamps)}, paper.parent, limits, written=written)
    except ErrandFailed as failed:
        raise NotExported(failed.reason) from failed
    if answer["whole"]:
        return Exported(added, answer["written"], mended=True)
    with paper.open("ab") as whole, added.open("rb") as more:
        while chunk := more.read(CHUNK):
            whole.write(chunk)
    return Exported(paper, answer["written"], mended=False)


def _work(order: dict[str, Any]) -> dict[str, Any]:
    from documents import annotation_pdf  # after the limits are set: nothing of it runs without them

    marks = [Mark.restore(mark) for mark in json.loads(Path(order["marks"]).read_text())]
    try:
        return annotation_pdf.append(Path(order["source"]), Path(order["added"]), marks, order["stamps"])
    except annotation_pdf.Refused as refused:
        return {"fault": refused.args[0]}


if __name__ == "__main__":
    errands.serve(_work)
