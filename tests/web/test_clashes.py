"""Somebody expected at two meetings at once: said where people are invited, without telling what one may not know."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ecabinet.meetings import attendance, life, operations, room_queries
from ecabinet.meetings.life_rules import Action
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import MeetingState, ParticipantRole, Rsvp
from ecabinet.registry.models import Member, Unit
from tests.people import NOW, draft, new_code, participant
from tests.web.conftest import Site

MakeSite = Callable[..., Site]


@pytest.fixture
def invited(make_site: MakeSite) -> Site:
    return make_site(here=("chair", "third"))


def meet_elsewhere(site: Site, who: str, starts_at: datetime = NOW, unit: str = "hanoi", by: str = "stranger") -> int:
    """Another meeting, of nine hours, that this person is invited to."""
    with site.database.writing() as db:
        office = site.scene.office
        said = draft(title="Họp kín của Hà Nội", starts_at=starts_at, ends_at=starts_at + timedelta(hours=9))
        at = db.get_one(Unit, office.units[unit])
        other = operations.create_meeting(db, office.person(db, by), at, None, said, new_code)
        member = db.get_one(Member, office.members[who])
        attendance.add_participant(db, other, member, ParticipantRole.GUEST, new_code)
        return other.id


def clashes(site: Site, reader: str = "secretary") -> dict[int, list[str]]:
    with site.database.reading() as db:
        me, meeting = site.scene.office.person(db, reader), db.get_one(Meeting, site.scene.meeting)
        found = room_queries.elsewhere(db, me, meeting)
    return {member: [one.title for one in where] for member, where in found.items()}


def test_what_one_may_not_know_has_no_title(invited: Site) -> None:
    other = meet_elsewhere(invited, "second")
    mine = meet_elsewhere(invited, "second", unit="centre", by="secretary")
    second = invited.scene.member("second")
    # the secretary of the centre sees what is below it, the chair only what they are invited to
    assert clashes(invited)[second] == ["Họp kín của Hà Nội"] * 2
    assert clashes(invited, "chair")[second] == ["", ""]
    for page in ("people", "invitations"):
        shown = invited.as_("secretary").get(f"{invited.meeting}/{page}").text
        assert f'href="/meetings/{other}"' in shown
        assert f'href="/meetings/{mine}"' in shown
        shown = invited.as_("chair").get(f"{invited.meeting}/{page}").text
        assert "một phiên họp khác, 09:00–18:00" in shown
        assert "Họp kín của Hà Nội" not in shown
        # the secretary, who prepares both, is expected at both
        assert "2 người được mời có phiên họp khác cùng giờ." in shown


@pytest.mark.parametrize(
    ("hours", "found"), [(-9, False), (-8.9, True), (8.9, True), (9, False)], ids=["before", "into", "late", "after"]
)
def test_one_that_ends_when_the_other_begins_is_no_clash(invited: Site, hours: float, found: bool) -> None:
    meet_elsewhere(invited, "second", NOW + timedelta(hours=hours))
    assert (invited.scene.member("second") in clashes(invited)) is found


def test_who_does_not_come_or_is_called_off_is_free(invited: Site) -> None:
    other = meet_elsewhere(invited, "second")
    second = invited.scene.member("second")
    with invited.database.writing() as db:
        db.query(Participant).filter_by(meeting_id=other, member_id=second).one().rsvp = Rsvp.SUBSTITUTED
    assert clashes(invited) == {}
    with invited.database.writing() as db:
        db.query(Participant).filter_by(meeting_id=other, member_id=second).one().rsvp = Rsvp.ACCEPTED
        meeting = db.get_one(Meeting, invited.scene.meeting)
        participant(db, invited.scene.office, meeting, "second").rsvp = Rsvp.SUBSTITUTED
    assert clashes(invited) == {}
    with invited.database.writing() as db:
        participant(db, invited.scene.office, db.get_one(Meeting, invited.scene.meeting), "second").rsvp = Rsvp.PENDING
    assert second in clashes(invited)
    with invited.database.writing() as db:
        life.take(db, db.get_one(Meeting, other), Action.DROP, life.Act(None, NOW), "thôi")
    assert clashes(invited) == {}


def test_who_is_looked_for_is_warned_of_before_being_invited(invited: Site) -> None:
    meet_elsewhere(invited, "spare")
    assert clashes(invited) == {}
    assert "Trùng giờ:" in invited.as_("secretary").get(f"{invited.meeting}/people?name=Spare").text


def test_a_meeting_that_is_over_warns_no_more(invited: Site) -> None:
    meet_elsewhere(invited, "second")
    with invited.database.writing() as db:
        db.get_one(Meeting, invited.scene.meeting).state = MeetingState.CONCLUDED
    assert clashes(invited) == {}
