"""Vietnamese as it was written before Unicode, and files that hold it."""

import unicodedata

from tests.factories.hostile import CATALOGUE, ONE_PAGE, raw_pdf

LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
"""The 67 letters that plain ones are not enough for; twice that with their capitals."""
IN_TCVN3 = "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ"
_VNI_ROWS = (
    "aø aû aõ aù aï aê aè aú aü aé aë aâ aà aå aã aá aä ñ eø eû eõ eù eï eâ eà eå eã eá eä ì æ ó í ò",
    "oø oû oõ où oï oâ oà oå oã oá oä ô ôø ôû ôõ ôù ôï uø uû uõ uù uï ö öø öû öõ öù öï yø yû yõ yù î",
)
IN_VNI = [places for row in _VNI_ROWS for places in row.split()]
_TCVN3 = dict(zip(LETTERS, IN_TCVN3, strict=True)) | dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
_TCVN3_MARKS = {"\u0300": "\xb0", "\u0309": "\xb1", "\u0303": "\xb2", "\u0301": "\xb3", "\u0323": "\xb4"}
_VNI = dict(zip(LETTERS, IN_VNI, strict=True))
_VNI |= {letter.upper(): places.upper() for letter, places in _VNI.items()}


def tcvn3(text: str) -> str:
    """What a TCVN3 font is given to draw the text; capitals with a tone as the letter and the mark."""
    return "".join(map(_tcvn3_letter, unicodedata.normalize("NFC", text)))


def _tcvn3_letter(letter: str) -> str:
    if letter in _TCVN3 or letter.isascii():
        return _TCVN3.get(letter, letter)
    parts = unicodedata.normalize("NFD", letter)
    tone = next(mark for mark in parts if mark in _TCVN3_MARKS)
    rest = unicodedata.normalize("NFC", parts.replace(tone, ""))
    return _TCVN3.get(rest, rest) + _TCVN3_MARKS[tone]


def vni(text: str) -> str:
    """What a VNI font is given to draw the text."""
    return "".join(_VNI.get(letter, letter) for letter in unicodedata.normalize("NFC", text))


def windows(text: str) -> bytes:
    """Windows-1258: tones are marks of their own, all else is in the letter."""
    tones = {ord(mark): None for mark in _TCVN3_MARKS}
    pieces = [unicodedata.normalize("NFD", letter) for letter in unicodedata.normalize("NFC", text)]
    return "".join(
        unicodedata.normalize("NFC", piece.translate(tones)) + "".join(mark for mark in piece if ord(mark) in tones)
        for piece in pieces
    ).encode("cp1258")


Line = tuple[str, bytes]
"""The name of a font among those given, and the codes to draw."""


def pdf(fonts: dict[str, bytes], *lines: Line, more: tuple[bytes, ...] = ()) -> bytes:
    """One page of lines. ``fonts``: name → its dictionary; ``more`` objects are numbered from 5."""
    resources = b" ".join(b"/%s %s" % (name.encode(), font) for name, font in fonts.items())
    drawn = [
        b"BT /%s 12 Tf 1 0 0 1 40 %d Tm <%s> Tj ET" % (font.encode(), 780 - 20 * row, codes.hex().encode())
        for row, (font, codes) in enumerate(lines)
    ]
    contents = b"\n".join(drawn)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << %s >> >> /Contents 4 0 R >>"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream"
    return raw_pdf(CATALOGUE, ONE_PAGE, page % resources, stream % (len(contents), contents), *more)


def simple_font(name: str, rest: str = "/Encoding /WinAnsiEncoding") -> bytes:
    widths = " ".join(["500"] * 224)
    font = f"/Type /Font /Subtype /TrueType /BaseFont /{name} /FirstChar 32 /LastChar 255 /Widths [{widths}] {rest}"
    return b"<< " + font.encode() + b" >>"
