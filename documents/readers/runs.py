"""Pieces of text with their fonts → text, those of TCVN3 and VNI fonts converted."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from documents.legacy_encodings import LegacyFont, legacy_font

font_meaning = lru_cache(maxsize=1000)(legacy_font)


class Run(NamedTuple):
    """``font`` as the file names it, None when it does not."""

    text: str
    font: str | None


class Converter:
    """``found`` tells which encodings there were."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def text(self, runs: Sequence[Run]) -> str:
        """The text of a paragraph or a cell. One letter of Unicode in its runs of such fonts shows that the names of
        the fonts have outlived their encodings: then all of them stay as they are."""
        meant = [(run.text, font_meaning(run.font) if run.font else None) for run in runs]
        if not all(font.fits(text) for text, font in meant if font):
            return "".join(text for text, _ in meant)
        return "".join(self._converted(text, font) if font else text for text, font in meant)

    def _converted(self, text: str, font: LegacyFont) -> str:
        converted = font.unicode(text)
        if converted != text:
            self.found.add(font.encoding.value)
        return converted
