"""Conclusions and minutes on both databases: two writers at once, what is hidden, signed for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database
from documents.errors import NotFound, Problem
from documents.models import DocumentLabel
from ecabinet.audit import AuditEntry
from ecabinet.meetings import agenda
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.minutes import conclusions, operations, printed, queries, resolutions, screens
from ecabinet.minutes.facts import CONCLUSION, facts_of
from ecabinet.minutes.models import Minutes, MinutesSection
from ecabinet.minutes.rules import Hand, MinutesAct, MinutesState, ScreenMode
from ecabinet.minutes.texts import sections
from ecabinet.notices.models import Notice
from ecabinet.printing.sheets import Paragraph
from ecabinet.registry.models import Unit
from ecabinet.tasks import operations as tasks
from ecabinet.tasks.operations import Source
from ecabinet.tasks.rules import TaskDraft
from ecabinet.voting import operations as voting
from ecabinet.voting.models import Poll
from tests.people import ACT, NOW, Scene, make_scene, participant

SIGNED = (MinutesState.SIGNED, MinutesState.LOCKED)


def begun(db: Session, scene: Scene) -> Minutes:
    """The minutes of the scene, made by the secretary."""
    meeting = db.get_one(Meeting, scene.meeting)
    return operations.begin(db, meeting, sections(facts_of(db, meeting)), scene.member("secretary"), NOW)


def section(db: Session, key: str) -> MinutesSection:
    return db.scalars(select(MinutesSection).where(MinutesSection.key == key)).one()


def sign(db: Session, scene: Scene, minutes: Minutes) -> None:
    """Finished, and confirmed by both."""
    operations.act(db, minutes, MinutesAct.FINISH, scene.member("secretary"), NOW)
    for name in ("secretary", "chair"):
        operations.confirm(db, minutes, participant(db, scene.office, minutes.meeting, name), NOW)


def test_conclusions_are_written_announced_and_given_as_tasks(database: Database) -> None:
    scene = make_scene(database)
    me = scene.member("secretary")
    with database.writing() as db:
        meeting = db.get_one(Meeting, scene.meeting)
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).first()
        assert item is not None
        one = conclusions.add(db, meeting, item.id, "Thống nhất báo cáo.", me, NOW)
        two = conclusions.add(db, meeting, None, "Giao Văn phòng.", me, NOW)
        assert screens.announced(db, meeting) == []
        conclusions.announce(db, meeting, one, me, NOW)
        conclusions.announce(db, meeting, one, me, NOW)
        conclusions.edit(db, meeting, one, "Thống nhất nội dung báo cáo.", item.id, 1, me, NOW)
        with pytest.raises(Problem, match="changed_meanwhile"):
            conclusions.edit(db, meeting, one, "Khác", item.id, 1, me, NOW)
        conclusions.move(db, meeting, two, -1)
        assert [c.text for c in screens.announced(db, meeting)] == ["Thống nhất nội dung báo cáo."]
        draft = TaskDraft("Lập kế hoạch", NOW.date() + timedelta(days=9), owner_member=scene.member("first"))
        tasks.give(db, db.get_one(Unit, meeting.unit_id), draft, Source(CONCLUSION, two.id, ""), me, NOW)
        with pytest.raises(Problem, match="conclusion_has_tasks"):
            conclusions.remove(db, meeting, two, me, NOW)
        conclusions.take_back(db, meeting, one, me, NOW)
        conclusions.remove(db, meeting, one, me, NOW)
        with pytest.raises(NotFound):
            conclusions.load(db, meeting, 999)
        said = set(db.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"meeting:{meeting.id}")))
        assert {"conclusion_written", "conclusion_announced", "conclusion_edited", "conclusion_taken_back"} <= said


def test_two_who_write_one_section_at_once_lose_nothing(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        begun(db, scene)
        one = section(db, "opening")
        seen = one.revision
    with database.writing() as db:
        operations.save_section(db, section(db, "opening"), "Bản của thư ký.", seen, scene.member("secretary"), NOW)
    with pytest.raises(Problem, match="minutes_clash"), database.writing() as db:
        operations.save_section(db, section(db, "opening"), "Bản của chủ trì.", seen, scene.member("chair"), NOW)
    with database.writing() as db:
        one = section(db, "opening")
        assert one.text == "Bản của thư ký."
        merged = "Bản của thư ký.\nBản của chủ trì."
        operations.save_section(db, one, merged, one.revision, scene.member("chair"), NOW)
        # The same words from an old page are no clash: a button pressed twice.
        operations.save_section(db, one, merged, seen, scene.member("chair"), NOW)
        texts = [(revision.text, name) for revision, name in queries.revisions(db, one.id)]
        assert [said for said, _name in texts[:2]] == [merged, "Bản của thư ký."]
        assert [name for _said, name in texts] == ["Nguyễn Thị Chair", "Nguyễn Thị Secretary", ""]


def test_sections_of_different_people_do_not_meet(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        begun(db, scene)
        for key, name in (("opening", "secretary"), ("closing", "chair")):
            one = section(db, key)
            operations.save_section(db, one, f"Của {name}", one.revision, scene.member(name), NOW)
        assert section(db, "opening").text == "Của secretary"
        assert section(db, "closing").text == "Của chair"


def test_who_has_a_section_open_is_known_for_a_minute(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        minutes = begun(db, scene)
        one = section(db, "opening")
        for _again in range(2):
            operations.be_here(db, one, scene.member("chair"), NOW)
        operations.be_here(db, one, scene.member("secretary"), NOW)
        others = queries.editors(db, minutes, NOW, without=scene.member("secretary"))
        assert others == {one.id: ["Nguyễn Thị Chair"]}
        assert queries.editors(db, minutes, NOW + timedelta(minutes=3), without=0) == {}
        operations.leave(db, one, scene.member("chair"))
        assert queries.editors(db, minutes, NOW, without=scene.member("secretary")) == {}


def test_new_data_renew_what_nobody_wrote_in(database: Database) -> None:
    scene = make_scene(database)
    me = scene.member("secretary")
    with database.writing() as db:
        minutes = begun(db, scene)
        meeting = minutes.meeting
        edited = section(db, "opening")
        operations.save_section(db, edited, "Viết tay.", edited.revision, me, NOW)
        meeting.place = "Hội trường lớn"
        made_conclusion = conclusions.add(db, meeting, None, "Kết luận mới.", me, NOW)
        conclusions.announce(db, meeting, made_conclusion, me, NOW)
        voting.close_poll(db, db.get_one(Poll, scene.poll), ACT)
        voting.publish_poll(db, db.get_one(Poll, scene.poll), ACT)
        made = sections(facts_of(db, meeting))
        operations.renew(db, minutes, made, me, NOW)
        assert section(db, "conclusions").text == "Kết luận mới."
        assert "Thông qua báo cáo" in section(db, "item:0").text
        assert edited.text == "Viết tay."
        fresh = {one.key: one.text for one in made}
        assert "Hội trường lớn" in fresh["opening"]
        assert {one.sign for one in queries.difference(edited.text, fresh["opening"])} == {"-", "+"}
        operations.renew_section(db, edited, made, me, NOW)
        assert "Hội trường lớn" in edited.text
        assert not edited.edited
        conclusions.take_back(db, meeting, made_conclusion, me, NOW)
        operations.renew(db, minutes, sections(facts_of(db, meeting)), me, NOW)
        assert "conclusions" not in [one.key for one in operations.sections_of(db, minutes)]


def test_what_is_hidden_is_for_those_who_run_the_meeting(database: Database) -> None:
    scene = make_scene(database)
    me = scene.member("secretary")
    with database.writing() as db:
        meeting = db.get_one(Meeting, scene.meeting)
        item = agenda.add_item(db, meeting, "Nhân sự", "", 10)
        db.flush()
        item.hidden = True
        conclusions.announce(db, meeting, conclusions.add(db, meeting, item.id, "Điều động X.", me, NOW), me, NOW)
        minutes = begun(db, scene)
        operations.act(db, minutes, MinutesAct.SEND, me, NOW)
        of_all = queries.sections(db, minutes, hidden=True)
        public = queries.sections(db, minutes, hidden=False)
        assert {one.key for one in of_all} - {one.key for one in public} == {f"item:{item.id}"}
        words = [
            str(block.text) for block in printed.minutes_sheet(db, minutes, NOW).body if isinstance(block, Paragraph)
        ]
        assert not any("Điều động" in one for one in words)
        assert screens.announced(db, meeting) == []
        seen = meetings.load(db, scene.office.person(db, "first"), meeting.id)
        shown = queries.parts(db, seen, minutes, None, NOW)
        assert not any("Điều động" in part.section.text for group in shown for part in group.shown)


def test_the_invited_comment_before_the_minutes_are_final(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        minutes = begun(db, scene)
        seen = meetings.load(db, scene.office.person(db, "first"), scene.meeting)
        with pytest.raises(NotFound):
            queries.load(db, seen)
        one = section(db, "opening")
        with pytest.raises(Problem, match="wrong_state"):
            operations.comment(db, one, "Sai giờ", scene.member("first"), NOW)
        operations.act(db, minutes, MinutesAct.SEND, scene.member("secretary"), NOW)
        assert queries.load(db, seen) is minutes
        said = operations.comment(db, one, "Sai giờ", scene.member("first"), NOW)
        operations.settle(db, said, minutes, NOW)
        assert said.settled_at == NOW
        told = set(db.scalars(select(Notice.member_id).where(Notice.subject.startswith("Xin góp ý"))))
        assert scene.member("first") in told
        assert scene.member("secretary") not in told


def test_the_chair_and_the_secretary_sign_each_once(database: Database) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        minutes = begun(db, scene)
        hands = {name: participant(db, scene.office, minutes.meeting, name) for name in ("first", "chair", "secretary")}
        with pytest.raises(Problem, match="wrong_state"):
            operations.confirm(db, minutes, hands["chair"], NOW)
        operations.act(db, minutes, MinutesAct.FINISH, scene.member("secretary"), NOW)
        for nobody in (hands["first"], None):
            with pytest.raises(Problem, match="forbidden"):
                operations.confirm(db, minutes, nobody, NOW)
        assert operations.confirm(db, minutes, hands["chair"], NOW) == Hand.CHAIR
        with pytest.raises(Problem, match="minutes_confirmed"):
            operations.confirm(db, minutes, hands["chair"], NOW)
        operations.act(db, minutes, MinutesAct.REOPEN, scene.member("secretary"), NOW)
        assert minutes.signed == frozenset()
        sign(db, scene, minutes)
        assert minutes.state == MinutesState.SIGNED
        assert minutes.chair_at == minutes.secretary_at == NOW


def test_signed_minutes_do_not_change_by_any_operation(database: Database) -> None:
    scene = make_scene(database)
    me = scene.member("secretary")
    with database.writing() as db:
        minutes = begun(db, scene)
        one, meeting = section(db, "opening"), minutes.meeting
        said = conclusions.add(db, meeting, None, "Thống nhất.", me, NOW)
        sign(db, scene, minutes)
        for change in (
            lambda: operations.save_section(db, one, "khác", one.revision, me, NOW),
            lambda: operations.renew(db, minutes, [], me, NOW),
            lambda: operations.renew_section(db, one, [], me, NOW),
            lambda: conclusions.add(db, meeting, None, "thêm", me, NOW),
            lambda: conclusions.edit(db, meeting, said, "khác", None, 1, me, NOW),
            lambda: conclusions.announce(db, meeting, said, me, NOW),
        ):
            with pytest.raises(Problem, match="minutes_signed"):
                change()
        for act in (MinutesAct.REOPEN, MinutesAct.SEND, MinutesAct.FINISH):
            with pytest.raises(Problem, match="wrong_state"):
                operations.act(db, minutes, act, me, NOW)


BY_HAND = (
    "UPDATE minutes_section SET text = 'khác'",
    "DELETE FROM minutes_section",
    "INSERT INTO minutes_section (minutes_id, key, position, heading, text, made_text, revision, changed_at)"
    " SELECT minutes_id, 'x', 99, 'x', 'x', 'x', 1, changed_at FROM minutes_section LIMIT 1",
    "UPDATE minutes_comment SET text = 'khác'",
    "DELETE FROM minutes_comment",
    "UPDATE minutes SET state = 'drafting', document_id = NULL",
    "UPDATE minutes SET chair_at = made_at",
    "DELETE FROM minutes",
)


@pytest.mark.parametrize("locked", [False, True], ids=["signed", "locked"])
def test_the_database_refuses_to_change_signed_minutes(database: Database, *, locked: bool) -> None:
    scene = make_scene(database)
    with database.writing() as db:
        minutes = begun(db, scene)
        operations.act(db, minutes, MinutesAct.SEND, scene.member("secretary"), NOW)
        operations.comment(db, section(db, "opening"), "Đồng ý", scene.member("first"), NOW)
        minutes.made_at = NOW - timedelta(days=1)
        sign(db, scene, minutes)
        if locked:
            operations.lock(db, minutes, Blob("b" * 64, 9), scene.member("secretary"), "Thư ký", NOW)
    for statement in BY_HAND:
        with pytest.raises(DatabaseError, match="signed minutes do not change"), database.writing() as db:
            db.execute(text(statement))
    with database.reading() as db:
        assert db.scalars(select(Minutes.state)).one() == (MinutesState.LOCKED if locked else MinutesState.SIGNED)


def test_sealed_minutes_are_kept_once_with_the_labels_of_the_meeting(database: Database) -> None:
    scene = make_scene(database)
    blob = Blob("c" * 64, 9)
    with database.writing() as db:
        minutes = begun(db, scene)
        with pytest.raises(Problem, match="wrong_state"):
            operations.lock(db, minutes, blob, scene.member("secretary"), "Thư ký", NOW)
        sign(db, scene, minutes)
        operations.lock(db, minutes, blob, scene.member("secretary"), "Thư ký", NOW)
        with pytest.raises(Problem, match="wrong_state"):
            operations.lock(db, minutes, blob, scene.member("secretary"), "Thư ký", NOW)
        kept = set(db.scalars(select(DocumentLabel.label).where(DocumentLabel.document_id == minutes.document_id)))
        assert kept == {f"meeting:{scene.meeting}", f"office:{scene.office.units['centre']}"}


def test_a_resolution_is_prefilled_and_written_by_one_at_a_time(database: Database) -> None:
    scene = make_scene(database)
    me = scene.member("secretary")
    with database.writing() as db:
        meeting = db.get_one(Meeting, scene.meeting)
        poll = db.get_one(Poll, scene.poll)
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)).first()
        assert item is not None
        poll.item_id = item.id
        voting.close_poll(db, poll, ACT)
        voting.publish_poll(db, poll, ACT)
        conclusions.announce(db, meeting, conclusions.add(db, meeting, item.id, "Thông qua báo cáo.", me, NOW), me, NOW)
        draft = resolutions.prefilled(db, meeting, item)
        assert draft.summary == "Về báo cáo"
        assert "Thông qua báo cáo”: đồng ý 0, không đồng ý 0" in draft.grounds
        assert draft.articles.splitlines()[0] == "Điều 1. Thông qua báo cáo."
        assert draft.articles.splitlines()[-1].startswith("Điều 2. Các đơn vị")
        one = resolutions.save(db, meeting, item, draft, me, NOW)
        with pytest.raises(Problem, match="changed_meanwhile"):
            resolutions.save(db, meeting, item, draft, me, NOW)
        first = resolutions.keep(db, meeting, one, Blob("d" * 64, 9), "Thư ký", NOW)
        again = resolutions.keep(db, meeting, one, Blob("e" * 64, 9), "Thư ký", NOW)
        assert first.id == again.id
        assert again.last_number == 2
        labels = {label.label for label in again.labels}
        assert f"meeting:{meeting.id}" not in labels
        assert f"running:{meeting.id}" in labels


def test_the_screen_shows_a_conclusion_until_the_chair_goes_on(database: Database) -> None:
    scene = make_scene(database)
    me = scene.member("secretary")
    with database.writing() as db:
        meeting = db.get_one(Meeting, scene.meeting)
        items = [item.id for item in meetings.agenda(db, meeting)]
        agenda.go_to_item(db, meeting, items[0], NOW)
        one = conclusions.add(db, meeting, items[0], "Thống nhất.", me, NOW)
        conclusions.announce(db, meeting, one, me, NOW + timedelta(seconds=1))
        assert screens.showing(db, meeting).mode == ScreenMode.AUTO  # a vote is open
        voting.close_poll(db, db.get_one(Poll, scene.poll), ACT)
        voting.publish_poll(db, db.get_one(Poll, scene.poll), ACT)
        assert screens.showing(db, meeting).mode == ScreenMode.CONCLUSION
        agenda.go_to_item(db, meeting, items[1], NOW + timedelta(seconds=2))
        assert screens.showing(db, meeting).mode == ScreenMode.AUTO
        screens.choose(db, meeting, "conclusion", "", me, NOW)
        assert [c.text for c in screens.showing(db, meeting).conclusions] == ["Thống nhất."]
        screens.choose(db, meeting, "message", "Mời về hội trường", me, NOW)
        screens.choose(db, meeting, "blank", "", me, NOW)
        assert screens.chosen(db, meeting.id) == (ScreenMode.BLANK, "Mời về hội trường")
