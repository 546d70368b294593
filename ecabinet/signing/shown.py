"""What a file shows where its signatures say that something changed: text of pages, faces of fields."""

import io
from dataclasses import replace

import pikepdf
import pypdfium2

from ecabinet.signing.reports import Fault, Signature

UNSEEN = 1 | 2 | 32
"""Flags of a field that keep it from being seen: invisible, hidden, no view."""
TOLD = 20
"""So many changed pages are named."""


def page_count(pdf: bytes) -> int:
    """How many pages it has; 0 where it cannot be opened."""
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def judged(pdf: bytes, signature: Signature) -> Signature:
    """The signature with what can be seen: a field that lies about its value, pages that say something else now."""
    if signature.fault is None:
        lies = any(not _shows(pdf, name, value) for name, value in signature.filled.items())
        return replace(signature, fault=Fault.SHOWN) if lies else signature
    if signature.fault is Fault.CONTENT:
        return replace(signature, pages=_changed(pdf[: signature.end], pdf))
    return signature


def _shows(pdf: bytes, name: str, value: str) -> bool:
    """Whether the face of a text field holds its value, alone."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as source, pikepdf.new() as single:
            field = next((one for one in source.Root.AcroForm.Fields if str(one.get("/T")) == name), None)
            if field is None or field.get("/FT") != "/Tx":
                return True
            if int(field.get("/F", 0)) & UNSEEN:
                return False
            face = field.AP.N
            left, bottom, right, top = (float(edge) for edge in face.BBox)
            page = single.add_blank_page(page_size=(max(right - left, 1), max(top - bottom, 1)))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Face=single.copy_foreign(face)))
            page.Contents = single.make_stream(f"1 0 0 1 {-left:g} {-bottom:g} cm /Face Do".encode())
            out = io.BytesIO()
            single.save(out)
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError):
        return not value
    return "".join(_texts(out.getvalue())[0].split()) == "".join(value.split())


def _changed(before: bytes, after: bytes) -> tuple[int, ...]:
    """The pages (from 1) whose text is not what it was, those that came and those that are gone."""
    try:
        old, new = _texts(before), _texts(after)
    except pypdfium2.PdfiumError:
        return ()
    longer = max(len(old), len(new))
    pages = [count + 1 for count in range(longer) if old[count : count + 1] != new[count : count + 1]]
    return tuple(pages[:TOLD])


def _texts(pdf: bytes) -> list[str]:
    """What each page says with all that lies over it."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()
        for page in document:
            pypdfium2.raw.FPDFPage_Flatten(page, pypdfium2.raw.FLAT_NORMALDISPLAY)
        out = io.BytesIO()
        document.save(out)
    with pypdfium2.PdfDocument(out.getvalue()) as flat:
        for page in flat:
            found.append(page.get_textpage().get_text_range())  # noqa: PERF401 - pages are let go one by one
    return found
