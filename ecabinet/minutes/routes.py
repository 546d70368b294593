"""Pages of minutes: made from the data, written together, commented on, confirmed, sealed."""

import io

from flask import Blueprint, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from documents.media import DOCX, PDF
from documents.queries import newest_version
from ecabinet.clock import now
from ecabinet.fields import text, whole
from ecabinet.meetings import queries as meetings
from ecabinet.minutes import operations, printed, queries, rules
from ecabinet.minutes.facts import facts_of
from ecabinet.minutes.models import Minutes, MinutesComment, MinutesSection
from ecabinet.minutes.rules import MinutesAct, MinutesState
from ecabinet.minutes.texts import Section, sections
from ecabinet.printing import pdf, seals, word
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("minutes", __name__)

PRINTED = {"pdf": (pdf.render, PDF), "docx": (word.render, DOCX)}


@bp.app_template_global("minutes_shared")
def shared(meeting_id: int) -> bool:
    """For the tabs of the invited: whether there are minutes that they may read."""
    with database().reading() as db:
        minutes = queries.minutes_of(db, meeting_id)
        return minutes is not None and minutes.state in rules.SHARED


@bp.get("/meetings/<int:meeting_id>/minutes")
def page(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting; the invited from the moment that the minutes are sent for comment."""
    with database().reading() as db:
        seen = meetings.load(db, person(), meeting_id)
        minutes = queries.minutes_of(db, meeting_id)
        if minutes is None and seen.manages:
            return render_template("minutes/begin.html", meeting=seen.meeting)
        minutes = queries.load(db, seen)
        return render_template(
            "minutes/minutes.html", meeting=seen.meeting, manages=seen.manages, minutes=minutes,
            parts=queries.parts(db, seen, minutes, _fresh(db, seen, minutes), now()), **_rights(seen, minutes),
        )  # fmt: skip


def _fresh(db: Session, seen: meetings.Seen, minutes: Minutes) -> list[Section] | None:
    """What the data say now, for those who may still take it over."""
    if seen.manages and minutes.state in rules.EDITABLE:
        return sections(facts_of(db, seen.meeting))
    return None


def _rights(seen: meetings.Seen, minutes: Minutes) -> dict[str, object]:
    state = MinutesState(minutes.state)
    me = seen.participant
    hand = operations.HANDS.get(me.role) if me is not None else None  # type: ignore[call-overload]
    return {
        "editable": seen.manages and state in rules.EDITABLE,
        "comments": state == MinutesState.COMMENTING,
        "can": {act.value: seen.manages and rules.may(act, state) for act in MinutesAct}
        | {"confirm": hand is not None and hand not in minutes.signed and rules.may(MinutesAct.CONFIRM, state)},
        "over": state in rules.OVER,
    }


@bp.post("/meetings/<int:meeting_id>/minutes")
def renew(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: make the minutes, or bring in what the data say now."""
    with database().writing() as db:
        meeting = meetings.load_to_change(db, person(), meeting_id).require_manager()
        minutes = queries.minutes_of(db, meeting_id)
        made = sections(facts_of(db, meeting))
        if minutes is None:
            operations.begin(db, meeting, made, person().member_id, now())
        else:
            operations.renew(db, minutes, made, person().member_id, now())
    return done(url_for("minutes.page", meeting_id=meeting_id), _("Đã lấy dữ liệu mới nhất của phiên họp."))


def _to_change(db: Session, meeting_id: int) -> Minutes:
    """The minutes for those who run the meeting, locked with it."""
    seen = meetings.load_to_change(db, person(), meeting_id)
    seen.require_manager()
    return queries.load(db, seen)


@bp.get("/meetings/<int:meeting_id>/minutes/sections/<int:section_id>")
def section(meeting_id: int, section_id: int) -> ResponseReturnValue:
    """Those who run the meeting: a section to write in; that they have it open is noted."""
    with database().writing() as db:
        seen = meetings.load(db, person(), meeting_id)
        seen.require_manager()
        minutes = queries.load(db, seen)
        one = queries.load_section(db, minutes, section_id)
        if minutes.state in rules.EDITABLE:
            operations.be_here(db, one, person().member_id, now())
        return _section(db, one, one.text, one.revision)


def _section(
    db: Session,
    one: MinutesSection,
    mine: str,
    revision: int,
    faults: dict[str, str] | None = None,
    clash: bool = False,
) -> str:
    minutes = one.minutes
    others = queries.editors(db, minutes, now(), without=person().member_id)
    return render_template(
        "minutes/section.html", meeting=minutes.meeting, minutes=minutes, part=one, mine=mine, revision=revision,
        faults=faults or {}, clash=queries.difference(one.text, mine) if clash else [], others=others.get(one.id, []),
        editable=minutes.state in rules.EDITABLE, history=queries.revisions(db, one.id),
        comments=operations.comments_of(db, one.id),
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/minutes/sections/<int:section_id>")
def save_section(meeting_id: int, section_id: int) -> ResponseReturnValue:
    """Those who run the meeting: keep what was written; where somebody else has written meanwhile both are shown."""
    said, revision = text("text").replace("\r\n", "\n"), whole("revision") or 0
    try:
        with database().writing() as db:
            minutes = _to_change(db, meeting_id)
            one = queries.load_section(db, minutes, section_id, change=True)
            operations.save_section(db, one, said, revision, person().member_id, now())
    except Problem as problem:
        if not isinstance(problem, Invalid) and problem.code != "minutes_clash":
            raise
        faults = fault_texts(problem) if isinstance(problem, Invalid) else {}
        with database().reading() as db:
            minutes = queries.load(db, meetings.load(db, person(), meeting_id))
            one = queries.load_section(db, minutes, section_id)
            # Saved again, it is saved on top of what is shown beside it now.
            page = _section(db, one, said, one.revision, faults, clash=not faults)
            return make_response(page, 422 if faults else 409)
    return done(url_for("minutes.page", meeting_id=meeting_id, _anchor=f"section-{section_id}"), _("Đã lưu."))


@bp.post("/meetings/<int:meeting_id>/minutes/sections/<int:section_id>/presence")
def presence(meeting_id: int, section_id: int) -> ResponseReturnValue:
    """Those who run the meeting: their page says that it is open, and hears who else writes."""
    with database().writing() as db:
        seen = meetings.load(db, person(), meeting_id)
        seen.require_manager()
        one = queries.load_section(db, queries.load(db, seen), section_id)
        if one.minutes.state in rules.EDITABLE:
            operations.be_here(db, one, person().member_id, now())
        others = queries.editors(db, one.minutes, now(), without=person().member_id).get(one.id, [])
        newer = one.revision != (whole("revision") or 0)
        editor = one.editor.full_name if one.editor else ""
        return render_template("minutes/presence.html", others=others, newer=newer, editor=editor)


@bp.post("/meetings/<int:meeting_id>/minutes/sections/<int:section_id>/renew")
def renew_section(meeting_id: int, section_id: int) -> ResponseReturnValue:
    """Those who run the meeting: take what the data say in place of what was written."""
    with database().writing() as db:
        minutes = _to_change(db, meeting_id)
        one = queries.load_section(db, minutes, section_id, change=True)
        made = sections(facts_of(db, minutes.meeting))
        operations.renew_section(db, one, made, person().member_id, now())
    return done(
        url_for("minutes.page", meeting_id=meeting_id, _anchor=f"section-{section_id}"), _("Đã lấy lại từ dữ liệu.")
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/minutes/sections/<int:section_id>/comments")
def comment(meeting_id: int, section_id: int) -> ResponseReturnValue:
    """The invited and those who run the meeting: a comment on a section that they see."""
    try:
        with database().writing() as db:
            seen = meetings.load(db, person(), meeting_id)
            minutes = queries.load(db, seen)
            if section_id not in {one.id for one in queries.sections(db, minutes, hidden=seen.manages)}:
                raise NotFound(f"section {section_id}")
            one = queries.load_section(db, minutes, section_id)
            operations.comment(db, one, text("text"), person().member_id, now())
    except Invalid as invalid:
        raise next(iter(invalid.faults.values())) from invalid
    return done(url_for("minutes.page", meeting_id=meeting_id, _anchor=f"section-{section_id}"), _("Đã gửi góp ý."))


@bp.post("/meetings/<int:meeting_id>/minutes/comments/<int:comment_id>/settle")
def settle(meeting_id: int, comment_id: int) -> ResponseReturnValue:
    """Those who run the meeting: a comment was dealt with, or not yet."""
    with database().writing() as db:
        minutes = _to_change(db, meeting_id)
        one = db.get(MinutesComment, comment_id)
        if one is None:
            raise NotFound(f"comment {comment_id}")
        section_id = queries.load_section(db, minutes, one.section_id).id
        operations.settle(db, one, minutes, now())
    return done(url_for("minutes.page", meeting_id=meeting_id, _anchor=f"section-{section_id}"))


@bp.post("/meetings/<int:meeting_id>/minutes/<any(send,finish,reopen):action>")
def act(meeting_id: int, action: str) -> ResponseReturnValue:
    """Those who run the meeting: send for comment, finish, take back to drafting."""
    with database().writing() as db:
        operations.act(db, _to_change(db, meeting_id), MinutesAct(action), person().member_id, now())
    said = {
        "send": _("Đã gửi đại biểu góp ý."), "finish": _("Biên bản đã hoàn thiện, chờ ký xác nhận."),
        "reopen": _("Đã mở lại để sửa."),
    }  # fmt: skip
    return done(url_for("minutes.page", meeting_id=meeting_id), said[action])


@bp.post("/meetings/<int:meeting_id>/minutes/confirm")
def confirm(meeting_id: int) -> ResponseReturnValue:
    """The chair and the secretary of the meeting, each in person. With the second the paper is sealed and kept."""
    with database().writing() as db:
        seen = meetings.load_to_change(db, person(), meeting_id)
        minutes = queries.load(db, seen)
        operations.confirm(db, minutes, seen.participant, now())
        signed = minutes.state == MinutesState.SIGNED
    if signed:
        return seal(meeting_id)
    return done(url_for("minutes.page", meeting_id=meeting_id), _("Đã ký xác nhận biên bản."))


@bp.post("/meetings/<int:meeting_id>/minutes/seal")
def seal(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: seal signed minutes with the organisation's certificate and keep them."""
    with database().reading() as db:
        seen = meetings.load(db, person(), meeting_id)
        seen.require_manager()
        minutes = queries.load(db, seen)
        rules.after(MinutesAct.SEAL, MinutesState(minutes.state))
        sheet = printed.minutes_sheet(db, minutes, now())
    sealed = seals.seal(pdf.render(sheet, now()), engines().config, now(), "Biên bản phiên họp")
    blob = engines().blobs.put(io.BytesIO(sealed))
    with database().writing() as db:
        operations.lock(db, _to_change(db, meeting_id), blob, person().member_id, person().name, now())
    return done(url_for("minutes.page", meeting_id=meeting_id), _("Biên bản đã được ký số và lưu."))


@bp.get("/meetings/<int:meeting_id>/minutes.<any(pdf,docx):kind>")
def export(meeting_id: int, kind: str) -> ResponseReturnValue:
    """Who may read the minutes: them on paper, a draft until they are signed. Once sealed the PDF is the kept one.
    ``?full=1``: with what is hidden, for those who run the meeting.
    """
    with database().reading() as db:
        seen = meetings.load(db, person(), meeting_id)
        minutes = queries.load(db, seen)
        full = request.args.get("full") == "1" and seen.manages
        if kind == "pdf" and minutes.document_id is not None and not full:
            version = newest_version(db, minutes.document_id)
            if version is not None:
                return redirect(
                    url_for("library.content", document_id=minutes.document_id, version_id=version.id, download=1), 303
                )  # fmt: skip
        sheet = printed.minutes_sheet(db, minutes, now(), hidden=full)
    render, media = PRINTED[kind]
    name = f"bien-ban-{meeting_id}.{kind}"
    return send_file(io.BytesIO(render(sheet, now())), media, as_attachment=True, download_name=name)
