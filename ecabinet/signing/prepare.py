"""A paper made ready for its signatures, and its number and date filled in afterwards.

The fields are put in before anything is signed. The first signature allows that fields are filled in and that others
sign, and nothing else (DocMDP 2); the organisation's closes number and date (FieldMDP).
"""

import io
import re
from collections.abc import Iterable, Mapping

import pikepdf
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from documents.errors import Problem
from ecabinet.printing.forms import Face
from ecabinet.signing import looks
from ecabinet.signing.place_rules import TEXTS, How, Place, Places
from ecabinet.signing.places import Unreadable

ORGANISATION = "organisation"
VALUE = re.compile(r"[0-9]{1,6}[A-Za-zĐđ]{0,3}")
LEAST_WIDTH = {"number": 20.0, "day": 12.0, "month": 12.0, "year": 24.0}
MARGIN = 1.0
ACTIVE = ("/OpenAction", "/AA")
PRINTED = 4


def prepare(pdf: bytes, places: Places) -> bytes:
    """The paper with its fields: texts ``number``, ``day``, ``month``, ``year`` (where they are not written already),
    signatures ``signer-1`` … and ``organisation``. Raises :class:`Unreadable`, and ``already_signed``: what is signed
    stays as it is.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            _refuse_signed(document)
            _calm(document)
            form = document.make_indirect(Dictionary(Fields=Array(), SigFlags=1, NeedAppearances=False))
            document.Root.AcroForm = form
            for name, place in places.named.items():
                if place.how is not How.WRITTEN or name not in TEXTS:
                    _add(document, name, place)
            out = io.BytesIO()
            document.save(out)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, KeyError) as error:
        raise Unreadable(str(error)) from error
    return out.getvalue()


def _refuse_signed(document: pikepdf.Pdf) -> None:
    if any(isinstance(one, Dictionary) and one.get("/ByteRange") is not None for one in document.objects):
        raise Problem("already_signed")


def _calm(document: pikepdf.Pdf) -> None:
    """What was a form is plain page from here on, and what acts by itself is gone: signed is what one sees."""
    if "/AcroForm" in document.Root:
        document.flatten_annotations("all")
        del document.Root.AcroForm
    for key in ACTIVE:
        if key in document.Root:
            del document.Root[key]
    names = document.Root.get("/Names")
    if isinstance(names, Dictionary) and "/JavaScript" in names:
        del names["/JavaScript"]


def _add(document: pikepdf.Pdf, name: str, place: Place) -> None:
    """A field that is its own widget on the page."""
    page = document.pages[place.page]
    width = max(place.width, LEAST_WIDTH.get(name, 0))
    left = (place.x0 + place.x1 - width) / 2
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, T=pikepdf.String(name), F=PRINTED, P=page.obj,
        Rect=Array([round(edge, 2) for edge in (left, place.y0, left + width, place.y1)]),
    )  # fmt: skip
    if name in TEXTS:
        # the number stands close to what follows it, day and month in the middle of their room
        field.FT, field.Q, field.MaxLen = Name.Tx, (2 if name == "number" else 1), 9
        field.DA = pikepdf.String(f"/{'TiIt' if place.italic else 'TiRo'} {place.size:g} Tf 0 g")
    else:
        field.FT = Name.Sig
        if name == ORGANISATION:
            closed = Array([pikepdf.String(text) for text in TEXTS])
            field.Lock = document.make_indirect(Dictionary(Type=Name.SigFieldLock, Action=Name.Include, Fields=closed))
    made = document.make_indirect(field)
    document.Root.AcroForm.Fields.append(made)
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(made)


def fields(pdf: bytes) -> dict[str, str]:
    """What stands in each text field that is to be filled in; empty: nothing yet. Raises :class:`Unreadable`."""
    try:
        root = PdfFileReader(io.BytesIO(pdf)).root
        if "/AcroForm" not in root or "/Fields" not in root["/AcroForm"]:
            return {}
        found = [field.get_object() for field in root["/AcroForm"]["/Fields"]]
        return {str(one["/T"]): str(one["/V"]) if "/V" in one else "" for one in found if one["/FT"] == "/Tx"}
    except (PdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(str(error)) from error


def fill(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """The same bytes with an update behind them in which the fields are filled in: earlier signatures stay valid.

    Raises ``field_missing``, ``already_filled``, ``signed_and_closed`` and ``fill_value`` (values are such as "245",
    "05", "12b"), each with the name of the field, and :class:`Unreadable`.
    """
    now = fields(pdf)
    for name, value in values.items():
        if name not in TEXTS or name not in now:
            raise Problem("field_missing", name, field=name)
        if now[name]:
            raise Problem("already_filled", name, field=name)
        if not VALUE.fullmatch(value):
            raise Problem("fill_value", value, field=name)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    _refuse_closed(writer.prev, values)
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if str(field["/T"]) in values:
            _write(writer, field, values[str(field["/T"])])
            writer.mark_update(reference.reference)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _refuse_closed(reader: PdfFileReader, names: Iterable[str]) -> None:
    """Refuse to fill in what a signature has closed: it would hold no longer."""
    for signature in reader.embedded_signatures:
        closes = signature.fieldmdp
        if signature.docmdp_level is MDPPerm.NO_CHANGES or (closes and any(map(closes.is_locked, names))):
            raise Problem("signed_and_closed")


def _write(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, value: str) -> None:
    left, bottom, right, top = (float(edge) for edge in field["/Rect"])
    name, size = str(field["/DA"]).split()[:2]
    field["/V"] = generic.pdf_string(value)
    face = Face(float(size), italic=name == "/TiIt")
    drawn = looks.as_object(writer, looks.line(value, right - left, top - bottom, face, close=field["/Q"] == 2))
    faces = generic.DictionaryObject({generic.pdf_name("/N"): drawn})  # type: ignore[no-untyped-call]
    field["/AP"] = faces
