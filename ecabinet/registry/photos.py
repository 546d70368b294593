"""The photo of a member: whatever JPEG or PNG is brought becomes one small JPEG, 3 : 4, without anything but pixels."""

import io
from datetime import datetime
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from documents.blob_rows import used
from documents.blobs import Blob
from documents.database import changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.registry.history_models import MemberPhoto
from ecabinet.registry.models import Member

LARGEST = 5 * 1024 * 1024
MOST_PIXELS = 50_000_000
SIZE = (600, 800)
FORMATS = ("JPEG", "PNG")
# A face is in the upper part of a picture held upright.
CENTRE = (0.5, 0.35)


def prepare(stream: IO[bytes]) -> IO[bytes]:
    """The picture as it is kept. It is judged by its content, never by its name: raises ``photo_too_large`` (bytes),
    ``photo_form`` (no JPEG or PNG), ``photo_damaged``, ``photo_pixels`` (a small file that unfolds to too much).
    """
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Problem("photo_too_large", field="photo", limit=LARGEST // 1024 // 1024)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Problem("photo_pixels", field="photo", limit=MOST_PIXELS // 1_000_000)
            return _encoded(picture)
    except UnidentifiedImageError as error:
        raise Problem("photo_form", field="photo") from error
    except Image.DecompressionBombError as error:
        raise Problem("photo_pixels", field="photo", limit=MOST_PIXELS // 1_000_000) from error
    # Decoders raise what they please over bytes that lie: OSError, SyntaxError, ValueError, struct.error, …
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, EOFError) as error:
        raise Problem("photo_damaged", field="photo") from error


def _encoded(picture: Image.Image) -> IO[bytes]:
    picture.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))  # a JPEG may be read smaller at once
    upright = ImageOps.exif_transpose(picture)
    on_white = Image.new("RGBA", upright.size, "white")
    on_white.alpha_composite(upright.convert("RGBA"))
    kept = ImageOps.fit(on_white.convert("RGB"), SIZE, Image.Resampling.LANCZOS, centering=CENTRE)
    file = io.BytesIO()
    # A new picture carries nothing of the old one but its pixels: no place, no camera, no comment.
    kept.save(file, "JPEG", quality=85, optimize=True)
    file.seek(0)
    return file


def put(db: Session, member: Member, blob: Blob, by: int, now: datetime) -> str:
    """Give the member this photo in place of any other; ``blob`` is stored already. Returns what :func:`remove` does of
    the one before.
    """
    db.refresh(member, with_for_update=True)
    photo = db.get(MemberPhoto, member.id) or MemberPhoto(member_id=member.id, sha256="")
    if photo.sha256 == blob.sha256:
        return ""
    before = photo.sha256
    photo.sha256, photo.size, photo.added_by, photo.added_at = blob.sha256, blob.size, by, now
    db.add(photo)
    db.flush()
    audit.record(db, by, "member_photo", f"member:{member.id}", now, sha256=blob.sha256)
    changed(db, "member", member.id)
    return _unused(db, before)


def remove(db: Session, member: Member, by: int, now: datetime) -> str:
    """Take the photo away; without one nothing happens. Returns the sha256 of bytes that nobody needs any more, to be
    deleted once this is committed, or "".
    """
    db.refresh(member, with_for_update=True)
    photo = db.get(MemberPhoto, member.id)
    if photo is None:
        return ""
    db.delete(photo)
    db.flush()
    audit.record(db, by, "member_photo_removed", f"member:{member.id}", now)
    changed(db, "member", member.id)
    return _unused(db, photo.sha256)


def _unused(db: Session, sha256: str) -> str:
    # Also not a document's: somebody may have saved the picture and put it into the archive.
    return "" if used(db, [sha256]) else sha256
