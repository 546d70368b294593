"""Text as it is kept: apart from the rest of :mod:`documents.text`, as the children that read files need only this."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def clean(text: str) -> str:
    """NFC, with line feeds as line ends and without control, invisible, unassigned or half (surrogate) characters."""
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_DROPPED)


class _Dropped(dict[int, int | None]):
    """Which characters a cleaned text does not have; decided once for each character that turns up."""

    def __missing__(self, code: int) -> int | None:
        gone = unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Co", "Cn"} and chr(code) not in "\n\t"
        self[code] = None if gone else code
        return self[code]


_DROPPED = _Dropped()
