"""The second look at a PDF: PDFium, for the pages that pypdf has not read."""

import ctypes
from contextlib import closing
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from documents.legacy_encodings import legacy_font, looks_legacy
from documents.readers.pdf import Progress
from documents.readers.report import End, Report

_SEALED = {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}
# What PDFium makes of the soft hyphen, which in TCVN3 is the letter ư.
_SOFT_HYPHEN, _HYPHEN_AT_LINE_END = "\xad", "\x02"


def read(path: Path, report: Report, progress: Progress) -> None:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _SEALED:
            raise End("encrypted") from error
        return
    encodings: set[str] = set()
    with document:
        if progress.count is None:
            progress.count = len(document)
            report.page_count(progress.count)
        for number in range(min(progress.count, report.limits.pages)):
            if number not in progress.done and number not in progress.refused:
                text = _page(document, number, encodings)
                if text is not None:
                    report.page(number, text)
                    progress.done.add(number)
    for encoding in sorted(encodings):
        report.note(encoding)


def _page(document: pypdfium2.PdfDocument, number: int, encodings: set[str]) -> str | None:
    """The text of a page; None when it cannot be read."""
    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as words:
            text: str = words.get_text_range()
            return _by_fonts(words, encodings) if looks_legacy(text) else text
    except (pypdfium2.PdfiumError, ValueError, IndexError):
        return None


def _by_fonts(words: pypdfium2.PdfTextPage, encodings: set[str]) -> str:
    """Each letter as its font means it."""
    out: list[str] = []
    for index in range(words.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(words, index))
        legacy = legacy_font(_font_name(words, index))
        if legacy is not None:
            encodings.add(legacy.encoding.value)
            letter = legacy.unicode(letter.replace(_HYPHEN_AT_LINE_END, _SOFT_HYPHEN))
        out.append(letter)
    return "".join(out)


def _font_name(words: pypdfium2.PdfTextPage, index: int) -> str:
    name = ctypes.create_string_buffer(128)
    length = pdfium.FPDFText_GetFontInfo(words, index, name, len(name), ctypes.c_int())
    return name.value.decode("utf-8", "replace") if 0 < length <= len(name) else ""
