"""Pictures of hands and seals: made anew, with clear ground; what is none is named."""

import io

import pytest
from PIL import Image

from documents.errors import Problem
from ecabinet.signing import looks
from ecabinet.signing.looks import Appearance
from tests.authority import NOW


def picture(form: str, size: tuple[int, int] = (60, 30), **saved: object) -> bytes:
    image = Image.new("RGB", size, "white")
    image.putpixel((10, 10), (20, 40, 160))
    out = io.BytesIO()
    image.save(out, form, **saved)
    return out.getvalue()


def test_white_paper_becomes_clear_and_ink_stays() -> None:
    with Image.open(io.BytesIO(looks.checked_picture(picture("PNG")))) as made:
        assert made.mode == "RGBA"
        assert made.getpixel((0, 0))[3] == 0
        assert made.getpixel((10, 10)) == (20, 40, 160, 255)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", picture("GIF"), picture("PNG")[:60], picture("PNG", (3000, 2000))],
    ids=["empty", "head", "gif", "cut", "large"],
)
def test_what_is_no_picture_is_named(data: bytes) -> None:
    with pytest.raises(Problem, match="picture_unreadable"):
        looks.checked_picture(data)


@pytest.mark.parametrize("seal", [False, True])
@pytest.mark.parametrize("name", ["An", "Đỗ " * 40, "<b>&\x00\n", "漢字 🖋"])
def test_whatever_the_name_it_is_drawn(name: str, seal: bool) -> None:
    shown = Appearance(
        name, name, picture=looks.checked_picture(picture("JPEG")) if len(name) == 2 else None, seal=seal
    )
    assert looks.drawn(shown, 170, 58, NOW).startswith(b"%PDF")
