"""Pages of invitations: how a meeting invites, who has answered what, substitutes, guests from outside, the papers."""

from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.clock import local, now
from ecabinet.fields import moment, text, texts, whole
from ecabinet.meetings import attendance_queries, invitation_papers, invitations, queries, room_queries, telling
from ecabinet.meetings.invitation_models import Substitution
from ecabinet.meetings.invitation_rules import OFFERED_REMINDERS, Wishes, category_of
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import Rsvp
from ecabinet.notices import queries as notices
from ecabinet.web import database, done, engines, fault_texts, new_code, person

bp = Blueprint("invitations", __name__)


@bp.get("/meetings/<int:meeting_id>/invitations")
def page(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: how it invites, whom letters reached, who has not answered, substitutes to approve."""
    with database().reading() as db:
        return _page(db, queries.load(db, person(), meeting_id).require_manager(), {}, {})


def _page(db: Session, meeting: Meeting, values: dict[str, str], faults: dict[str, str]) -> str:
    people = queries.participants(db, meeting.id)
    wishes = invitations.wishes_of(db, meeting)
    return render_template(
        "meetings/invitations.html",
        meeting=meeting,
        people=people,
        clashes=room_queries.elsewhere(db, person(), meeting),
        unanswered=[p for p in people if p.rsvp == Rsvp.PENDING],
        answers=attendance_queries.last_answers(db, meeting.id),
        mail=notices.last_mail(db, telling.about(meeting.id)),
        told=telling.told(db, meeting.id),
        reachable=notices.with_address(db, [p.member_id for p in people]),
        configured=engines().config.smtp is not None,
        substitutions=attendance_queries.substitutions(db, meeting.id),
        guests=attendance_queries.outside_guests(db, meeting.id),
        wishes=wishes,
        answer_by=local(wishes.answer_by, "%Y-%m-%dT%H:%M"),
        offered=OFFERED_REMINDERS,
        values=values,
        faults=faults,
    )


@bp.post("/meetings/<int:meeting_id>/invitations")
def save(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: how it invites."""
    wishes = Wishes(
        answer_by=moment("answer_by") if text("answer_by") else None,
        note=text("note"),
        signer_position=text("signer_position"),
        signer_name=text("signer_name"),
        approves_substitutes=text("approves_substitutes") == "1",
        online=text("online") == "1",
        door_code=text("door_code") == "1",
        reminders=tuple(_minutes(value) for value in texts("reminder")),
        quiet_since=_hour("quiet_since"),
        quiet_until=_hour("quiet_until"),
    )
    readable = not text("answer_by") or wishes.answer_by is not None

    def change(db: Session, meeting: Meeting) -> None:
        invitations.save_wishes(db, meeting, wishes, answer_by_readable=readable)

    return _changed(meeting_id, change, _("Đã lưu cách mời họp."), "settings")


def _minutes(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else -1


def _hour(name: str) -> int:
    hour = whole(name, 0)
    return -1 if hour is None else hour


def _changed(
    meeting_id: int, change: Callable[[Session, Meeting], object], message: str = "", part: str = ""
) -> ResponseReturnValue:
    """Make a change of a meeting that is not over; answer with the page, or with what was wrong."""
    try:
        with database().writing() as db:
            change(db, queries.load_to_change(db, person(), meeting_id).require_preparing())
    except Invalid as invalid:
        with database().reading() as db:
            meeting = queries.load(db, person(), meeting_id).require_manager()
            return make_response(_page(db, meeting, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("invitations.page", meeting_id=meeting_id) + (f"#{part}" if part else ""), message)


@bp.post("/meetings/<int:meeting_id>/invitations/<int:participant_id>/answer")
def answer(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting: an answer that somebody gave by telephone or on paper."""

    def change(db: Session, meeting: Meeting) -> None:
        rsvp, category = text("answer"), category_of(text("category"))
        if rsvp not in (Rsvp.ACCEPTED, Rsvp.ABSENT):
            raise Problem("malformed")
        participant = queries.load_participant(db, meeting, participant_id)
        invitations.answer(db, participant, Rsvp(rsvp), category, text("reason"), person(), now())

    return _changed(meeting_id, change, _("Đã ghi câu trả lời."), f"answer-{participant_id}")


@bp.post("/meetings/<int:meeting_id>/substitutions/<int:substitution_id>")
def decide(meeting_id: int, substitution_id: int) -> ResponseReturnValue:
    """Those who run the meeting: approve a substitute, or refuse with a reason."""

    def change(db: Session, meeting: Meeting) -> None:
        if text("decision") not in ("approve", "refuse"):
            raise Problem("malformed")
        named = db.get(Substitution, substitution_id)
        if named is None or named.meeting_id != meeting.id:
            raise NotFound(f"substitution {substitution_id}")
        agreed = text("decision") == "approve"
        invitations.decide(db, named, agreed=agreed, refusal=text("refusal"), by=person(), now=now(), new_code=new_code)

    return _changed(meeting_id, change, _("Đã ghi quyết định."), "substitutions")


@bp.post("/meetings/<int:meeting_id>/outside-guests")
def add_guest(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: invite a guest who is in no registry."""

    def change(db: Session, meeting: Meeting) -> None:
        said = (text("guest_name"), text("guest_organisation"), text("guest_title"))
        invitations.add_guest(db, meeting, *said, person(), now())

    return _changed(meeting_id, change, "", "guests")


@bp.post("/meetings/<int:meeting_id>/outside-guests/<int:guest_id>/remove")
def remove_guest(meeting_id: int, guest_id: int) -> ResponseReturnValue:
    """Those who run the meeting: strike a guest from the list who has not come."""

    def change(db: Session, meeting: Meeting) -> None:
        invitations.remove_guest(db, invitations.load_guest(db, meeting, guest_id), now())

    return _changed(meeting_id, change, "", "guests")


@bp.get("/meetings/<int:meeting_id>/invitation.pdf")
def own_paper(meeting_id: int) -> ResponseReturnValue:
    """The invited: their invitation on paper."""
    with database().reading() as db:
        seen = queries.load(db, person(), meeting_id)
        to = invitation_papers.invited(db, seen.require_participant(), _check_in)
        occasion = invitation_papers.occasion_of(db, seen.meeting, now())
    return _pdf(invitation_papers.one(occasion, to, now()), f"giay-moi-{meeting_id}")


@bp.get("/meetings/<int:meeting_id>/invitations/<int:participant_id>.pdf")
def paper(meeting_id: int, participant_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the invitation of one."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        to = invitation_papers.invited(db, queries.load_participant(db, meeting, participant_id), _check_in)
        occasion = invitation_papers.occasion_of(db, meeting, now())
    return _pdf(invitation_papers.one(occasion, to, now()), f"giay-moi-{meeting_id}-{participant_id}")


@bp.get("/meetings/<int:meeting_id>/invitations.pdf")
def papers(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the invitations of all, and of the guests from outside, in one file."""
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        people = invitation_papers.everybody(db, meeting, _check_in)
        occasion = invitation_papers.occasion_of(db, meeting, now())
    if not people:
        raise Problem("nothing_to_invite")
    return _pdf(invitation_papers.bundle(occasion, people, now()), f"giay-moi-{meeting_id}-tat-ca")


def _check_in(code: str) -> str:
    return engines().config.public_url + url_for("meetings.check_in", code=code)


def _pdf(data: bytes, name: str) -> Response:
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
