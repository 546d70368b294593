"""The first page as two pictures: a small one for lists, a larger one to know the paper by."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents import errands, media
from documents.children import Limits
from documents.errands import Beyond
from documents.rules import RenditionKind

MEDIA_TYPE = "image/webp"
SIDES = {RenditionKind.PREVIEW: 400, RenditionKind.THUMBNAIL: 160}
"""The width in pixels; of what is higher than ``TALL`` widths only the upper part is shown."""
TALL = 2
MOST_PIXELS = 120_000_000
MOST_BYTES = 4 * 1024**2
QUALITY = 80


@dataclass(frozen=True)
class Picture:
    kind: RenditionKind
    path: Path


def can_draw(media_type: str) -> bool:
    return media_type == media.PDF or media_type.startswith("image/")


def draw(source: Path, media_type: str, limits: Limits) -> list[Picture]:
    """Draw the first page into the folder of ``source``. Raises :class:`documents.errands.ErrandFailed`."""
    order = {"source": str(source.absolute()), "media_type": media_type}
    errands.ask(__name__, order, source.parent, limits, written=MOST_BYTES)
    return [Picture(kind, source.with_name(f"{kind}.webp")) for kind in SIDES]


def _work(order: dict[str, Any]) -> dict[str, Any]:
    source = Path(order["source"])
    draw_page = _draw_pdf if order["media_type"] == media.PDF else _draw_image
    page = draw_page(source, max(SIDES.values()))
    for kind, width in SIDES.items():
        small = page.resize((width, max(1, round(page.height * width / page.width))), reducing_gap=2.0)
        small.save(source.with_name(f"{kind}.webp"), "WEBP", quality=QUALITY)
    return {"height": page.height}


def _draw_pdf(source: Path, width: int) -> Any:
    import pypdfium2  # after the limits are set: nothing of it runs without them

    pdf = pypdfium2.PdfDocument(source)
    pdf.init_forms()  # a number that was written into its field, and who signed
    page = pdf[0]
    across, down = page.get_size()
    scale = width / max(across, 1)
    if down * scale > TALL * width:
        page.set_cropbox(0, down - TALL * across, across, down)
    return page.render(scale=scale).to_pil().convert("RGB")


def _draw_image(source: Path, width: int) -> Any:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # asked below, with an answer of our own
    with Image.open(source) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Beyond
        image.draft("RGB", (width, width))  # a photo is read at the size that is needed
        upright = ImageOps.exif_transpose(image)
        flat = Image.new("RGB", upright.size, "white")
        flat.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
        return flat.crop((0, 0, flat.width, min(flat.height, TALL * flat.width)))


if __name__ == "__main__":
    errands.serve(_work)
