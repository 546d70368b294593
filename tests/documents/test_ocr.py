"""Scans and photographs are read by the real Tesseract, a page at a time and within limits."""

import pypdfium2
import pytest
from PIL import Image

from documents import ocr
from documents.children import Limits
from documents.extract import Reason, extract
from tests.factories import hostile

LINES = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Nghị quyết về thanh niên năm 2026")
LIMITS = Limits(seconds=60)

pytestmark = pytest.mark.usefixtures("tesseract_path")


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    """A printed page as a scanner sees it, cut to its lines."""
    return printed(LINES)


def printed(lines) -> Image.Image:
    with pypdfium2.PdfDocument(hostile.paper("\n".join(lines))) as paper:
        page = paper[0].render(scale=200 / 72, grayscale=True).to_pil()
    return page.crop((0, 0, page.width, 260 + 46 * len(lines)))


def saved(tmp_path, picture: Image.Image, form: str, **options):
    path = tmp_path / f"scan.{form.lower()}"
    picture.save(path, form, **options)
    return path


def test_the_program_says_its_version():
    assert ocr.available().startswith("tesseract ")


def test_a_scanned_paper_has_no_text_until_it_is_recognised(tmp_path, sheet):
    white = Image.new("L", sheet.size, 255)
    path = saved(tmp_path, white, "PDF", save_all=True, append_images=[sheet], resolution=200)
    outcome = extract(path, "scan.pdf")
    assert (outcome.reason, outcome.page_count) == (Reason.NO_TEXT, 2)
    heard = []
    texts = ocr.read(path, [1, 0], LIMITS, lambda page, text: heard.append(page))
    assert [line for line in texts[1].splitlines() if line] == list(LINES)
    assert not texts[0].strip()
    assert heard == [1, 0]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("\n".join(LINES), True), ("", True), ("12/2026", True), ("The naïve café of the state committee", False)],
)
def test_which_texts_are_vietnamese(text, answer):
    assert ocr.is_vietnamese(text) is answer


def test_english_is_read_in_both_languages(tmp_path):
    line = "Memorandum of understanding with the youth federation"
    assert ocr.read(saved(tmp_path, printed([line]), "PNG"), [0], LIMITS)[0].strip() == line


def test_a_sheet_that_went_in_upside_down(tmp_path):
    path = saved(tmp_path, printed(LINES * 5).transpose(Image.Transpose.ROTATE_180), "PNG")
    assert LINES[2] in ocr.read(path, [0], LIMITS)[0]


def test_a_photograph_held_sideways(tmp_path, sheet):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    turned = sheet.transpose(Image.Transpose.ROTATE_90).convert("RGB")
    texts = ocr.read(saved(tmp_path, turned, "JPEG", exif=exif, quality=90), [0], LIMITS)
    assert LINES[2] in texts[0]


def test_what_cannot_be_read_is_said_and_the_others_go_on(tmp_path):
    path = tmp_path / "scan.tiff"
    path.write_bytes(hostile.pictures(2))
    heard = {}
    assert list(ocr.read(path, [7, 1], LIMITS, heard.__setitem__)) == [1]
    assert heard[7] is None


@pytest.mark.parametrize(
    ("make", "limits"),
    [
        (hostile.picture_bomb, Limits(seconds=20, pixels=20_000_000)),
        (lambda: hostile.png()[:50], LIMITS),
        (lambda: b"%PDF-1.7", LIMITS),
        (hostile.png, Limits(seconds=0.2)),
        (hostile.png, Limits(seconds=20, memory=60 * hostile.MIB)),
    ],
    ids=["too_large", "cut", "no_paper", "no_time", "no_memory"],
)
def test_limits_hold(tmp_path, make, limits):
    path = tmp_path / "file"
    path.write_bytes(make())
    assert ocr.read(path, [0], limits) == {}


def test_what_the_listener_raises_ends_the_reading(tmp_path):
    path = tmp_path / "scan.tiff"
    path.write_bytes(hostile.pictures(3))
    seen = []

    def stop(page, text):
        seen.append(page)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ocr.read(path, [0, 1, 2], LIMITS, stop)
    assert seen == [0]


def test_where_it_is_missing_that_is_said_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    ocr.available.cache_clear()
    try:
        assert ocr.available() is None
        with pytest.raises(ocr.OcrMissing) as missing:
            ocr.read(tmp_path / "file", [0])
    finally:
        ocr.available.cache_clear()
    assert missing.value.code == "ocr_missing"
    assert missing.value.values["install"] == "apt-get install tesseract-ocr tesseract-ocr-vie"
