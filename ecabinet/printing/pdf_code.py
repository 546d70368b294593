"""A QR code as a flowable of ReportLab: one path, where a shape for each of its points takes most of a paper's time."""

from itertools import groupby
from typing import Any

import segno
from reportlab.platypus import Flowable

QUIET = 4
"""The white margin that readers need, in points of the code."""


class QrCode(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """The code of a text, ``side`` wide and high with its margin."""

    def __init__(self, data: str, side: float) -> None:
        super().__init__()
        self.width = self.height = side
        self._rows = [list(row) for row in segno.make(data, error="m", micro=False).matrix_iter(border=QUIET)]

    def wrap(self, *_room: float) -> tuple[float, float]:
        """Its size, whatever room there is."""
        return self.width, self.height

    def draw(self) -> None:
        """Each run of dark points of a row is one rectangle."""
        canvas: Any = self.canv
        path, point = canvas.beginPath(), self.width / len(self._rows)
        for down, row in enumerate(self._rows, start=1):
            across = 0
            for dark, run in groupby(row, bool):
                length = len(list(run))
                if dark:
                    # a hair wider than its place: viewers draw no white lines between neighbours
                    size = (length * point + 0.02 * point, 1.02 * point)
                    path.rect(across * point, self.height - down * point, *size)
                across += length
        canvas.drawPath(path, stroke=0, fill=1)
