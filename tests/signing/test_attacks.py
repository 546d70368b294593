"""Files altered after they were signed, in the ways that are known: none of them passes.

Incremental saving (ISA), wrapping (SWA), universal forgery (USF): Mladenov et al., CCS 2019; shadow attacks: NDSS 2021.
"""

import io
import random
import re
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter

from documents.errors import Problem
from ecabinet.printing.forms import Face
from ecabinet.signing import engine, looks, prepare
from ecabinet.signing.examining import examine
from ecabinet.signing.reports import Fault, Signature
from ecabinet.trusted import Trust
from tests.authority import NOW, signer
from tests.signing.conftest import OF_OFFICE, Way

Change = Callable[[IncrementalPdfFileWriter], None]


def signatures(data: bytes) -> tuple[Signature, ...]:
    return examine(data, Trust()).signatures


def updated(data: bytes, change: Change) -> bytes:
    """The file with a proper update behind it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(data)
    return out.getvalue()


def field(writer: IncrementalPdfFileWriter, name: str) -> generic.DictionaryObject:
    """A field about to be changed."""
    for reference in writer.root["/AcroForm"]["/Fields"]:
        if reference.get_object()["/T"] == name:
            writer.mark_update(reference.reference)
            return reference.get_object()
    raise KeyError(name)


def new_text(writer: IncrementalPdfFileWriter) -> None:
    stream = generic.StreamObject(stream_data=b"BT /F1 40 Tf 100 400 Td (MOI) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(stream))


def whole_page_anew(writer: IncrementalPdfFileWriter) -> None:
    page, _resources = writer.find_page_for_modification(0)
    page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.mark_update(page.reference)


def note_over_the_text(writer: IncrementalPdfFileWriter) -> None:
    page, _resources = writer.find_page_for_modification(0)
    over = generic.DictionaryObject({
        pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/FreeText"),
        pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 300, 500, 600))),
        pdf_name("/Contents"): pdf_string("Điều 1 mới"),
    })  # fmt: skip
    page.get_object()["/Annots"].append(writer.add_object(over))
    writer.mark_update(page.reference)
    writer.update_container(page.get_object()["/Annots"])


def moved_number(writer: IncrementalPdfFileWriter) -> None:
    field(writer, "number")["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (100, 300, 500, 600)))


def hidden_signature(writer: IncrementalPdfFileWriter) -> None:
    field(writer, "signer-1")["/F"] = generic.NumberObject(2)


def other_face_of_signature(writer: IncrementalPdfFileWriter) -> None:
    face = looks.as_object(writer, looks.line("Trần Văn Ba", 170, 58, Face(9)))
    field(writer, "signer-1")["/AP"] = generic.DictionaryObject({pdf_name("/N"): face})


def no_permissions(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/Perms"]
    writer.update_root()


def acts_when_opened(writer: IncrementalPdfFileWriter) -> None:
    act = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject(act)
    writer.update_root()


def new_field(writer: IncrementalPdfFileWriter) -> None:
    text = {pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): pdf_string("extra"), pdf_name("/V"): pdf_string("x")}
    writer.root["/AcroForm"]["/Fields"].append(writer.add_object(generic.DictionaryObject(text)))
    writer.update_container(writer.root["/AcroForm"]["/Fields"])


@pytest.mark.parametrize(
    "change",
    [new_text, whole_page_anew, note_over_the_text, moved_number, hidden_signature, other_face_of_signature,
     no_permissions, acts_when_opened, new_field],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_an_update_that_changes_more_than_may_be(way: Way, change: Change) -> None:
    (found,) = signatures(updated(way.signed, change))
    assert found.fault is Fault.CONTENT


def test_the_page_that_says_something_else_is_named(way: Way) -> None:
    (found,) = signatures(updated(way.signed, whole_page_anew))
    assert found.pages == (1,)
    writer = PdfWriter(io.BytesIO(way.signed), incremental=True)
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    (found,) = signatures(out.getvalue())
    assert (found.fault, found.pages) == (Fault.CONTENT, (2,))


def renumbered(value: str, shown: str, flags: int | None = None) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        number = field(writer, "number")
        number["/V"] = pdf_string(value)
        face = looks.as_object(writer, looks.line(shown, 30, 13, Face(13)))
        number["/AP"] = generic.DictionaryObject({pdf_name("/N"): face})
        if flags is not None:
            number["/F"] = generic.NumberObject(flags)

    return change


def test_a_number_that_shows_another_is_a_lie(way: Way) -> None:
    (honest,) = signatures(updated(way.signed, renumbered("245", "245")))
    assert (honest.fault, honest.filled) == (None, {"number": "245"})
    (lying,) = signatures(updated(way.signed, renumbered("245", "999")))
    assert lying.fault is Fault.SHOWN
    (hidden,) = signatures(updated(way.signed, renumbered("245", "245", flags=2)))
    assert hidden.fault is Fault.SHOWN


def test_a_number_changed_after_the_organisation_signed(way: Way) -> None:
    first, last = signatures(updated(way.sealed, renumbered("246", "246")))
    assert last.fault is Fault.CONTENT
    assert first.filled["number"] == "246"


def test_a_paper_that_was_altered_is_signed_by_nobody_else(way: Way) -> None:
    with pytest.raises(Problem, match="signed_pdf_altered"):
        engine.sign(updated(way.numbered, new_text), "organisation", signer("Con dấu"), OF_OFFICE, "", NOW)


def test_a_changed_byte_is_detected_wherever_it_stands(way: Way) -> None:
    data, chance = way.sealed, random.Random(7)
    gaps = [match.end() for match in re.finditer(rb"/Contents <", data)]
    edges = [place for gap in gaps for place in (gap - 1, gap, gap + 1, gap + 900, data.index(b">", gap))]
    anywhere = [chance.randrange(len(data)) for _ in range(30)]
    for place in [*edges, *anywhere, len(data) - 1, len(data) - 6]:
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        assert not believed(bytes(changed)), place


def believed(data: bytes) -> bool:
    """Whether both signatures are there and hold."""
    try:
        found = signatures(data)
    except Exception:  # noqa: BLE001 - a changed byte may break anything
        return False
    return len(found) == 2 and all(one.holds for one in found)


OBJECTS = b"\n4 0 obj\n<< /Length 10 >>\nstream\n0 0 9 9 re\nendstream\nendobj\n"


def test_objects_that_an_older_table_does_not_know(way: Way) -> None:
    """What ends like an update and is none: readers that mend files would show it."""
    table = re.findall(rb"startxref\s+(\d+)", way.sealed)[-1]
    assert {one.fault for one in signatures(way.sealed + OBJECTS + b"startxref\n" + table + b"\n%%EOF\n")} == {
        Fault.BEHIND
    }


@pytest.mark.parametrize(
    "tail",
    [b" ", b"% more", b"\x00" * 600, OBJECTS, OBJECTS + b"%%EOF", OBJECTS + b"trailer << /Root 1 0 R >>\n%%EOF\n",
     b"\nstartxref\n9\n%%EOF\n"],
    ids=["blank", "comment", "noughts", "objects", "objects-end", "objects-trailer", "older-table"],
)  # fmt: skip
def test_bytes_put_behind_are_detected(way: Way, tail: bytes) -> None:
    assert not believed(way.sealed + tail)


def _byte_range(data: bytes) -> tuple[re.Match[bytes], list[int]]:
    match = list(re.finditer(rb"/ByteRange \[([\d ]+)\]", data))[-1]
    return match, [int(number) for number in match[1].split()]


def wrapped(data: bytes) -> bytes:
    """The second stretch moved behind bytes that nobody signed; the range says where it is now (SWA)."""
    match, (_zero, first, second, rest) = _byte_range(data)
    moved = data[second:] + b"\n% what the attacker wants\n"
    room = len(match[0])
    changed = f"/ByteRange [0 {first} {second + len(moved)} {rest}]".encode().ljust(room)
    assert len(changed) == room
    head = data[: match.start()] + changed + data[match.end() : second]
    return head + moved + data[second:]


def test_a_range_that_skips_more_than_the_signature(way: Way) -> None:
    assert not any(one.holds for one in signatures_or_none(wrapped(way.signed)))


def signatures_or_none(data: bytes) -> tuple[Signature, ...]:
    try:
        return signatures(data)
    except Exception:  # noqa: BLE001 - refused as a whole
        return ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("/Contents", generic.NullObject()),
        ("/Contents", generic.ByteStringObject(b"")),
        ("/Contents", generic.ByteStringObject(b"\x00")),
        ("/Contents", generic.ByteStringObject(b"\x00" * 4000)),
        ("/ByteRange", None),
        ("/ByteRange", generic.NullObject()),
        ("/ByteRange", generic.ArrayObject()),
        ("/ByteRange", generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0)))),
        ("/ByteRange", generic.ArrayObject(map(generic.NumberObject, (0, -1, 1, -1)))),
        ("/ByteRange", generic.ArrayObject(map(generic.NumberObject, (0, 10, 20)))),
        ("/SubFilter", pdf_name("/None")),
    ],
    ids=["null", "empty", "nought", "noughts", "no-range", "null-range", "no-numbers", "zeros", "negative", "three",
         "filter"],
)  # fmt: skip
def test_a_signature_that_was_emptied(way: Way, key: str, value: object) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference = field(writer, "signer-1").raw_get("/V")
        if value is None:
            del reference.get_object()[key]
        else:
            reference.get_object()[key] = value
        writer.mark_update(reference.reference)

    found = signatures(updated(way.signed, change))
    assert len(found) == 1
    assert not found[0].holds


def test_content_prepared_beforehand_and_switched_on_later(way: Way) -> None:
    """The shadow attack "hide and replace": what is shown later lies in the signed bytes, unused."""
    writer = IncrementalPdfFileWriter(io.BytesIO(way.ready))
    hidden = writer.add_object(generic.StreamObject(stream_data=b"BT (Gia 900 trieu) Tj ET"))
    writer.root["/PieceInfo"] = generic.DictionaryObject({pdf_name("/Hidden"): hidden})
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    signed = engine.sign(out.getvalue(), "signer-1", signer(), None, "", NOW)

    def switch(update: IncrementalPdfFileWriter) -> None:
        page, _resources = update.find_page_for_modification(0)
        page.get_object()["/Contents"] = update.root["/PieceInfo"].raw_get("/Hidden")
        update.mark_update(page.reference)

    (found,) = signatures(updated(signed, switch))
    assert (found.fault, found.pages) == (Fault.CONTENT, (1,))


def test_a_font_exchanged_so_that_other_letters_are_seen(way: Way) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page, _resources = writer.find_page_for_modification(0)
        fonts = page.get_object()["/Resources"]["/Font"]
        name = next(iter(fonts))
        writer.mark_update(fonts.raw_get(name).reference)
        fonts[name]["/BaseFont"] = pdf_name("/Courier")

    (found,) = signatures(updated(way.signed, change))
    assert found.fault is Fault.CONTENT


def test_cut_back_to_what_was_signed_first_it_is_that_again(way: Way) -> None:
    (found,) = signatures(way.sealed[: signatures(way.sealed)[0].end])
    assert (found.holds, found.whole, found.later) == (True, True, ())


def test_copied_into_another_file_a_signature_covers_nothing(way: Way) -> None:
    copy = PdfWriter()
    copy.append(PdfReader(io.BytesIO(way.signed)))
    out = io.BytesIO()
    copy.write(out)
    assert not any(one.holds for one in signatures_or_none(out.getvalue()))


def test_filling_in_is_all_that_the_house_does_to_a_signed_paper(way: Way) -> None:
    filled = prepare.fill(way.signed, {"number": "7"})
    (found,) = signatures(filled)
    assert (found.holds, found.filled) == (True, {"number": "7"})
