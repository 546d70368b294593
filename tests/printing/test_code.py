"""QR codes on paper: every point where the code has it, drawn as one path."""

import io

import pypdfium2
import segno
from reportlab.pdfgen.canvas import Canvas

from ecabinet.printing.pdf_code import QrCode

ADDRESS = "https://hop.example.vn/c/" + "0123456789abcdef" * 2
SIDE = 120.0


def test_each_point_is_drawn_and_none_beside() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(SIDE, SIDE))
    QrCode(ADDRESS, SIDE).drawOn(canvas, 0, 0)
    canvas.save()
    page = pypdfium2.PdfDocument(out.getvalue())[0]
    assert len(list(page.get_objects())) == 1
    wanted = [[bool(point) for point in row] for row in segno.make(ADDRESS, error="m").matrix_iter(border=4)]
    picture = page.render(scale=8).to_pil().convert("L")
    point = picture.width / len(wanted)
    seen = [
        [picture.getpixel((round((x + 0.5) * point), round((y + 0.5) * point))) < 128 for x in range(len(wanted))]
        for y in range(len(wanted))
    ]
    assert seen == wanted
