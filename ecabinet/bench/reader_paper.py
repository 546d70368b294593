"""A large paper of text and pictures, as scans and reports of a year are: what the reader is measured with."""

import random
from pathlib import Path

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

LINES = 28
WORDS = (
    "bao",
    "cao",
    "ket",
    "qua",
    "cong",
    "tac",
    "Doan",
    "va",
    "phong",
    "trao",
    "thanh",
    "thieu",
    "nhi",
    "nam",
    "qua",
)
CHAPTER = 10
"""So many pages stand under one heading of the outline."""
TEXT_BYTES = 2_000
"""About what the text of a page takes."""


def make_paper(target: Path, pages: int, size: int) -> None:
    """Write a PDF of so many pages and about ``size`` bytes. Page *n* (from 1) says "trang-n"."""
    chance = random.Random(1)
    canvas = Canvas(str(target), pagesize=A4)
    for number in range(1, pages + 1):
        if number % CHAPTER == 1:
            canvas.bookmarkPage(f"chapter-{number}")
            canvas.addOutlineEntry(f"Phần {number // CHAPTER + 1}", f"chapter-{number}")
        text = canvas.beginText(72, 780)
        text.textLine(f"Trang trang-{number}")
        for _line in range(LINES):
            text.textLine(" ".join(chance.choices(WORDS, k=12)))
        canvas.drawText(text)
        canvas.drawImage(ImageReader(_picture(chance, size // pages - TEXT_BYTES)), 72, 60, 450, 300)
        canvas.showPage()
    canvas.save()


def _picture(chance: random.Random, size: int) -> Image.Image:
    """A picture of noise, which no packing makes smaller than about ``size`` bytes."""
    side = max(8, int((max(size, 0) / 3) ** 0.5))
    return Image.frombytes("RGB", (side, side), chance.randbytes(3 * side * side))
