"""The child process that takes a stranger's letter apart; see :mod:`.letters`."""

import email
import email.policy
import io
from datetime import UTC
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any

from documents import errands, media
from documents.errands import Beyond

MOST_FILES = 50
MOST_PARTS = 500
PAPERS = frozenset({
    media.PDF, media.DOCX, media.XLSX, media.PPTX, media.DOC, media.XLS, media.PPT, media.ODT, media.ODS, media.ODP,
    media.RTF, media.DOCM, media.XLSM, media.PPTM, media.XLSB, *media.PICTURES,
})  # fmt: skip
"""What an office takes for a document; other attachments lie beside it."""


def _header(message: Message, name: str) -> str:
    """A header in letters; what is written in a charset that nobody knows stays as it came."""
    raw = message.get(name)
    return "" if raw is None else _decoded(str(raw))


def _decoded(raw: str) -> str:
    try:
        text = str(make_header(decode_header(raw)))
    except (LookupError, UnicodeError, ValueError):
        text = raw
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _sent_at(message: Message) -> str | None:
    try:
        at = parsedate_to_datetime(str(message.get("Date", "")))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, TypeError, OverflowError):
        return None


def _files(message: Message) -> list[tuple[Message, bytes, str]]:
    """The parts that are files, with their bytes and what they are; small pictures of a signature are none."""
    found = []
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            raise Beyond
        content = None if part.is_multipart() else part.get_payload(decode=True)
        named = part.get_filename() or part.get_content_disposition() == "attachment"
        written = part.get_content_maintype() == "text"
        if isinstance(content, bytes) and content and (named or not written):
            found.append((part, content, media.media_type(io.BytesIO(content))))
    whole = [one for one in found if one[0].get_content_disposition() != "inline" or one[2] not in media.PICTURES]
    return whole if any(kind in PAPERS for _part, _content, kind in whole) else found


def _work(order: dict[str, Any]) -> dict[str, Any]:
    path = Path(order["path"])
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.compat32)
    found = _files(message)
    if len(found) > MOST_FILES:
        raise Beyond
    files = []
    for number, (part, content, kind) in enumerate(found):
        (path.parent / f"attachment-{number}").write_bytes(content)
        files.append({"name": _decoded(part.get_filename() or ""), "kind": kind})
    broken = bool(message.defects) or any(part.defects for part in message.walk())
    name, address = parseaddr(_header(message, "From"))
    return {
        "id": _header(message, "Message-ID")[:190], "name": name, "address": address,
        "subject": _header(message, "Subject"), "sent_at": _sent_at(message), "files": files, "broken": broken,
        "papers": sum(one["kind"] in PAPERS for one in files),
    }  # fmt: skip


if __name__ == "__main__":
    errands.serve(_work)
