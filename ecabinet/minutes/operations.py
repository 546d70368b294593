"""Changes of minutes. None commits. Sections carry a revision: nobody writes over what another has written."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import Problem
from ecabinet import audit
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.printed import keep
from ecabinet.meetings.rules import MeetingState, ParticipantRole
from ecabinet.minutes import rules
from ecabinet.minutes.models import Minutes, MinutesComment, MinutesSection, SectionEditor, SectionRevision
from ecabinet.minutes.rules import Hand, MinutesAct, MinutesState
from ecabinet.minutes.texts import Section
from ecabinet.notices.operations import tell_all

EDITOR_STAYS = timedelta(seconds=70)
"""An open page says every twenty seconds that it is there; after this it is taken to be closed."""
HELD = frozenset({MeetingState.UNDER_WAY, MeetingState.CONCLUDED, MeetingState.ARCHIVED})
HANDS = {ParticipantRole.CHAIR: Hand.CHAIR, ParticipantRole.SECRETARY: Hand.SECRETARY}


def begin(db: Session, meeting: Meeting, made: list[Section], by: int, now: datetime) -> Minutes:
    """The minutes of a meeting, made from the data the first time and kept after that."""
    if meeting.state not in HELD:
        raise Problem("wrong_state", "the meeting has not begun")
    minutes = Minutes(meeting_id=meeting.id, state=MinutesState.DRAFTING, made_at=now)
    db.add(minutes)
    db.flush()
    _renew(db, minutes, made, now)
    _tell(db, minutes, "begun", by, now)
    return minutes


def renew(db: Session, minutes: Minutes, made: list[Section], by: int, now: datetime) -> None:
    """Bring in what the data say now. A section that somebody has written in stays as it is."""
    _require_editable(minutes)
    _renew(db, minutes, made, now)
    _tell(db, minutes, "renewed", by, now)


def _renew(db: Session, minutes: Minutes, made: list[Section], now: datetime) -> None:
    found = {section.key: section for section in sections_of(db, minutes)}
    for position, given in enumerate(made, 1):
        section = found.pop(given.key, None)
        if section is None:
            section = MinutesSection(
                minutes_id=minutes.id, key=given.key, position=position, heading=given.heading, text=given.text,
                made_text=given.text, item_id=given.item_id, revision=1, changed_at=now,
            )  # fmt: skip
            db.add(section)
            db.flush()
            _remember(db, section)
            continue
        section.position, section.heading = position, given.heading
        if not section.edited and section.text != given.text:
            _write(db, section, given.text, None, now)
            section.made_text = given.text
    for position, gone in enumerate(found.values(), len(made) + 1):
        gone.position = position  # the data know nothing of it any more, but somebody wrote in it or on it
        if not gone.edited and not comments_of(db, gone.id):
            db.delete(gone)
    db.flush()


def renew_section(db: Session, section: MinutesSection, made: list[Section], by: int, now: datetime) -> None:
    """Give up what was written in a section for what the data say; what was written stays among its revisions."""
    _require_editable(section.minutes)
    given = next((one for one in made if one.key == section.key), None)
    if given is None:
        raise Problem("minutes_no_data")
    if section.text != given.text:
        _write(db, section, given.text, by, now)
    section.made_text, section.heading = given.text, given.heading
    _tell(db, section.minutes, "section_renewed", by, now, section=section.key)


def save_section(db: Session, section: MinutesSection, text: str, revision: int, by: int, now: datetime) -> None:
    """Write a section. ``revision`` is the one that the writer saw; raises ``minutes_clash`` when it is not the last,
    unless both have written the same. The caller has locked the section.
    """
    _require_editable(section.minutes)
    rules.check_text(text, rules.LONGEST_SECTION, required=False)
    if text != section.text:
        if revision != section.revision:
            raise Problem("minutes_clash")
        _write(db, section, text, by, now)
        _tell(db, section.minutes, "section_written", by, now, section=section.key, revision=section.revision)
    leave(db, section, by)


def _write(db: Session, section: MinutesSection, text: str, by: int | None, now: datetime) -> None:
    section.text, section.changed_by, section.changed_at = text, by, now
    section.revision += 1
    db.flush()
    _remember(db, section)


def _remember(db: Session, section: MinutesSection) -> None:
    db.add(
        SectionRevision(
            section_id=section.id, revision=section.revision, text=section.text, member_id=section.changed_by,
            at=section.changed_at,
        )
    )  # fmt: skip


def be_here(db: Session, section: MinutesSection, by: int, now: datetime) -> None:
    """Somebody has the section open for writing."""
    seen = update(SectionEditor).where(SectionEditor.section_id == section.id, SectionEditor.member_id == by)
    if not db.execute(seen.values(seen_at=now).returning(SectionEditor.member_id)).first():
        db.add(SectionEditor(section_id=section.id, member_id=by, seen_at=now))
    db.execute(delete(SectionEditor).where(SectionEditor.seen_at < now - EDITOR_STAYS))


def leave(db: Session, section: MinutesSection, by: int) -> None:
    """They have closed it."""
    db.execute(delete(SectionEditor).where(SectionEditor.section_id == section.id, SectionEditor.member_id == by))


def comment(db: Session, section: MinutesSection, text: str, by: int, now: datetime) -> MinutesComment:
    """Say something of a section while the minutes are out for comment."""
    if section.minutes.state != MinutesState.COMMENTING:
        raise Problem("wrong_state")
    rules.check_text(text, rules.LONGEST_COMMENT)
    made = MinutesComment(section_id=section.id, member_id=by, text=text, at=now)
    db.add(made)
    changed(db, "minutes", section.minutes.meeting_id)
    return made


def settle(db: Session, one: MinutesComment, minutes: Minutes, now: datetime) -> None:
    """A comment was dealt with; or not yet, when it is pressed again."""
    _require_editable(minutes)
    one.settled_at = None if one.settled_at else now


def act(db: Session, minutes: Minutes, wanted: MinutesAct, by: int, now: datetime) -> None:
    """Send for comment, finish, or take back to drafting: what was confirmed before counts no more."""
    state = rules.after(wanted, MinutesState(minutes.state))
    if wanted == MinutesAct.REOPEN:
        minutes.chair_id = minutes.chair_at = minutes.secretary_id = minutes.secretary_at = None
    minutes.state = state
    _tell(db, minutes, wanted, by, now)
    if wanted in _LETTERS:
        _write_to(db, minutes, *_LETTERS[wanted], by, now)


_LETTERS = {
    MinutesAct.SEND: ("Xin góp ý biên bản", frozenset(ParticipantRole)),
    MinutesAct.FINISH: ("Biên bản chờ ký xác nhận", frozenset(HANDS)),
}
"""Who is told when minutes go on; the words are Vietnamese, as those of all letters."""


def _write_to(
    db: Session, minutes: Minutes, subject: str, roles: frozenset[ParticipantRole], by: int, now: datetime
) -> None:
    people = select(Participant.member_id).where(
        Participant.meeting_id == minutes.meeting_id, Participant.role.in_(roles), Participant.member_id != by
    )
    title, link = minutes.meeting.title, f"/meetings/{minutes.meeting_id}/minutes"
    tell_all(db, set(db.scalars(people)), f"{subject}: {title}", f"{subject}: {title}.", link, now)


def confirm(db: Session, minutes: Minutes, participant: Participant | None, now: datetime) -> Hand:
    """The chair and the secretary confirm, each in person; with the second the minutes are signed."""
    hand = HANDS.get(ParticipantRole(participant.role)) if participant is not None else None
    state = MinutesState(minutes.state)
    rules.after(MinutesAct.CONFIRM, state)
    hand = rules.check_hand(hand, minutes.signed)
    by = participant.member_id if participant is not None else 0
    if hand == Hand.CHAIR:
        minutes.chair_id, minutes.chair_at = by, now
    else:
        minutes.secretary_id, minutes.secretary_at = by, now
    minutes.state = rules.after(MinutesAct.CONFIRM, state, minutes.signed)
    _tell(db, minutes, f"confirmed_{hand}", by, now)
    return hand


def lock(db: Session, minutes: Minutes, blob: Blob, by: int, by_name: str, now: datetime) -> None:
    """Keep the sealed PDF; from here on nothing of the minutes changes. Of two at once the second is refused."""
    state = rules.after(MinutesAct.SEAL, MinutesState(minutes.state))
    meeting = minutes.meeting
    document = keep(
        db, meeting, f"Biên bản: {meeting.title}", "minutes", blob, f"bien-ban-{meeting.id}.pdf", by_name, now
    )  # fmt: skip
    # In one statement: locked minutes and their document belong together, and locked rows do not change.
    db.flush()
    minutes.state, minutes.document_id = state, document.id
    _tell(db, minutes, "sealed", by, now, document=document.id, sha256=blob.sha256)


def sections_of(db: Session, minutes: Minutes) -> list[MinutesSection]:
    """All sections in order, hidden ones too."""
    found = select(MinutesSection).where(MinutesSection.minutes_id == minutes.id)
    return list(db.scalars(found.order_by(MinutesSection.position, MinutesSection.id)))


def comments_of(db: Session, section_id: int) -> list[MinutesComment]:
    """The comments on a section."""
    found = select(MinutesComment).where(MinutesComment.section_id == section_id).order_by(MinutesComment.id)
    return list(db.scalars(found))


def _require_editable(minutes: Minutes) -> None:
    if minutes.state in rules.OVER:
        raise Problem("minutes_signed")
    if minutes.state not in rules.EDITABLE:
        raise Problem("wrong_state")


def _tell(db: Session, minutes: Minutes, what: str, by: int, now: datetime, **details: object) -> None:
    audit.record(db, by, f"minutes_{what}", f"meeting:{minutes.meeting_id}", now, **details)
    changed(db, "minutes", minutes.meeting_id)
