"""Fonts of TCVN3 and VNI in PDFs: pypdf is told what their letters mean, and the text comes out as it is seen."""

from typing import Any

from pypdf import PageObject
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from pypdf.generic._font import Font

from documents.legacy_encodings import LegacyFont, is_unicode, legacy_font

DEPTH = 5
"""How deep forms within forms are looked into."""
_SOFT_HYPHEN = "\xad"


class FontMender:
    """Gives each such font of a page the table (/ToUnicode) that its maker left out, before pypdf reads the page."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._seen: set[int] = set()

    def mend(self, page: PageObject) -> None:
        self._mend_resources(page.get("/Resources"), DEPTH)

    def _mend_resources(self, resources: Any, depth: int) -> None:
        resources = resources.get_object() if resources is not None else None
        if not isinstance(resources, DictionaryObject) or not depth or id(resources) in self._seen:
            return
        self._seen.add(id(resources))
        for font in _parts(resources, "/Font"):
            if id(font) not in self._seen:
                self._seen.add(id(font))
                self._mend_font(font)
        for form in _parts(resources, "/XObject"):
            if form.get("/Subtype") == "/Form":
                self._mend_resources(form.get("/Resources"), depth - 1)

    def _mend_font(self, font: DictionaryObject) -> None:
        legacy = legacy_font(str(font.get("/BaseFont", "")))
        if legacy is None:
            return
        meant = _meanings(font)
        if not meant or is_unicode("".join(meant.values())):
            return
        table = DecodedStreamObject()
        table.set_data(_table(meant, legacy, 4 if font.get("/Subtype") == "/Type0" else 2))
        font[NameObject("/ToUnicode")] = table
        self.found.add(legacy.encoding.value)


def _parts(resources: DictionaryObject, name: str) -> list[DictionaryObject]:
    parts = resources.get(name)
    parts = parts.get_object() if parts is not None else None
    if not isinstance(parts, DictionaryObject):
        return []
    found = [part.get_object() for part in parts.values()]
    return [part for part in found if isinstance(part, DictionaryObject)]


def _meanings(font: DictionaryObject) -> dict[int, str]:
    """Code → the Western letter in whose place the font draws."""
    read = Font.from_font_resource(font)
    if isinstance(read.encoding, str):  # codes of two bytes: only its own table can tell
        return {
            ord(code): text for code, text in read.character_map.items() if isinstance(code, str) and len(code) == 1
        }
    if not _names_letters(font):  # the code is the place
        return {code: chr(code) for code in range(0x20, 0x100)}
    meant = {code: read.character_map.get(letter, letter) for code, letter in read.encoding.items() if letter}
    # Both hyphens look alike, and some programs name the soft one by the other's name: in TCVN3 it is the letter ư.
    return meant | ({0xAD: _SOFT_HYPHEN} if meant.get(0xAD) == "-" else {})


def _names_letters(font: DictionaryObject) -> bool:
    encoding = font.get("/Encoding")
    return "/ToUnicode" in font or (encoding is not None and isinstance(encoding.get_object(), DictionaryObject))


def _table(meant: dict[int, str], legacy: LegacyFont, digits: int) -> bytes:
    """A CMap: code → what is seen."""
    lines = [
        f"<{code:0{digits}X}> <{legacy.unicode(_western(text)).encode('utf-16-be').hex()}>"
        for code, text in meant.items()
    ]
    return "\n".join(["beginbfchar", *lines, "endbfchar"]).encode("ascii")


def _western(text: str) -> str:
    """Some tables say the Greek letter for the sign that looks the same."""
    return text.replace("\u03bc", "\xb5")
