"""Pages of papers for those who work on them: asking for one, submitting, approving, returning, withdrawing."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from documents.errors import Invalid, NotFound, Problem
from documents.media import media_type
from ecabinet.clock import now
from ecabinet.fields import text
from ecabinet.meetings import paper_queries, paper_rules, papers, queries
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.paper_queries import Work
from ecabinet.meetings.paper_rules import PaperAct
from ecabinet.meetings.people_named import member_meant
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("papers", __name__)


def _stored(file: FileStorage, title: str = "") -> PaperFile:
    """A file whose bytes are stored before the transaction: without a row they harm nobody."""
    if not file.filename:
        raise Problem("no_file")
    kind = media_type(file.stream)
    file.stream.seek(0)
    blob = engines().blobs.put(file.stream)
    if blob.size == 0:
        raise Problem("empty")
    return PaperFile(title or file.filename.rsplit(".", 1)[0] or file.filename, blob, file.filename, kind)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/papers")
def lay(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting, also when it is over: lay files under an item, each a paper of its own."""
    with database().reading() as db:
        queries.load_item(db, queries.load(db, person(), meeting_id).require_manager(), item_id)
    files = request.files.getlist("file") or [FileStorage()]
    stored = [_stored(file, text("title") if len(files) == 1 else "") for file in files]
    with database().writing() as db:
        meeting = queries.load_to_change(db, person(), meeting_id).require_manager()
        item = queries.load_item(db, meeting, item_id)
        for file in stored:
            papers.lay_paper(db, meeting, item, file, person(), now())
    return done(url_for("agenda.edit", meeting_id=meeting_id), _("Đã tải tài liệu lên."))


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/ask")
def ask(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: a paper that somebody is to submit."""
    try:
        with database().writing() as db:
            meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
            item = queries.load_item(db, meeting, item_id)
            responsible = member_meant(db, meeting, "responsible")
            papers.ask_paper(db, meeting, item, text("title"), responsible, person(), now())
    except Invalid as invalid:
        # Asked in passing on the page of the agenda: the fault is said, what was typed is still there.
        raise next(iter(invalid.faults.values())) from invalid
    return done(url_for("agenda.edit", meeting_id=meeting_id), _("Đã giao chuẩn bị tài liệu."))


@bp.get("/meetings/<int:meeting_id>/papers/<int:paper_id>")
def page(meeting_id: int, paper_id: int) -> ResponseReturnValue:
    """Those who run the meeting, approve its papers, or are to submit this one."""
    return _page(meeting_id, paper_id, {})


def _page(meeting_id: int, paper_id: int, faults: dict[str, str]) -> str:
    with database().reading() as db:
        work = paper_queries.load(db, person(), meeting_id, paper_id, now())
        return render_template(
            "meetings/paper.html",
            work=work, meeting=work.meeting, paper=work.paper, faults=faults, values=request.form,
            versions=paper_queries.versions(db, work.paper), history=paper_queries.history(db, work.paper),
            people=queries.participants(db, meeting_id) if work.may("change") else [],
        )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/papers/<int:paper_id>/file")
def submit(meeting_id: int, paper_id: int) -> ResponseReturnValue:
    """Those who run the meeting, and the one who is to submit it: its file, or a version in its place."""
    with database().reading() as db:
        _require(paper_queries.load(db, person(), meeting_id, paper_id, now()), PaperAct.SUBMIT)
    file = _stored(request.files.get("file") or FileStorage())
    with database().writing() as db:
        work = paper_queries.load(db, person(), meeting_id, paper_id, now(), change=True)
        _require(work, PaperAct.SUBMIT)
        papers.submit(db, work.meeting, work.paper, file, person(), now())
    return done(url_for("papers.page", meeting_id=meeting_id, paper_id=paper_id), _("Đã nộp tài liệu."))


def _require(work: Work, act: PaperAct) -> None:
    paper_rules.require(act, work.state, work.parts)
    if not work.may(act):
        raise Problem("wrong_state", f"meeting {work.meeting.id} is over")


@bp.post("/meetings/<int:meeting_id>/papers/<int:paper_id>/<any(approve,return,withdraw,change,remove):action>")
def act(meeting_id: int, paper_id: int, action: str) -> ResponseReturnValue:
    """By the table of :mod:`paper_rules`: approve or return with a reason, withdraw, change what is said of it, remove
    one that nobody has submitted.
    """
    try:
        with database().writing() as db:
            work = paper_queries.load(db, person(), meeting_id, paper_id, now(), change=True)
            _require(work, PaperAct(action))
            _act(db, work, PaperAct(action))
    except Invalid as invalid:
        return make_response(_page(meeting_id, paper_id, fault_texts(invalid)), 422)
    gone = action == PaperAct.REMOVE
    back = url_for("agenda.edit", meeting_id=meeting_id)
    return done(back if gone else url_for("papers.page", meeting_id=meeting_id, paper_id=paper_id), _("Đã lưu."))


def _act(db: Session, work: Work, act: PaperAct) -> None:
    meeting, paper, me, at = work.meeting, work.paper, person(), now()
    if act == PaperAct.APPROVE:
        papers.approve(db, meeting, paper, me, at)
    elif act == PaperAct.RETURN:
        papers.send_back(db, meeting, paper, text("reason"), me, at)
    elif act == PaperAct.WITHDRAW:
        papers.withdraw(db, meeting, paper, text("reason"), me, at)
    elif act == PaperAct.REMOVE:
        papers.remove(db, meeting, paper, me, at)
    else:
        papers.change_paper(db, meeting, paper, text("title"), member_meant(db, meeting, "responsible"), me, at)


@bp.post("/meetings/<int:meeting_id>/papers/<int:paper_id>/place")
def place(meeting_id: int, paper_id: int) -> ResponseReturnValue:
    """Those who run the meeting: one place up or down among the papers of the item."""
    with database().writing() as db:
        meeting: Meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
        step = {"up": -1, "down": 1}.get(text("direction"))
        if step is None:
            raise Problem("malformed")
        work = paper_queries.load(db, person(), meeting_id, paper_id, now())
        if work.meeting.id != meeting.id:
            raise NotFound(f"paper {paper_id}")
        papers.move_paper(db, meeting, work.paper, step)
    return done(url_for("agenda.edit", meeting_id=meeting_id))
