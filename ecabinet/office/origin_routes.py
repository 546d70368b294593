"""Where a document came from, on its page; the files that came beside it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.library.sending import Sent, send
from ecabinet.office import desk, origins
from ecabinet.office.desk import Seen
from ecabinet.web import database, person

bp = Blueprint("origins", __name__)


def panel(db: Session, seen: Seen) -> str:
    """Who sent it, by which way, with what else."""
    origin, files = origins.of(db, seen.doc.id)
    return render_template("office/origin.html", origin=origin, files=files) if origin is not None else ""


@bp.get("/office/documents/<int:office_id>/files/<int:position>")
def file(office_id: int, position: int) -> ResponseReturnValue:
    """Those who have to do with a document: a file that came beside it, to be kept, never shown in place."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        origin, files = origins.of(db, seen.doc.id)
        found = next((one for one in files if one.position == position), None)
        if found is None or origin is None:
            raise NotFound(f"file {position} of office document {office_id}")
        return send(Sent(found.sha256, found.size, found.media_type, found.filename, origin.at), save=True)
