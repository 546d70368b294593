"""The archive's front door: what came last, and putting documents in."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from documents.errors import Invalid, Problem
from documents.media import media_type
from ecabinet.access import Permission
from ecabinet.clock import now
from ecabinet.fields import whole
from ecabinet.library import archive
from ecabinet.library.archive_rules import facts_of
from ecabinet.library.upload_targets import TYPES
from ecabinet.registry.queries import units_where
from ecabinet.upload_words import UPLOAD_LABELS
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("archive", __name__)

MOST_FILES = 50
"""In one form without a script; with one there is no such limit."""


@bp.get("/archive")
def index() -> ResponseReturnValue:
    """The signed-in: the newest documents that their labels open, and ways to the others."""
    before = request.args.get("before", type=int)
    with database().reading() as db:
        found = archive.newest(db, person().labels, before)
        return render_template(
            "library/archive.html",
            documents=found[: archive.PER_PAGE],
            more=found[archive.PER_PAGE - 1].id if len(found) > archive.PER_PAGE else None,
            offered=archive.offered(db, person().labels) if before is None else None,
            before=before,
            type_word=_type_word,
        )


def _type_word(code: str) -> str:
    """A type of document in words; a code that nobody has written a word for is its own."""
    return str(UPLOAD_LABELS["document_type"].get(code, code))


@bp.get("/archive/new")
def new() -> ResponseReturnValue:
    """Those who keep the archive of a unit: the form to put documents in, and what they have not finished."""
    return _form({})


def _form(faults: dict[str, str]) -> str:
    with database().reading() as db:
        units = units_where(db, person(), Permission.KEEP_ARCHIVE)
        if not units:
            raise Problem("forbidden", "keeps no archive")
        return render_template("library/archive_new.html", units=units, faults=faults, values=request.form)


@bp.post("/archive/new")
def put_in() -> ResponseReturnValue:
    """The same people, without a script: one file or several at once, all with the same facts."""
    try:
        with database().reading() as db:
            archive.load_unit(db, person(), whole("unit") or 0)
        facts = facts_of(request.form, TYPES)
        files = [_stored(file) for file in _chosen()]
    except Invalid as invalid:
        return make_response(_form(fault_texts(invalid)), 422)
    with database().writing() as db:
        unit = archive.load_unit(db, person(), whole("unit") or 0)
        for file in files:
            archive.put_in(db, unit, facts, file, person(), now())
    return done(url_for("archive.index"), _("Đã đưa %(n)s tài liệu vào kho.", n=len(files)))


def _chosen() -> list[FileStorage]:
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise Problem("no_file")
    if len(files) > MOST_FILES:
        raise Problem("too_many_uploads", limit=MOST_FILES)
    return files


def _stored(file: FileStorage) -> archive.File:
    """A file whose bytes are stored before the transaction: without a row they harm nobody."""
    kind = media_type(file.stream)
    file.stream.seek(0)
    blob = engines().blobs.put(file.stream)
    if blob.size == 0:
        raise Problem("empty")
    return archive.File(blob, file.filename or "", kind)
