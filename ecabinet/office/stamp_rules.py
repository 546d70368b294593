"""What the incoming stamp (dấu ĐẾN) says and where it lies, from plain values."""

from dataclasses import dataclass
from datetime import date

PLACES = {"left": (70, 170), "middle": (370, 150), "right": (660, 135), "foot": (70, 860)}
"""Where it can lie: thousandths of the page's width and height from the upper left corner."""
WIDTH, HEIGHT = 250, 132
"""Its size, in thousandths of the page's width."""


@dataclass(frozen=True)
class Stamp:
    """What the stamp says, and where it lies."""

    unit: str
    number: str
    arrived_on: date
    receivers: str
    x: int
    y: int
