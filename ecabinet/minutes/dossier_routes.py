"""Pages of the dossier of a meeting: what is in it, and all of it as one ZIP."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from ecabinet import audit
from ecabinet.clock import now
from ecabinet.meetings import queries as meetings
from ecabinet.minutes import dossier
from ecabinet.minutes.dossier_index import About, index, size_text
from ecabinet.minutes.zips import Entry, stream
from ecabinet.web import database, engines, person

bp = Blueprint("dossier", __name__)


@bp.get("/meetings/<int:meeting_id>/dossier")
def page(meeting_id: int) -> ResponseReturnValue:
    """The invited and those who run the meeting: what the dossier would hold for them."""
    with database().reading() as db:
        seen = meetings.load(db, person(), meeting_id)
        entries = dossier.entries_of(db, person(), seen, now())
        parts: dict[str, list[Entry]] = {}
        for entry in entries:
            parts.setdefault(entry.section, []).append(entry)
        return render_template(
            "minutes/dossier.html", meeting=seen.meeting, manages=seen.manages, parts=parts, count=len(entries),
            total=size_text(sum(entry.size for entry in entries)), size_text=size_text,
        )  # fmt: skip


@bp.get("/meetings/<int:meeting_id>/dossier.zip")
def download(meeting_id: int) -> ResponseReturnValue:
    """The same people: all of it, written while it is sent; on the audit trail before the first byte."""
    me, at = person(), now()
    with database().reading() as db:
        seen = meetings.load(db, me, meeting_id)
        meeting = seen.meeting
        entries = dossier.entries_of(db, me, seen, at)
        about = About(meeting.title, meeting.unit.name, meeting.place, meeting.starts_at, me.name, at)
    with database().writing() as db:
        size = sum(entry.size for entry in entries)
        audit.record(db, me.member_id, "dossier_export", f"meeting:{meeting_id}", at, files=len(entries), bytes=size)
    body = stream(entries, engines().blobs, at, lambda written: index(about, written))
    headers = {"Content-Disposition": f'attachment; filename="ho-so-phien-hop-{meeting_id}.zip"'}
    return Response(body, mimetype="application/zip", headers=headers, direct_passthrough=True)
