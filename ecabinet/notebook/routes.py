"""Pages of the notebook: one's own notes, kept while they are written."""

import io

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from documents.media import DOCX
from ecabinet.clock import now
from ecabinet.fields import asked, text, whole
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.agenda_queries import is_closed
from ecabinet.notebook import exports, operations, queries, rules
from ecabinet.notebook.models import Note
from ecabinet.notebook.operations import Place
from ecabinet.once import once
from ecabinet.web import TwoVersions, database, done, new_code, person, wants_json

bp = Blueprint("notebook", __name__)
bp.add_app_template_global(rules.heading, "note_heading")

WRITERS = {"txt": (exports.as_text, "text/plain; charset=utf-8"), "docx": (exports.as_word, DOCX)}


@bp.get("/notebook")
def index() -> ResponseReturnValue:
    """The signed-in: their own notes; ``?q=`` looks in them, ``?meeting=`` shows those of a meeting."""
    question, meeting_id = asked("q", 200), request.args.get("meeting", type=int)
    with database().reading() as db:
        found = queries.notes(db, person().member_id, question, meeting_id)
        meeting = _place(db, meeting_id, None).meeting if meeting_id else None
        return render_template("notebook/index.html", notes=found, question=question, meeting=meeting)


def _place(db: Session, meeting_id: int | None, item_id: int | None) -> Place:
    """A meeting, and an item of it, that the person may see."""
    if meeting_id is None:
        return Place()
    seen = meetings.load(db, person(), meeting_id)
    item = meetings.load_item(db, seen.meeting, item_id) if item_id is not None else None
    if item is not None and not seen.manages and is_closed(db, item, meetings.circle(db, seen)):
        raise NotFound(f"item {item_id} of meeting {meeting_id}")
    return Place(seen.meeting, item)


@bp.get("/notebook/new")
def new() -> ResponseReturnValue:
    """The signed-in: an empty note, free or about a meeting (``?meeting=``) or an item of it (``&item=``)."""
    with database().reading() as db:
        place = _place(db, request.args.get("meeting", type=int), request.args.get("item", type=int))
        return render_template("notebook/note.html", note=None, place=place, key=new_code(), values={})


@bp.get("/notebook/<int:note_id>")
def page(note_id: int) -> ResponseReturnValue:
    """The writer: the note, to read and to go on writing."""
    with database().reading() as db:
        note = queries.load(db, person().member_id, note_id)
        return render_template("notebook/note.html", note=note, place=Place(), key=note.key, values={})


@bp.post("/notebook/save")
@once
def save() -> ResponseReturnValue:
    """The writer: keep what the page says; the page saves by itself, and by its button without JavaScript."""
    key, title, words = text("key"), text("title"), request.form.get("text", "").replace("\r\n", "\n")
    revision = whole("over") if text("over") else whole("revision", 0)
    if not key or len(key) > 64 or revision is None or "\0" in words:
        raise Problem("malformed")
    try:
        with database().writing() as db:
            place = _place(db, whole("meeting"), whole("item")) if revision == 0 else Place()
            note = operations.save(db, person().member_id, key, title, words, revision, place, now())
    except rules.Conflict as conflict:
        if wants_json():
            raise _two_versions(conflict) from conflict
        return _conflict(key, title, words, conflict)
    if request.headers.get("HX-Request"):
        return _kept(note, created=revision == 0)
    if note is None:
        return done(url_for("notebook.index"))
    return done(url_for("notebook.page", note_id=note.id), _("Đã lưu."), carry={"revision": str(note.revision)})


def _two_versions(conflict: rules.Conflict) -> TwoVersions:
    title, _newline, words = conflict.theirs.partition("\n")
    theirs = [(_("Tiêu đề"), title), (_("Nội dung"), words)]
    return TwoVersions(conflict.code, theirs, {"over": str(conflict.revision), "revision": str(conflict.revision)})


def _kept(note: Note | None, *, created: bool) -> Response:
    response = make_response(render_template("notebook/state.html", note=note))
    if note is not None and created:
        response.headers["HX-Replace-Url"] = url_for("notebook.page", note_id=note.id)
    return response


def _conflict(key: str, title: str, words: str, conflict: rules.Conflict) -> ResponseReturnValue:
    """Both texts, for the writer to choose."""
    theirs_title, _newline, theirs = conflict.theirs.partition("\n")
    values = {
        "title": title, "text": words, "theirs_title": theirs_title, "theirs": theirs,
        "revision": text("revision"), "over": conflict.revision,
    }  # fmt: skip
    with database().reading() as db:
        note = queries.by_key(db, person().member_id, key)
        template = "notebook/state.html" if request.headers.get("HX-Request") else "notebook/note.html"
        return make_response(
            render_template(template, note=note, place=Place(), key=key, values=values, conflict=values), 409
        )


@bp.post("/notebook/<int:note_id>/remove")
def remove(note_id: int) -> ResponseReturnValue:
    """The writer: throw the note away."""
    with database().writing() as db:
        operations.remove(db, queries.load(db, person().member_id, note_id))
    return done(url_for("notebook.index"), _("Đã xóa ghi chú."))


@bp.get("/notebook/notes.<kind>")
def export(kind: str) -> ResponseReturnValue:
    """The signed-in: their own notes as a file (txt, docx); ``?note=`` only one, else as the list is filtered."""
    if kind not in WRITERS:
        raise NotFound(f"kind {kind}")
    member_id, note_id = person().member_id, request.args.get("note", type=int)
    with database().reading() as db:
        if note_id is not None:
            notes = [queries.load(db, member_id, note_id)]
        else:
            notes = queries.notes(db, member_id, asked("q", 200), request.args.get("meeting", type=int))
    write, media_type = WRITERS[kind]
    content = io.BytesIO(write(notes, _("Ghi chú không tên")))
    return send_file(content, media_type, as_attachment=True, download_name=f"so-tay.{kind}")
