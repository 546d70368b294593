"""Pages of resolutions drafted from items."""

import io

from flask import Blueprint, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from documents.media import DOCX, PDF
from ecabinet.clock import now
from ecabinet.fields import text, whole
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.messages import sentence
from ecabinet.minutes import printed, resolutions
from ecabinet.minutes.resolutions import Draft
from ecabinet.printing import pdf, word
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("resolutions", __name__)

PRINTED = {"pdf": (pdf.render, PDF), "docx": (word.render, DOCX)}


@bp.get("/meetings/<int:meeting_id>/items/<int:item_id>/resolution")
def page(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the draft of a resolution; a new one prefilled from the votes and conclusions.
    ``?anew=1`` shows what the data say now.
    """
    with database().reading() as db:
        meeting = meetings.load(db, person(), meeting_id).require_manager()
        item = meetings.load_item(db, meeting, item_id)
        one = resolutions.of_item(db, item)
        if one is None or request.args.get("anew") == "1":
            draft = resolutions.prefilled(db, meeting, item)
            draft = Draft(draft.summary, draft.grounds, draft.articles, one.revision if one else 0)
        else:
            draft = Draft(one.summary, one.grounds, one.articles, one.revision)
        return _page(db, meeting, item, draft, {})


def _page(
    db: Session, meeting: Meeting, item: AgendaItem, draft: Draft, faults: dict[str, str], fault: str = ""
) -> str:  # fmt: skip
    return render_template(
        "minutes/resolution.html", meeting=meeting, item=item, draft=draft, kept=resolutions.of_item(db, item),
        faults=faults, fault=fault,
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/resolution")
def save(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: keep the draft, and its .docx among the documents of the meeting."""
    draft = Draft(text("summary"), _lines("grounds"), _lines("articles"), whole("revision") or 0)
    me = person()
    try:
        with database().writing() as db:
            meeting = meetings.load_to_change(db, me, meeting_id).require_manager()
            item = meetings.load_item(db, meeting, item_id)
            one = resolutions.save(db, meeting, item, draft, me.member_id, now())
            sheet = printed.resolution_sheet(db, meeting, one, None)
    except Problem as problem:
        if not isinstance(problem, Invalid) and problem.code != "changed_meanwhile":
            raise
        return _again(meeting_id, item_id, draft, problem)
    blob = engines().blobs.put(io.BytesIO(word.render(sheet, now())))
    with database().writing() as db:
        meeting = meetings.load_to_change(db, me, meeting_id).require_manager()
        kept = resolutions.of_item(db, meetings.load_item(db, meeting, item_id))
        if kept is not None:
            resolutions.keep(db, meeting, kept, blob, me.name, now())
    return done(url_for("resolutions.page", meeting_id=meeting_id, item_id=item_id), _("Đã lưu dự thảo nghị quyết."))


def _lines(field: str) -> str:
    return text(field).replace("\r\n", "\n")


def _again(meeting_id: int, item_id: int, draft: Draft, problem: Problem) -> ResponseReturnValue:
    faults = fault_texts(problem) if isinstance(problem, Invalid) else {}
    with database().reading() as db:
        meeting = meetings.load(db, person(), meeting_id).require_manager()
        page = _page(
            db, meeting, meetings.load_item(db, meeting, item_id), draft, faults, "" if faults else sentence(problem)
        )  # fmt: skip
    return make_response(page, 422 if faults else 409)


@bp.get("/meetings/<int:meeting_id>/items/<int:item_id>/resolution.<any(pdf,docx):kind>")
def export(meeting_id: int, item_id: int, kind: str) -> ResponseReturnValue:
    """Those who run the meeting: the draft on paper."""
    with database().reading() as db:
        meeting = meetings.load(db, person(), meeting_id).require_manager()
        one = resolutions.of_item(db, meetings.load_item(db, meeting, item_id))
        if one is None:
            raise NotFound(f"resolution of item {item_id}")
        sheet = printed.resolution_sheet(db, meeting, one, None)
    render, media = PRINTED[kind]
    name = f"du-thao-nghi-quyet-{item_id}.{kind}"
    return send_file(io.BytesIO(render(sheet, now())), media, as_attachment=True, download_name=name)
