"""What there is to be wary of in a file: noted for those who open it, and for the steps that follow."""

import mmap
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from documents import errands, media
from documents.children import Limits
from documents.errands import ErrandFailed

UNPACKED = 2 * 1024**3
"""More bytes than this in an office file or archive, unpacked, is a bomb."""
RATIO = 200
"""… and so is a part that grows by more than this, beyond ``SMALL`` bytes."""
SMALL = 16 * 1024**2
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Note(StrEnum):
    """What the check found. Only ``PASSWORD`` keeps a file from being processed."""

    PASSWORD = "password"  # noqa: S105 - a note, not a secret
    LOCKED = "locked"
    SIGNED = "signed"
    SCRIPTS = "scripts"
    MACROS = "macros"
    BOMB = "bomb"
    ATTACHMENTS = "attachments"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Safety:
    notes: tuple[Note, ...] = ()

    @property
    def refused(self) -> bool:
        return Note.PASSWORD in self.notes


def inspect(path: Path, media_type: str, limits: Limits) -> Safety:
    """Look through a file of that type. One that cannot be looked through in time is noted as unchecked."""
    with path.open("rb") as file:
        look = _look_for(file.read(len(OLE)), media_type)
    if look is None:
        return Safety()
    order = {"path": str(path.absolute()), "look": look}
    try:
        answer = errands.ask(__name__, order, path.parent, limits, written=0)
    except ErrandFailed:
        return Safety((Note.UNCHECKED,))
    return Safety(tuple(sorted(map(Note, answer["notes"]))))


def _look_for(start: bytes, media_type: str) -> str | None:
    """How to look: office files, old and new, are told by what they are packed in."""
    if media_type == media.PDF:
        return "pdf"
    return "zip" if start.startswith(ZIP) else "ole" if start.startswith(OLE) else None


def _work(order: dict[str, Any]) -> dict[str, Any]:
    look = {"pdf": _look_at_pdf, "zip": _look_at_zip, "ole": _look_at_ole}[order["look"]]
    return {"notes": sorted(look(Path(order["path"])))}


def _look_at_pdf(path: Path) -> set[Note]:
    import pikepdf  # after the limits are set: nothing of it runs without them

    # The bytes that a signature covers are named in the open: a look at them finds it even where the tables are broken.
    notes = {Note.SIGNED} if _has(path, b"/ByteRange") else set()
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        return notes | {Note.PASSWORD}
    except pikepdf.PdfError:
        return notes | {Note.UNCHECKED}
    with pdf:
        if pdf.is_encrypted:
            notes.add(Note.LOCKED)
        if pdf.attachments:
            notes.add(Note.ATTACHMENTS)
        if any(_runs_something(found) for found in pdf.objects):
            notes.add(Note.SCRIPTS)
    return notes


def _runs_something(found: Any) -> bool:
    import pikepdf

    if not isinstance(found, pikepdf.Dictionary):
        return False
    if str(found.get("/S", "")) in {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData"} or "/JS" in found:
        return True
    # An action may stand inside the object that it belongs to, with no number of its own.
    inner = [found.get("/A"), found.get("/OpenAction"), *_values(found.get("/AA"))]
    return any(isinstance(one, pikepdf.Dictionary) and "/JS" in one for one in inner)


def _values(found: Any) -> list[Any]:
    import pikepdf

    return [value for _, value in found.items()] if isinstance(found, pikepdf.Dictionary) else []


def _look_at_zip(path: Path) -> set[Note]:
    notes = set()
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        notes.add(Note.PASSWORD)
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        notes.add(Note.MACROS)
    too_dense = any(p.file_size > SMALL and p.file_size > RATIO * max(p.compress_size, 1) for p in parts)
    if too_dense or sum(part.file_size for part in parts) > UNPACKED:
        notes.add(Note.BOMB)
    return notes


def _look_at_ole(path: Path) -> set[Note]:
    notes = set()
    if _has(path, "EncryptedPackage".encode("utf-16-le")):
        notes.add(Note.PASSWORD)
    if _has(path, "_VBA_PROJECT".encode("utf-16-le")):
        notes.add(Note.MACROS)
    return notes


def _has(path: Path, words: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(words) >= 0


if __name__ == "__main__":
    errands.serve(_work)
