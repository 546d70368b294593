"""The child process that makes a picture of one page and then becomes Tesseract; see :mod:`documents.ocr`."""

import json
import math
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from documents.children import Limits, limit

DPI = 300
"""What Tesseract was trained on: less loses the marks of Vietnamese, more only costs time."""
PIXELS = 20_000_000
"""Most of a drawn page: an A3 sheet at that resolution. More costs minutes and Tesseract reads it no better."""
PICTURE = "page.png"


def main(order: dict[str, Any]) -> None:
    limits = Limits(**order["limits"])
    limit(limits.memory, limits.seconds, written=limits.pixels)
    _draw(Path(order["path"]), order["page"], limits.pixels)
    program = shutil.which("tesseract") or "tesseract"
    # Segmentation 1 finds out which way is up: sheets go through scanners sideways and upside down.
    arguments = [PICTURE, "stdout", "-l", order["languages"], "--psm", "1", "--dpi", str(DPI)]
    os.execv(program, [program, *arguments])  # noqa: S606 - no shell is wanted


def _draw(path: Path, page: int, pixels: int) -> None:
    """The page in shades of grey, at most so many pixels; loaded only here, after the limits are set."""
    import pypdfium2
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = pixels
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    if is_pdf:
        with pypdfium2.PdfDocument(path) as document:
            sheet = document[page]
            width, height = sheet.get_size()
            scale = min(DPI / 72, math.sqrt(min(pixels, PIXELS) / max(1.0, width * height)))
            picture = sheet.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    else:
        # Phones note beside the picture how it was held.
        picture = ImageOps.exif_transpose(ImageSequence.Iterator(Image.open(path))[page]).convert("L")
    picture.save(PICTURE, compress_level=1, dpi=(DPI, DPI))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
