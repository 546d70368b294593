"""Pages of a document of the archive: what it is, its versions and what differs between them, who has it out."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from documents.errors import Invalid, Problem
from documents.media import media_type
from documents.models import Document, Version
from documents.retention_rules import Retention, kept_until
from ecabinet.access import member_label
from ecabinet.clock import now
from ecabinet.fields import day, text, whole
from ecabinet.library import archive, document_access, document_queries, document_uses, keeping
from ecabinet.library.archive_rules import facts_of
from ecabinet.library.document_access import Seen
from ecabinet.library.document_uses import Use
from ecabinet.library.keeping import Keeping
from ecabinet.library.upload_targets import TYPES
from ecabinet.library.version_words import added
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("documents", __name__)


def place_of(use: Use) -> str:
    """The page of what refers to a document."""
    if use.round_id is not None:
        return url_for("opinions.page", round_id=use.round_id)
    if use.task_id is not None:
        return url_for("tasks.page", task_id=use.task_id)
    if use.registered_id is not None:
        return url_for("office.of_document", document_id=use.registered_id)
    return url_for("meetings.page", meeting_id=use.meeting_id)


@bp.get("/papers/<int:document_id>/details")
def page(document_id: int) -> ResponseReturnValue:
    """Those whose labels open it, and its keepers while it is in the bin: what it is, and what may be done with it."""
    return _page(document_id, {})


def _page(document_id: int, faults: dict[str, str]) -> str:
    with database().reading() as db:
        seen = document_access.load(db, person(), document_id, now())
        document = seen.document
        return render_template(
            "library/document.html",
            seen=seen, document=document, faults=faults, values=request.form, place_of=place_of,
            uses=document_uses.known_to(db, person(), seen.uses),
            readers=document_queries.readers(db, person(), document) if seen.keeps else [],
            by=document_queries.names(db, [document.created_by])[document.created_by],
            kept_until=kept_until(document.retention, document.keep_years, document.closed_on),
            hours=keeping.LOAN_HOURS, own_loan=_is_own(seen), bin_days=engines().config.bin_days,
        )  # fmt: skip


def _is_own(seen: Seen) -> bool:
    return seen.loan is not None and seen.loan.holder == member_label(person().member_id)


@bp.get("/papers/<int:document_id>/edit")
def edit(document_id: int) -> ResponseReturnValue:
    """Its keepers: the form of what it is."""
    return _form(document_id, {})


def _form(document_id: int, faults: dict[str, str]) -> str:
    with database().reading() as db:
        seen = document_access.load(db, person(), document_id, now())
        document = seen.require_edit()
        values = request.form if request.method == "POST" else _values(document)
        return render_template("library/document_edit.html", seen=seen, document=document, values=values, faults=faults)


def _values(document: Document) -> dict[str, object]:
    names = ("title", "type_code", "number", "issuer", "issued_on", "signer", "secrecy", "retention", "keep_years")
    return {name: getattr(document, name) for name in (*names, "closed_on")}


@bp.post("/papers/<int:document_id>/edit")
def save(document_id: int) -> ResponseReturnValue:
    """Its keepers: say what it is."""
    try:
        with database().writing() as db:
            seen = document_access.load(db, person(), document_id, now(), change=True)
            types = TYPES | ({seen.document.type_code} if seen.document.type_code else set())
            keeping.edit(db, seen, facts_of(request.form, types), _keeping(), person(), now())
    except Invalid as invalid:
        return make_response(_form(document_id, fault_texts(invalid)), 422)
    return done(url_for("documents.page", document_id=document_id), _("Đã lưu."))


def _keeping() -> Keeping:
    code = text("retention")
    if code and code not in set(Retention):
        raise Invalid({"retention": Problem("unknown_choice")})
    closed_on = day("closed_on")
    if text("closed_on") and closed_on is None:
        raise Invalid({"closed_on": Problem("not_a_day")})
    return Keeping(Retention(code) if code else None, whole("keep_years"), closed_on)


# ------------------------------------------------------------------ versions


@bp.get("/papers/<int:document_id>/versions")
def versions(document_id: int) -> ResponseReturnValue:
    """Those who see it: its versions, with who, when and why."""
    return _versions(document_id, {})


def _versions(document_id: int, faults: dict[str, str]) -> str:
    with database().reading() as db:
        seen = document_access.load(db, person(), document_id, now())
        found = document_queries.versions(db, document_id)
        return render_template(
            "library/document_versions.html",
            seen=seen, document=seen.document, versions=found, faults=faults, values=request.form,
            names=document_queries.names(db, [version.created_by for version in found]), own_loan=_is_own(seen),
        )  # fmt: skip


@bp.post("/papers/<int:document_id>/versions")
def put_version(document_id: int) -> ResponseReturnValue:
    """Those who may change it: a file in the place of what is there, with the reason."""
    with database().reading() as db:
        document_access.load(db, person(), document_id, now()).require_change()
    try:
        file = _stored(request.files.get("file") or FileStorage())
        with database().writing() as db:
            seen = document_access.load(db, person(), document_id, now(), change=True)
            version, same = keeping.put_version(db, seen, file, text("note"), person(), now())
    except Invalid as invalid:
        return make_response(_versions(document_id, fault_texts(invalid)), 422)
    return done(url_for("documents.versions", document_id=document_id), added(version, document_id, same))


def _stored(file: FileStorage) -> archive.File:
    """A file whose bytes are stored before the transaction: without a row they harm nobody."""
    if not file.filename:
        raise Invalid({"file": Problem("no_file")})
    kind = media_type(file.stream)
    file.stream.seek(0)
    blob = engines().blobs.put(file.stream)
    if blob.size == 0:
        raise Invalid({"file": Problem("empty")})
    return archive.File(blob, file.filename, kind)


@bp.post("/papers/<int:document_id>/versions/<int:version_id>/restore")
def restore(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those who may change it: an older version comes back as the newest, with the reason."""
    try:
        with database().writing() as db:
            seen = document_access.load(db, person(), document_id, now(), change=True)
            version = document_queries.version_of(db, document_id, version_id)
            restored = keeping.restore(db, seen, version, text("note"), person(), now())
    except Invalid as invalid:
        faults = {f"{name}-{version_id}": said for name, said in fault_texts(invalid).items()}
        return make_response(_versions(document_id, faults), 422)
    return done(url_for("documents.versions", document_id=document_id), added(restored, document_id))


@bp.get("/papers/<int:document_id>/compare")
def compare(document_id: int) -> ResponseReturnValue:
    """Those who see it: the texts of two versions, page by page."""
    start = max(request.args.get("start", 0, type=int), 0)
    with database().reading() as db:
        seen = document_access.load(db, person(), document_id, now())
        old, new = (_asked(db, document_id, name) for name in ("old", "new"))
        return render_template(
            "library/document_compare.html",
            document=seen.document, old=old, new=new, compared=document_queries.compare(db, old, new, start),
            versions=document_queries.versions(db, document_id), pages_shown=document_queries.PAGES_SHOWN,
        )  # fmt: skip


def _asked(db: Session, document_id: int, name: str) -> Version:
    return document_queries.version_of(db, document_id, request.args.get(name, type=int))


# ------------------------------------------------------------------ loans


@bp.post("/papers/<int:document_id>/<any(borrow,return,break,bin,undo):action>")
def act(document_id: int, action: str) -> ResponseReturnValue:
    """Borrow it, give it back; an administrator takes it back from somebody; its keepers put it into the bin and take
    it out again.
    """
    try:
        with database().writing() as db:
            seen = document_access.load(db, person(), document_id, now(), change=True)
            _act(db, seen, action)
    except Invalid as invalid:
        return make_response(_page(document_id, {f"{action}-{k}": v for k, v in fault_texts(invalid).items()}), 422)
    back = url_for("bin.index") if action == "bin" else url_for("documents.page", document_id=document_id)
    return done(back, str(_DONE[action]))


_DONE = {
    "borrow": lazy_gettext("Đồng chí đang mượn tài liệu để sửa."),
    "return": lazy_gettext("Đã trả tài liệu."),
    "break": lazy_gettext("Đã thu hồi tài liệu."),
    "bin": lazy_gettext("Đã chuyển vào thùng rác."),
    "undo": lazy_gettext("Đã khôi phục tài liệu."),
}


def _act(db: Session, seen: Seen, action: str) -> None:
    me, at = person(), now()
    if action == "borrow":
        keeping.borrow(db, seen, whole("hours") or 0, me, at)
    elif action == "return":
        keeping.give_back(db, seen, me, at)
    elif action == "break":
        keeping.break_loan(db, seen, text("reason"), me, at)
    elif action == "bin":
        keeping.throw_away(db, seen, text("reason"), engines().config.bin_days, me, at)
    else:
        keeping.take_out(db, seen, me, at)
