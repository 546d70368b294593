"""Comments on papers: beside the paper, and all of a meeting on one page."""

from collections.abc import Callable

from flask import Blueprint, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.clock import local, now
from ecabinet.fields import moment, text, whole
from ecabinet.meetings import comment_queries, comments, queries
from ecabinet.meetings.comment_rules import Verdict, Words, open_for_comments
from ecabinet.meetings.queries import Seen
from ecabinet.once import once
from ecabinet.opinion_words import OPINION_LABELS
from ecabinet.registry.exports import export_response
from ecabinet.web import database, done, fault_texts, new_code, person, wants_json

bp = Blueprint("comments", __name__)


@bp.app_template_global("comment_counts")
def counts(meeting_id: int) -> dict[int, int]:
    """For the agenda: document id → how many comments stand beside it. Asked once for each item, counted once."""
    kept: dict[int, dict[int, int]] = g.setdefault("comment_counts", {})
    if meeting_id not in kept:
        with database().reading() as db:
            kept[meeting_id] = comment_queries.counts(db, meeting_id)
    return kept[meeting_id]


@bp.app_template_global("reader_comments")
def reader_comments(document_id: int) -> dict[str, int] | None:
    """For the reader: the meeting before which the paper is read, and how many comments there are; None where there is
    no such meeting for this person.
    """
    with database().reading() as db:
        try:
            meeting_id = comment_queries.meeting_of(db, person(), document_id, request.args.get("meeting", type=int))
        except NotFound:
            return None
        return {"meeting": meeting_id, "count": comment_queries.counts(db, meeting_id).get(document_id, 0)}


@bp.get("/papers/<int:document_id>/comments")
def beside(document_id: int) -> ResponseReturnValue:
    """Those invited and those who run the meeting: the comments on one paper; ``?meeting=`` says before which."""
    with database().reading() as db:
        meeting_id = comment_queries.meeting_of(db, person(), document_id, request.args.get("meeting", type=int))
        return _thread(db, meeting_id, document_id)


def _thread(
    db: Session, meeting_id: int, document_id: int, faults: dict[str, str] | None = None, form: str = ""
) -> str:
    seen = queries.load(db, person(), meeting_id)
    paper = comment_queries.load_paper(db, seen.meeting, document_id, person().labels)
    closes_at = comments.closes_at(db, seen.meeting)
    # A whole page without JavaScript, the part beside the paper with it.
    template = "comments/panel.html" if request.headers.get("HX-Request") else "comments/page.html"
    return render_template(
        template,
        meeting=seen.meeting, manages=seen.manages, paper=paper, document_id=document_id,
        threads=comment_queries.threads(db, paper.id),
        open=open_for_comments(seen.meeting.state, closes_at, now()), closes_at=closes_at,
        token=new_code(), faults=faults or {}, form=form, entered=request.form, verdicts=list(Verdict),
    )  # fmt: skip


def _words() -> Words:
    return Words(text("text"), whole("page"), page_given=bool(text("page")))


def _changed(
    meeting_id: int, document_id: int, form: str, change: Callable[[Session, Seen], object]
) -> ResponseReturnValue:
    """Make a change; answer with the comments as they are then, or with the form and its faults."""
    in_place = bool(request.headers.get("HX-Request"))
    try:
        with database().writing() as db:
            change(db, queries.load_to_change(db, person(), meeting_id))
    except Invalid as invalid:
        if wants_json():
            raise
        with database().reading() as db:
            return make_response(_thread(db, meeting_id, document_id, fault_texts(invalid), form), 422)
    if not in_place:
        return done(url_for("comments.beside", document_id=document_id, meeting=meeting_id))
    with database().reading() as db:
        return _thread(db, meeting_id, document_id)


@bp.post("/meetings/<int:meeting_id>/papers/<int:document_id>/comments")
@once
def add(meeting_id: int, document_id: int) -> ResponseReturnValue:
    """Those invited and those who run the meeting: comment, or reply (``parent``), until comments close."""

    def change(db: Session, seen: Seen) -> None:
        paper = comment_queries.load_paper(db, seen.meeting, document_id, person().labels)
        parent = None
        if text("parent"):
            parent, of = comment_queries.load(db, seen.meeting, whole("parent") or 0, person().labels)
            if of != document_id:
                raise Problem("malformed")
        if not 0 < len(text("token")) <= 64:
            raise Problem("malformed")
        comments.comment(db, seen.meeting, paper, _words(), text("token"), person(), now(), parent)

    return _changed(meeting_id, document_id, f"reply-{text('parent')}" if text("parent") else "new", change)


def _document_of(meeting_id: int, comment_id: int) -> int:
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).meeting
        return comment_queries.load(db, meeting, comment_id, person().labels)[1]


@bp.post("/meetings/<int:meeting_id>/comments/<int:comment_id>")
def edit(meeting_id: int, comment_id: int) -> ResponseReturnValue:
    """The author, until comments close or the secretariat has answered."""

    def change(db: Session, seen: Seen) -> None:
        one, _paper = comment_queries.load(db, seen.meeting, comment_id, person().labels)
        comments.edit(db, seen.meeting, one, _words(), person(), now())

    return _changed(meeting_id, _document_of(meeting_id, comment_id), f"edit-{comment_id}", change)


@bp.post("/meetings/<int:meeting_id>/comments/<int:comment_id>/delete")
def delete(meeting_id: int, comment_id: int) -> ResponseReturnValue:
    """The author, until comments close or the secretariat has answered."""

    def change(db: Session, seen: Seen) -> None:
        one, _paper = comment_queries.load(db, seen.meeting, comment_id, person().labels)
        comments.delete(db, seen.meeting, one, person(), now())

    return _changed(meeting_id, _document_of(meeting_id, comment_id), "", change)


@bp.post("/meetings/<int:meeting_id>/comments/<int:comment_id>/verdict")
def judge(meeting_id: int, comment_id: int) -> ResponseReturnValue:
    """Those who run the meeting: what becomes of a comment."""
    verdict = text("verdict")

    def change(db: Session, seen: Seen) -> None:
        meeting = seen.require_manager()
        one, _paper = comment_queries.load(db, meeting, comment_id, person().labels)
        if verdict not in set(Verdict):
            raise Invalid({"verdict": Problem("nothing_chosen")})
        comments.judge(db, meeting, one, Verdict(verdict), text("verdict_text"), person(), now())

    return _changed(meeting_id, _document_of(meeting_id, comment_id), f"judge-{comment_id}", change)


@bp.get("/meetings/<int:meeting_id>/comments")
def index(meeting_id: int) -> ResponseReturnValue:
    """Those invited and those who run the meeting: all comments on its papers."""
    with database().reading() as db:
        return _index(db, queries.load(db, person(), meeting_id), {})


def _index(db: Session, seen: Seen, faults: dict[str, str]) -> str:
    closes_at = comments.closes_at(db, seen.meeting)
    return render_template(
        "comments/index.html",
        meeting=seen.meeting, manages=seen.manages, lines=comment_queries.listed(db, seen.meeting.id, person().labels),
        open=open_for_comments(seen.meeting.state, closes_at, now()), closes_at=closes_at, faults=faults,
        entered=request.form.get("closes_at", local(closes_at, "%Y-%m-%dT%H:%M")),
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/comments/deadline")
def set_deadline(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: until when comments are taken; empty: until the meeting begins."""
    try:
        with database().writing() as db:
            meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
            closes_at = moment("closes_at")
            if text("closes_at") and closes_at is None:
                raise Invalid({"closes_at": Problem("not_a_time")})
            comments.set_deadline(db, meeting, closes_at, person().member_id, now())
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_index(db, queries.load(db, person(), meeting_id), fault_texts(invalid)), 422)
    return done(url_for("comments.index", meeting_id=meeting_id), _("Đã lưu."))


@bp.get("/meetings/<int:meeting_id>/comments/export/<kind>")
def export(meeting_id: int, kind: str) -> ResponseReturnValue:
    """Those who run the meeting: all comments as a list (xlsx, csv)."""
    with database().reading() as db:
        queries.load(db, person(), meeting_id).require_manager()
        rows = [_row(line) for line in comment_queries.listed(db, meeting_id, person().labels)]
    header = [
        _("STT"), _("Nội dung chương trình"), _("Tài liệu"), _("Trang"), _("Người góp ý"), _("Đơn vị"), _("Góp ý"),
        _("Thời điểm"), _("Tiếp thu, giải trình"), _("Nội dung tiếp thu, giải trình"),
    ]  # fmt: skip
    return export_response(
        kind, f"gop-y-{meeting_id}", header, lambda _db: rows, "comments_export", f"meeting:{meeting_id}", {}
    )


def _row(line: comment_queries.Listed) -> list[str]:
    one = line.comment
    said = one.text if one.parent_id is None else _("Trả lời: %(text)s", text=one.text)
    return [
        str(line.number), line.item, line.paper, str(one.page or ""), one.name, one.unit_name, said,
        local(one.created_at), str(OPINION_LABELS["verdict"][one.verdict]) if one.verdict else "", one.verdict_text,
    ]  # fmt: skip
