"""Notes as files to keep: plain text, and Word."""

import io
from collections.abc import Sequence

import docx
from docx.oxml.ns import qn
from docx.shared import Pt

from ecabinet.clock import local
from ecabinet.notebook.models import Note
from ecabinet.notebook.rules import heading
from ecabinet.printing.texts import clean

FACE = "Times New Roman"
RULE = "\n\n" + "─" * 40 + "\n\n"


def as_text(notes: Sequence[Note], untitled: str) -> bytes:
    """UTF-8 with its mark, so that every editor reads the letters right."""
    return RULE.join(_lines(note, untitled) for note in notes).encode("utf-8-sig")


def _lines(note: Note, untitled: str) -> str:
    head = [heading(note.title, note.text) or untitled, *([note.about] if note.about else []), local(note.updated_at)]
    return "\n".join(head) + "\n\n" + note.text


def as_word(notes: Sequence[Note], untitled: str) -> bytes:
    """A Word file: a heading for each note, its paragraphs as they were written."""
    paper = docx.Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
    for note in notes:
        paper.add_heading(clean(heading(note.title, note.text) or untitled), level=1)
        words = [note.about, local(note.updated_at)]
        paper.add_paragraph().add_run(clean(" · ".join(word for word in words if word))).italic = True
        for line in clean(note.text).split("\n"):
            paper.add_paragraph(line)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()
