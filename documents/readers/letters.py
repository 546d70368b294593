"""Letters saved from a mail program: who, when, what about, and the words; never what is attached."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

from documents.readers.plain import web_text
from documents.readers.report import End, Report

_SHOWN = ("From", "To", "Cc", "Date", "Subject")


def read(path: Path, kind: str, report: Report) -> None:
    if path.stat().st_size > report.limits.text:
        raise End("too_large_to_read")
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    lines = [f"{name}: {letter[name]}" for name in _SHOWN if letter[name]]
    body = letter.get_body(("plain", "html")) if isinstance(letter, EmailMessage) else None
    if body is not None:
        content = body.get_content()
        lines += ["", web_text(content) if body.get_content_subtype() == "html" else content]
    report.page_count(1)
    report.page(0, "\n".join(lines))
