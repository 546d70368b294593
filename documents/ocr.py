"""Scans and photographs → text, by Tesseract with its Vietnamese and English models. Optional: said when missing."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from time import monotonic

from documents.children import LIMITS, Child, Limits, TooMuch, TooSlow
from documents.cleaning import clean
from documents.errors import Problem

LANGUAGES = ("vie", "eng")
WHICH_WAY_UP = "osd"
"""The model that knows this; Debian brings it with the program."""
MARKED = 0.1
"""Of the letters: in Vietnamese a quarter bears marks, in what is none but was read as such a few."""
PACKAGES = ("tesseract-ocr", "tesseract-ocr-vie")
INSTALL = f"apt-get install {' '.join(PACKAGES)}"


class OcrMissing(Problem):
    """Tesseract, or one of its languages, is not on this machine; ``install`` is the command that brings it."""

    def __init__(self) -> None:
        super().__init__("ocr_missing", INSTALL, program="Tesseract (vie, eng)", install=INSTALL)


OnPage = Callable[[int, str | None], None]


@cache
def available() -> str | None:
    """The program with its version, for example ``tesseract 5.3.0``; None when it or a language is missing.

    Asked once a process: a program installed later counts from the next start on.
    """
    program = shutil.which("tesseract")
    if program is None:
        return None
    asked = [_answer(program, "--list-langs").split(), _answer(program, "--version").split()]
    return " ".join(asked[1][:2]) if {*LANGUAGES, WHICH_WAY_UP} <= set(asked[0]) else None


def _answer(program: str, option: str) -> str:
    try:
        done = subprocess.run([program, option], capture_output=True, text=True, check=False, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def read(path: Path, pages: Iterable[int], limits: Limits = LIMITS, on_page: OnPage | None = None) -> dict[int, str]:
    """The text of these pages (from 0) of a PDF or a picture. One that cannot be read within the limits, which hold
    for each page, is not in the answer.

    ``on_page`` hears of each page when it is done, with None for one that could not be read; what it raises ends the
    reading. Raises :class:`OcrMissing`.
    """
    if available() is None:
        raise OcrMissing
    texts: dict[int, str] = {}
    for page in pages:
        text = _read_page(path, page, limits)
        if text is not None:
            texts[page] = text
        if on_page is not None:
            on_page(page, text)
    return texts


def _read_page(path: Path, page: int, limits: Limits) -> str | None:
    """Vietnamese alone halves the faults in Vietnamese, but reads English badly: what turns out not to be Vietnamese
    is read again in both languages."""
    until = monotonic() + limits.seconds
    text = _recognised(path, page, LANGUAGES[:1], limits)
    if text is None or is_vietnamese(text):
        return text
    return _recognised(path, page, LANGUAGES, replace(limits, seconds=max(0.0, until - monotonic()))) or text


def is_vietnamese(text: str) -> bool:
    """Whether so many letters bear marks as only Vietnamese has; true also where there are no letters to judge by."""
    letters = sum(map(str.isalpha, text))
    return sum(not letter.isascii() for letter in text if letter.isalpha()) >= MARKED * letters


def _recognised(path: Path, page: int, languages: Sequence[str], limits: Limits) -> str | None:
    order = {"path": str(path.absolute()), "page": page, "languages": "+".join(languages), "limits": asdict(limits)}
    with (
        tempfile.TemporaryDirectory(prefix="ecabinet-ocr-") as folder,
        Child("documents.ocr_child", order, Path(folder)) as child,
    ):
        try:
            said = child.output(limits.seconds, limits.text)
        except (TooSlow, TooMuch):
            return None
        return clean(said.decode("utf-8", "replace")) if child.exit_code() == 0 else None
