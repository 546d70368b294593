"""Annotations written behind a PDF as the standard has them, each with its looks, so that any program shows them alike.

The work of the child process of :mod:`documents.annotation_export`; loaded there only, after its limits are set.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pikepdf
from pypdf import PasswordType, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from documents import annotation_looks as looks
from documents import annotation_objects as objects
from documents import annotation_words as words
from documents.annotation_looks import Look
from documents.annotation_marks import Box, Mark, around
from documents.annotation_rules import Kind
from documents.annotation_tail import Tail, Unfit

PRINTED = 4
STEADY = 8 | 16
"""Neither zoomed nor turned with the page."""
HIDDEN = 2
SUBTYPES = {
    Kind.INK: "/Ink",
    Kind.HIGHLIGHT: "/Highlight",
    Kind.UNDERLINE: "/Underline",
    Kind.NOTE: "/Text",
    Kind.TEXT: "/FreeText",
    Kind.STAMP: "/Stamp",
}
STAMPS = {"agree": "/Approved", "disagree": "/NotApproved", "opinion": "/ForComment"}
"""The standard's names for what is nearest to ours."""
WINDOW = (200, 120)
"""Width and height of the window in which a note is read."""
PAPER = 0.8
"""How little is seen through the paper of a stamp."""
IN_WORDS = frozenset({Kind.TEXT, Kind.STAMP})


class Refused(Exception):
    """Nothing is written; ``args[0]`` says why: ``encrypted``, ``damaged``."""


def append(source: Path, target: Path, marks: Sequence[Mark], stamps: Mapping[str, str]) -> dict[str, Any]:
    """Write into ``target`` what is to follow the bytes of ``source``. Where nothing can follow them because their
    table is broken, the mended file comes first, and the answer's ``whole`` says so; a signed one is refused then.
    """
    target.write_bytes(b"")
    try:
        return {"whole": False, "written": _append(source, source.stat().st_size, target, marks, stamps)}
    except (Unfit, PyPdfError):
        if is_signed(source):
            raise Refused("damaged") from None
    mended = source.with_name("mended.pdf")
    with pikepdf.open(source) as pdf:
        pdf.save(mended)
    with target.open("wb") as out, mended.open("rb") as file:
        while chunk := file.read(1 << 20):
            out.write(chunk)
    return {"whole": True, "written": _append(mended, mended.stat().st_size, target, marks, stamps)}


def is_signed(path: Path) -> bool:
    """Told by the bytes that a signature names in the open, as the check of new files does."""
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(1 << 20):
            if b"/ByteRange" in before + chunk:
                return True
            before = chunk[-16:]
    return False


def _append(source: Path, size: int, target: Path, marks: Sequence[Mark], stamps: Mapping[str, str]) -> int:
    with source.open("rb") as file, target.open("ab") as out:
        reader = PdfReader(file)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise Refused("encrypted")
        tail = Tail(reader, file, size)
        pages = _pages(reader, {mark.page for mark in marks})
        writer = _Writer(tail, pages, stamps)
        written = writer.write([mark for mark in marks if mark.page in pages])
        if written:
            tail.write(cast(IO[bytes], out))
        return written


@dataclass(frozen=True)
class Page:
    """A page of the file: what refers to it, itself as the file has it, by how many degrees it is shown turned."""

    reference: IndirectObject
    found: DictionaryObject
    turn: int


def _pages(reader: PdfReader, wanted: set[int]) -> dict[int, Page]:
    there = {number: reader.pages[number] for number in sorted(wanted) if 0 <= number < len(reader.pages)}
    turns = {number: int(page.rotation) % 360 // 90 * 90 for number, page in there.items()}
    references = {number: page.indirect_reference for number, page in there.items()}
    # What it read has taken over what pages inherit: the file's own objects are to be written again as they were.
    reader.resolved_objects.clear()
    pages = {}
    for number, reference in references.items():
        if reference is None:
            raise Unfit
        pages[number] = Page(reference, cast(DictionaryObject, reader.get_object(reference)), turns[number])
    return pages


class _Writer:
    """Writes annotations page by page."""

    def __init__(self, tail: Tail, pages: Mapping[int, Page], stamps: Mapping[str, str]) -> None:
        self._tail = tail
        self._pages = pages
        self._stamps = stamps
        self._drawn: dict[str, DictionaryObject] = {}
        self._references: dict[str, IndirectObject] = {}

    def write(self, marks: Sequence[Mark]) -> int:
        """All of them, replies after what they answer; how many that were."""
        self._draw_words([mark for mark in marks if mark.kind in IN_WORDS and mark.parent is None])
        known = {mark.id for mark in marks}
        added: dict[int, list[IndirectObject]] = {number: [] for number in self._pages}
        for mark in sorted(marks, key=lambda mark: (mark.parent is not None, mark.created, mark.id)):
            if mark.parent is None or mark.parent in known:
                added[mark.page] += self._add(mark)
        for number, references in added.items():
            if references:
                self._hang(self._pages[number], references)
        return len(self._references)

    def _draw_words(self, marks: Sequence[Mark]) -> None:
        if not marks:
            return
        turned = {number: page.turn for number, page in self._pages.items()}
        drawn = PdfReader(io.BytesIO(words.draw(marks, turned, self._stamps)))
        for mark, page in zip(marks, drawn.pages, strict=True):
            resources = self._tail.adopt(page["/Resources"])
            contents = page.get_contents()
            size = (float(page.mediabox.width), float(page.mediabox.height))
            form = objects.form(contents.get_data() if contents is not None else b"", (0, 0, *size))
            form[NameObject("/Resources")] = resources
            self._drawn[mark.id] = form

    def _add(self, mark: Mark) -> list[IndirectObject]:
        page = self._pages[mark.page]
        annotation = self._annotation(mark, page)
        reference = self._references[mark.id] = self._tail.add(annotation)
        if mark.parent is not None:
            return [reference]
        annotation[NameObject("/AP")] = DictionaryObject({NameObject("/N"): self._appearance(mark, page.turn)})
        if mark.kind in {Kind.TEXT, Kind.STAMP, Kind.INK}:
            return [reference]
        window = self._tail.add(_window(mark, reference, page.reference))
        annotation[NameObject("/Popup")] = window
        return [reference, window]

    def _annotation(self, mark: Mark, page: Page) -> DictionaryObject:
        is_reply = mark.parent is not None
        said: dict[str, PdfObject] = {
            "/Type": NameObject("/Annot"),
            "/Subtype": NameObject("/Text" if is_reply else SUBTYPES[mark.kind]),
            "/P": page.reference,
            "/Rect": objects.numbers(_rect(mark)),
            "/NM": TextStringObject(mark.id),
            "/T": TextStringObject(mark.author_name),
            "/C": objects.numbers(looks.colour(mark.color)),
            "/F": NumberObject(_flags(mark, page.turn)),
            "/Contents": TextStringObject(_contents(mark, self._stamps)),
        }
        for key, moment in (("/CreationDate", mark.created), ("/M", mark.modified)):
            if moment:
                said[key] = TextStringObject(objects.date(moment))
        if mark.opacity < 1:
            said["/CA"] = FloatObject(mark.opacity)
        if is_reply:
            said |= {"/IRT": self._references[cast(str, mark.parent)], "/RT": NameObject("/R")}
        else:
            said |= _own(mark)
        return DictionaryObject({NameObject(key): value for key, value in said.items()})

    def _appearance(self, mark: Mark, turn: int) -> IndirectObject:
        if mark.id in self._drawn:
            form = self._drawn[mark.id]
            if mark.kind == Kind.STAMP:
                _frame(form, mark)
            form[NameObject("/Matrix")] = objects.numbers((*looks.UPRIGHT[turn], 0, 0))
            return self._tail.add(objects.packed(form))
        look = cast(Look, looks.look(mark))
        form = objects.form(look.content.encode(), look.box)
        if mark.kind == Kind.NOTE:
            form[NameObject("/Matrix")] = objects.numbers((*looks.UPRIGHT[turn], 0, 0))
        return (
            self._tail.add(objects.packed(form))
            if not look.multiply and look.opacity == 1
            else self._seen_through(form, look)
        )

    def _seen_through(self, form: DecodedStreamObject, look: Look) -> IndirectObject:
        """What it draws is one picture first, and that is laid on the paper: strokes that cross do not darken."""
        form[NameObject("/Group")] = objects.dictionary(S=NameObject("/Transparency"), I=BooleanObject(True))
        inner = self._tail.add(objects.packed(form))
        state = objects.dictionary(Type=NameObject("/ExtGState"), AIS=BooleanObject(False))
        state |= objects.dictionary(CA=FloatObject(look.opacity), ca=FloatObject(look.opacity))
        state |= objects.dictionary(BM=NameObject("/Multiply" if look.multiply else "/Normal"))
        outer = objects.form(b"/G gs /X Do", look.box)
        outer[NameObject("/Resources")] = objects.dictionary(
            ExtGState=objects.dictionary(G=state), XObject=objects.dictionary(X=inner)
        )
        return self._tail.add(outer)

    def _hang(self, page: Page, references: Sequence[IndirectObject]) -> None:
        """Onto the page, behind those that it has."""
        had = page.found.get("/Annots")
        had = had.get_object() if had is not None else None
        kept = list.__iter__(had) if isinstance(had, ArrayObject) else iter(())
        page.found[NameObject("/Annots")] = ArrayObject([*kept, *references])
        self._tail.replace(page.reference, page.found)


def _flags(mark: Mark, turn: int) -> int:
    if mark.parent is not None:
        return PRINTED | STEADY | HIDDEN  # it is read in the thread, and has no sign of its own on the page
    return PRINTED | STEADY if mark.kind == Kind.NOTE and not turn else PRINTED


def _rect(mark: Mark) -> Box:
    match mark.kind:
        case Kind.INK:
            return looks.ink_box(mark)
        case Kind.HIGHLIGHT | Kind.UNDERLINE:
            return around(mark.quads)
        case _:
            return mark.rect


def _contents(mark: Mark, stamps: Mapping[str, str]) -> str:
    if mark.kind == Kind.STAMP:
        return mark.text or stamps.get(mark.stamp, mark.stamp)
    return mark.text or mark.quote


def _own(mark: Mark) -> dict[str, PdfObject]:
    """What only this kind has."""
    match mark.kind:
        case Kind.INK:
            lines = ([value for place, value in enumerate(path) if place % 3 < 2] for path in mark.paths)
            border = objects.dictionary(W=FloatObject(mark.width), S=NameObject("/S"))
            return {"/InkList": ArrayObject(map(objects.numbers, lines)), "/BS": border}
        case Kind.HIGHLIGHT | Kind.UNDERLINE:
            return {"/QuadPoints": objects.numbers(value for quad in mark.quads for value in looks.corners(quad))}
        case Kind.NOTE:
            return {"/Name": NameObject("/Comment"), "/Open": BooleanObject(False)}
        case Kind.TEXT:
            drawn = f"{looks.numbers(looks.colour(mark.color))} rg /Helv {looks.numbers([mark.size])} Tf"
            return {"/DA": TextStringObject(drawn), "/BS": objects.dictionary(W=NumberObject(0))}
        case Kind.STAMP:
            return {"/Name": NameObject(STAMPS.get(mark.stamp, "/ForComment"))}


def _window(mark: Mark, parent: IndirectObject, page: IndirectObject) -> DictionaryObject:
    _, _, x1, y1 = _rect(mark)
    wide, high = WINDOW
    return objects.dictionary(
        Type=NameObject("/Annot"),
        Subtype=NameObject("/Popup"),
        P=page,
        Rect=objects.numbers((x1 + 4, y1 - high, x1 + 4 + wide, y1)),
        Parent=parent,
        F=NumberObject(STEADY),
        Open=BooleanObject(False),
    )


def _frame(form: DictionaryObject, mark: Mark) -> None:
    """Around and under the words of a stamp."""
    *_, wide, high = map(float, cast(ArrayObject, form["/BBox"]))
    state = objects.dictionary(Type=NameObject("/ExtGState"), ca=FloatObject(PAPER))
    cast(DictionaryObject, form["/Resources"])[NameObject("/ExtGState")] = objects.dictionary(W=state)
    stream = cast(DecodedStreamObject, form)
    stream.set_data(b"q\n" + looks.frame(mark, wide, high).encode() + b"\nQ\n" + stream.get_data())
