"""Papers with annotations in them: what other programs draw, and what they read."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import NameObject, RectangleObject

from documents.annotation_export import NotExported, export
from documents.annotation_marks import Mark
from documents.annotation_rules import Kind
from documents.children import LIMITS
from ecabinet import demo
from ecabinet.config import Config
from ecabinet.printing import seals
from tests.factories import hostile

STAMPS = {"agree": "Đồng ý", "disagree": "Không đồng ý", "opinion": "Ý kiến"}
PAPER = hostile.paper("Tờ trình về ngân sách", "Trang hai")
RED, GREEN, BLUE, YELLOW = "#cc0000", "#008000", "#0000cc", "#ffdd00"
DISAGREE = "#b3202e"
TEXT = "Đề nghị bổ sung: «nguồn vốn» ưu tiên ở mục ặ, ẵ, ự"
AUTHOR = "Nguyễn Thị Hoà"


TITLE = (72.0, 790.0, 300.0, 790.0, 72.0, 765.0, 300.0, 765.0)
"""Around the words of the first page."""


def mark(key: str, kind: Kind, rect=(0.0, 0.0, 1.0, 1.0), **said) -> Mark:
    moments = {"created": "2026-11-22T08:00:00+07:00", "modified": "2026-11-22T08:05:00+07:00"}
    return Mark(id=key, kind=kind, page=0, rect=rect, author_name=AUTHOR, **moments | said)


MARKS = [
    mark("ink", Kind.INK, paths=((100.0, 300.0, 0.1, 200.0, 300.0, 0.1, 300.0, 300.0, 1.0),), color=RED, width=10.0),
    mark("dot", Kind.INK, paths=((400.0, 300.0, 0.5),), color=RED, width=12.0),
    mark("highlight", Kind.HIGHLIGHT, quads=(TITLE,), color=YELLOW, quote="Tờ trình"),
    mark("underline", Kind.UNDERLINE, quads=((72.0, 720, 300, 720, 72, 692, 300, 692),), color=BLUE),
    mark("note", Kind.NOTE, (500.0, 700.0, 524.0, 724.0), text=TEXT, color=YELLOW),
    mark("reply", Kind.NOTE, text="Đã rõ ạ", parent="note"),
    mark("text", Kind.TEXT, (100.0, 500.0, 400.0, 560.0), text=TEXT, color=GREEN, size=16.0),
    mark("stamp", Kind.STAMP, (100.0, 600.0, 260.0, 660.0), stamp="disagree", color=RED),
    mark("marker", Kind.INK, paths=((100.0, 200.0, 0.5, 300.0, 200.0, 0.5),), color=GREEN, width=20.0, opacity=0.5),
]  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Callable[..., bytes]:
    def exported(data: bytes, marks=MARKS, limits=LIMITS) -> bytes:
        paper = tmp_path / "paper.pdf"
        paper.write_bytes(data)
        return export(paper, marks, STAMPS, limits).path.read_bytes()

    return exported


def changed(data: bytes, change: Callable[[pikepdf.Pdf], object], **saved: object) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(made, **saved)
    return made.getvalue()


class Picture:
    """A drawn page, asked by points of its user space."""

    def __init__(self, data: bytes, page: int = 0) -> None:
        sheet = pypdfium2.PdfDocument(data)[page]
        self._turn, (x0, y0, x1, y1) = sheet.get_rotation(), sheet.get_cropbox()
        self._box = (x0, y0, x1, y1)
        self._image = sheet.render(scale=2).to_pil().convert("RGB")

    def at(self, x: float, y: float) -> tuple[int, int, int]:
        return self._image.getpixel(self._place(x, y))

    def _place(self, x: float, y: float) -> tuple[int, int]:
        x0, y0, x1, y1 = self._box
        across, down = {
            0: (x - x0, y1 - y), 90: (y - y0, x - x0), 180: (x1 - x, y - y0), 270: (y1 - y, x1 - x),
        }[self._turn]  # fmt: skip
        return int(across * 2), int(down * 2)

    def any(self, colour: str, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Whether something of that colour is in there."""
        (left, right), (top, bottom) = map(sorted, zip(self._place(x0, y0), self._place(x1, y1), strict=True))
        there = self._image.crop((left, top, right, bottom))
        return any(is_like(pixel, colour) for _, pixel in there.getcolors(there.width * there.height))


def is_like(pixel: tuple[int, int, int], colour: str) -> bool:
    wanted = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return all(abs(one - other) <= 24 for one, other in zip(pixel, wanted, strict=True))


def annotations(data: bytes, page: int = 0) -> dict[str, dict]:
    """By name, as pypdf reads them."""
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt("")
    found = [one.get_object() for one in reader.pages[page].get("/Annots", ())]
    return {one.get("/NM", f"{one['/Subtype']}{n}"): one for n, one in enumerate(found)}


def check_drawn(data: bytes) -> None:
    """Everything stands where it belongs, in its colour."""
    picture = Picture(data)
    assert is_like(picture.at(150, 300), RED)
    assert not is_like(picture.at(150, 306), RED)  # lightly pressed
    assert is_like(picture.at(290, 304), RED)  # pressed
    assert is_like(picture.at(400, 303), RED)
    assert is_like(picture.at(290, 770), YELLOW)
    assert is_like(picture.at(200, 694), BLUE)
    assert not is_like(picture.at(200, 705), BLUE)
    assert picture.any(YELLOW, 502, 702, 522, 722)
    assert picture.any(GREEN, 100, 520, 140, 560)
    assert is_like(picture.at(180, 601), DISAGREE)
    assert picture.any(DISAGREE, 140, 628, 220, 645)
    assert is_like(picture.at(200, 200), "#80c080")


def test_they_are_drawn_in_their_places_and_colours(out):
    data = out(PAPER)
    check_drawn(data)
    picture = Picture(data)
    assert picture.any("#000000", 72, 766, 100, 785)  # the words are seen through the highlight
    assert is_like(Picture(data, 1).at(150, 300), "#ffffff")


def test_strokes_that_cross_do_not_darken(out):
    cross = mark(
        "cross", Kind.INK, color=GREEN, width=20.0, opacity=0.5,
        paths=((100.0, 200.0, 0.5, 300.0, 200.0, 0.5), (200.0, 150.0, 0.5, 200.0, 250.0, 0.5)),
    )  # fmt: skip
    picture = Picture(out(PAPER, [cross]))
    assert picture.at(200, 200) == picture.at(120, 200)


def test_the_paper_s_own_bytes_come_first(out):
    data = out(PAPER)
    assert hashlib.sha256(data[: len(PAPER)]).digest() == hashlib.sha256(PAPER).digest()
    assert PdfReader(io.BytesIO(data)).pages[0].extract_text().strip() == "Tờ trình về ngân sách"


def test_they_are_read_back_as_the_standard_has_them(out):
    found = annotations(out(PAPER))
    assert {name: one["/Subtype"] for name, one in found.items() if not name.startswith("/")} == {
        "ink": "/Ink", "dot": "/Ink", "highlight": "/Highlight", "underline": "/Underline", "note": "/Text",
        "reply": "/Text", "text": "/FreeText", "stamp": "/Stamp", "marker": "/Ink",
    }  # fmt: skip
    note, reply, highlight = found["note"], found["reply"], found["highlight"]
    assert (note["/Contents"], note["/T"], note["/M"]) == (TEXT, AUTHOR, "D:20261122010500Z")
    assert note["/CreationDate"] == "D:20261122010000Z"
    assert note["/Popup"]["/Parent"] == note
    assert reply["/IRT"] == note
    assert (reply["/RT"], reply["/F"] & 2) == ("/R", 2)
    assert highlight["/Contents"] == "Tờ trình"
    assert tuple(highlight["/QuadPoints"]) == TITLE
    assert [float(part) for part in highlight["/C"]] == pytest.approx([1, 0.87, 0], abs=0.01)
    assert (found["stamp"]["/Name"], found["stamp"]["/Contents"]) == ("/NotApproved", "Không đồng ý")
    assert list(found["ink"]["/InkList"][0]) == [100, 300, 200, 300, 300, 300]
    drawn = [one for name, one in found.items() if name != "reply" and not name.startswith("/")]
    assert all(one["/AP"]["/N"]["/Subtype"] == "/Form" and one["/F"] & 4 for one in drawn)


def test_letters_go_along_and_can_be_copied(out):
    form = annotations(out(PAPER))["text"]["/AP"]["/N"]
    fonts = [font.get_object() for font in form["/Resources"]["/Font"].values()]
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    # A page made of the look alone says what is read of it.
    writer = PdfWriter()
    page = writer.add_blank_page(300, 60)
    page[NameObject("/Contents")] = form.clone(writer).indirect_reference
    page[NameObject("/Resources")] = form["/Resources"].clone(writer)
    made = io.BytesIO()
    writer.write(made)
    assert " ".join(PdfReader(made).pages[0].extract_text().split()) == TEXT


@pytest.mark.parametrize(
    ("turn", "matrix", "corner"),
    [(90, [0, 1, -1, 0], (100, 500)), (180, [-1, 0, 0, -1], (360, 500)), (270, [0, -1, 1, 0], (360, 520))],
    ids=["90", "180", "270"],
)
def test_on_pages_shown_turned_the_words_stand_upright(out, turn, matrix, corner):
    data = out(changed(PAPER, lambda pdf: pdf.pages[0].rotate(turn, relative=False)))
    picture = Picture(data)
    assert is_like(picture.at(150, 300), RED)
    assert is_like(picture.at(290, 770), YELLOW)
    assert is_like(picture.at(180, 601), DISAGREE)
    assert picture.any(YELLOW, 502, 702, 522, 722)
    assert [float(part) for part in annotations(data)["text"]["/AP"]["/N"]["/Matrix"]][:4] == matrix
    # They begin where the reader sees the upper left corner.
    assert picture.any(GREEN, *corner, corner[0] + 40, corner[1] + 40)


def other_origin(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].mediabox = [-50, -40, 600, 850]
    pdf.pages[0].cropbox = [30, 50, 580, 830]


CHANGES = {
    "boxes_off_the_origin": (other_origin, {}),
    "object_streams": (lambda pdf: None, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}),
    "encrypted": (lambda pdf: None, {"encryption": pikepdf.Encryption(owner="chu", user="", R=6)}),
    "encrypted_as_of_old": (lambda pdf: None, {"encryption": pikepdf.Encryption(owner="chu", user="", R=4, aes=True)}),
    "linearised": (lambda pdf: None, {"linearize": True}),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_papers_of_every_make(out, name):
    change, saved = CHANGES[name]
    paper = changed(PAPER, change, **saved)
    data = out(paper)
    assert data.startswith(paper)
    check_drawn(data)
    found = annotations(data)
    assert (found["note"]["/Contents"], found["text"]["/T"]) == (TEXT, AUTHOR)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []


def test_what_is_annotated_already_keeps_it_and_twice_adds_to_once(out):
    writer = PdfWriter(clone_from=io.BytesIO(PAPER))
    writer.add_annotation(0, FreeText(text="có sẵn", rect=RectangleObject((10, 10, 90, 40))))
    made = io.BytesIO()
    writer.write(made)
    data = out(out(made.getvalue(), MARKS[:1]), MARKS[1:2])
    found = annotations(data)
    assert [one["/Subtype"] for one in found.values()] == ["/FreeText", "/Ink", "/Ink"]
    assert next(iter(found.values()))["/Contents"] == "có sẵn"


@pytest.mark.parametrize("broken", [b"hong\n" + PAPER, PAPER[:-60]], ids=["before", "behind"])
def test_a_file_behind_which_nothing_can_stand_is_mended_first(out, broken):
    check_drawn(out(broken))


@pytest.mark.parametrize(
    ("data", "reason"),
    [(hostile.encrypted("mật khẩu"), "export_encrypted"), (b"%PDF-1.7 hong", "export_damaged")],
    ids=["password", "damaged"],
)
def test_what_cannot_be_read_is_refused_by_name(out, data, reason):
    with pytest.raises(NotExported, match=reason):
        out(data)


def test_what_has_no_place_is_left_out(out):
    data = out(PAPER, [replace(MARKS[0], placed=False), replace(MARKS[0], page=9), MARKS[1]])
    assert annotations(data).keys() == {"dot"}


def test_memory_does_not_grow_with_the_paper(out):
    """A paper much larger than the memory that the child may have."""
    ballast = bytes(range(256)) * 4096

    def heavy(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            page.Resources["/Heavy"] = pikepdf.Array(pdf.make_stream(ballast) for _ in range(90))

    paper = changed(PAPER, heavy, compress_streams=False)
    assert len(paper) > 170 * 1024**2
    assert annotations(out(paper, MARKS[:1], replace(LIMITS, memory=256 * 1024**2))).keys() == {"ink"}


# ------------------------------------------------------------------ signed papers


NOW = datetime.now(UTC).replace(microsecond=0)
"""A moment at which the certificate made for the tests holds."""


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Config:
    return Config.from_env({"DATA_DIR": str(tmp_path_factory.mktemp("seal")), "PUBLIC_URL": "https://hop.example.vn"})


def holds(data: bytes) -> bool:
    """Whether a signature holds over the bytes that it signed."""
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    roots = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False, moment=NOW)
    status = validate_pdf_signature(signature, roots)
    return bool(status.intact and status.valid)


def test_a_signature_holds_over_what_it_signed(out, config):
    signed = seals.seal(PAPER, config, NOW, "Ban hành")
    data = out(signed)
    assert data.startswith(signed)
    check_drawn(data)
    assert holds(data)


@pytest.mark.parametrize("permission", [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS], ids=["no_changes", "forms"])
def test_and_so_does_one_that_certifies_the_paper(out, config, permission):
    who = seals.identity(config, NOW)
    signer = SimpleSigner.load_pkcs12_data(who.p12, [], who.password)
    meta = PdfSignatureMetadata(field_name="S", certify=True, docmdp_permissions=permission)
    certified = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(PAPER)), meta, signer).getvalue()
    data = out(certified, MARKS[:1])
    assert data.startswith(certified)
    assert "ink" in annotations(data)
    assert holds(data)


@pytest.mark.parametrize("name", ["cong-van-huong-dan-dmtc", "qcvn-32-2026-bxd"])
def test_papers_of_the_state_with_their_many_signatures(out, name):
    paper = (Path(demo.__file__).parent / "data" / "papers" / f"{name}.pdf").read_bytes()
    data = out(paper)
    assert data.startswith(paper)
    assert is_like(Picture(data).at(150, 300), RED)
    assert "ink" in annotations(data)


def test_a_signed_paper_whose_table_is_broken_is_not_mended(out, config):
    with pytest.raises(NotExported, match="export_damaged"):
        out(b"hong\n" + seals.seal(PAPER, config, NOW, "Ban hành"))
