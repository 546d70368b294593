"""Photographs and scans: no text of their own; how many pictures, and whether they can be shown at all."""

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from documents.readers.report import End, Report


def read(path: Path, kind: str, report: Report) -> None:
    """Counts the pictures (a TIFF may hold many) and judges their size before anything is unpacked."""
    Image.MAX_IMAGE_PIXELS = None  # judged here, by the limits given
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > report.limits.pixels:
                raise End("too_large_to_read")
            picture.load()
            count = getattr(picture, "n_frames", 1) if kind == "image/tiff" else 1
    except (UnidentifiedImageError, OSError) as error:
        raise End("damaged") from error
    report.page_count(count)
    if count > report.limits.pages:
        raise End("too_many_pages")
