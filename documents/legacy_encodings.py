"""Vietnamese from before Unicode: what a letter of a TCVN3 (ABC) or VNI font means.

Both draw Vietnamese letters in the places of Western ones, so a text is only legible in its font, and the font's name
is what tells which it is. Each place means one letter, or one mark on the letter before it: a translation letter by
letter, then NFC, is the whole conversion.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

GRAVE, ACUTE, TILDE, HOOK, DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
CIRCUMFLEX, BREVE = "\u0302", "\u0306"

# Where TCVN 5712 puts the letters, tone by tone: grave, hook, tilde, acute, dot.
_TCVN3_TONED = {
    "a": "\xb5\xb6\xb7\xb8\xb9",
    "ă": "\xbb\xbc\xbd\xbe\xc6",
    "â": "\xc7\xc8\xc9\xca\xcb",
    "e": "\xcc\xce\xcf\xd0\xd1",
    "ê": "\xd2\xd3\xd4\xd5\xd6",
    "i": "\xd7\xd8\xdc\xdd\xde",
    "o": "\xdf\xe1\xe2\xe3\xe4",
    "ô": "\xe5\xe6\xe7\xe8\xe9",
    "ơ": "\xea\xeb\xec\xed\xee",
    "u": "\xef\xf1\xf2\xf3\xf4",
    "ư": "\xf5\xf6\xf7\xf8\xf9",
    "y": "\xfa\xfb\xfc\xfd\xfe",
}
_TONES = (GRAVE, HOOK, TILDE, ACUTE, DOT)
_TCVN3 = {
    ord(place): unicodedata.normalize("NFC", letter + tone)
    for letter, places in _TCVN3_TONED.items()
    for place, tone in zip(places, _TONES, strict=True)
}
_TCVN3 |= dict(zip(range(0xA1, 0xAF), "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))
# Marks of their own, for what has no place: capitals with a tone.
_TCVN3 |= dict(zip(range(0xB0, 0xB5), (GRAVE, HOOK, TILDE, ACUTE, DOT), strict=True))

_VNI_MARKS = {
    "ù": ACUTE,
    "ø": GRAVE,
    "û": HOOK,
    "õ": TILDE,
    "ï": DOT,
    "â": CIRCUMFLEX,
    "á": CIRCUMFLEX + ACUTE,
    "à": CIRCUMFLEX + GRAVE,
    "å": CIRCUMFLEX + HOOK,
    "ã": CIRCUMFLEX + TILDE,
    "ä": CIRCUMFLEX + DOT,
    "ê": BREVE,
    "é": BREVE + ACUTE,
    "è": BREVE + GRAVE,
    "ú": BREVE + HOOK,
    "ü": BREVE + TILDE,
    "ë": BREVE + DOT,
}
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
_VNI_PLACES = {ord(place): marks for mark, marks in _VNI_MARKS.items() for place in (mark, mark.upper())}
_VNI = (
    _VNI_PLACES
    | {ord(place): letter for place, letter in _VNI_LETTERS.items()}
    | {ord(place.upper()): letter.upper() for place, letter in _VNI_LETTERS.items()}
)


class Encoding(StrEnum):
    TCVN3 = "tcvn3"
    VNI = "vni"


_TABLES = {Encoding.TCVN3: _TCVN3, Encoding.VNI: _VNI}
# Word keeps letters of symbol fonts in a private area; their places are the last two digits.
_SYMBOLS = {0xF000 + place: place for place in range(0x20, 0x100)}


@dataclass(frozen=True)
class LegacyFont:
    """How a font is to be read. ``capitals``: its small letters are drawn as capitals (.VnTimeH)."""

    encoding: Encoding
    capitals: bool = False

    def unicode(self, text: str) -> str:
        """The text as it was seen, not yet NFC: it may begin with a mark whose letter is in the text before."""
        text = text.translate(_SYMBOLS).translate(_TABLES[self.encoding])
        return text.upper() if self.capitals else text

    def fits(self, text: str) -> bool:
        """Whether the text can have been written for such a font. Some have such a font's name and yet are Unicode."""
        return not is_unicode(text) and _STRANGE[self.encoding].search(text) is None


_STRANGE = {
    # Places that the fonts leave empty, of letters that Vietnamese uses often: là, và, Á.
    Encoding.TCVN3: re.compile("[àÀÁÃÍÙÚ]"),
    # A mark after what can bear none.
    Encoding.VNI: re.compile(r"[^aeouyôöAEOUYÔÖ\W][" + "".join(map(chr, _VNI_PLACES)) + "]"),
}


# ".VnTime", "ABCDEF+.VnTimeH,Bold", ".VnArial NarrowH": some programs drop the dot, or write a line for it.
_TCVN3_NAME = re.compile(r"(?:[._](?i:vn)(?=[A-Za-z0-9])|Vn(?=[A-Z0-9]))([^,-]*)")
_VNI_NAME = re.compile(r"(?i:vni)[-_ ]")
_STYLES = re.compile(r"(?i:[ ,-]*(?:bold|italic|regular|normal|mt))+$")


def legacy_font(name: str) -> LegacyFont | None:
    """What a font's name says of its encoding; None for all fonts but those of TCVN3 and VNI."""
    name = re.sub(r"^[A-Z]{6}\+", "", name.strip().lstrip("/@"))
    if _VNI_NAME.match(name):
        return LegacyFont(Encoding.VNI)
    found = _TCVN3_NAME.match(name)
    if found is None:
        return None
    return LegacyFont(Encoding.TCVN3, capitals=_STYLES.sub("", found[1]).endswith("H"))


def is_unicode(text: str) -> bool:
    """Whether the text has Vietnamese letters that only Unicode can write."""
    return _ONLY_UNICODE.search(text) is not None


_ONLY_UNICODE = re.compile("[ăđĩũơưĂĐĨŨƠƯ\u0300-\u0323\u1ea0-\u1ef9]")


def looks_legacy(text: str) -> bool:
    """Whether a text seen without its fonts may be of this kind: it has signs that Vietnamese in Unicode never has."""
    return not is_unicode(text) and sum(map(text.count, _FOREIGN)) >= 3


_FOREIGN = "µ¶¸¹ËÐÑÖÞßäåæëîïñöøûüþ"
