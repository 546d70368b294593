"""Items for named participants only: nobody else meets them on any page, live part, paper or list."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from documents.models import Document, PageText, Version
from documents.queries import may_see
from documents.rules import VersionState
from ecabinet.app import BLOCKS, admit
from ecabinet.audit import AuditEntry
from ecabinet.blocks import View
from ecabinet.meetings import agenda, agenda_queries, attendance, audience_queries, queries
from ecabinet.meetings.models import AgendaItem, ItemAudience, Meeting
from ecabinet.meetings.paper_access import relabel
from ecabinet.meetings.rules import MeetingState, ParticipantRole
from ecabinet.minutes import conclusions, facts
from ecabinet.minutes import queries as minutes
from ecabinet.registry.models import Member
from ecabinet.sockets import rechecks
from ecabinet.voting import operations as voting
from ecabinet.voting.models import Poll, Voter
from ecabinet.voting.rules import Base, Majority, PollDraft
from ecabinet.web import Services
from tests.findable import index
from tests.people import ACT, NOW, PEOPLE, new_code, participant
from tests.web.conftest import Site

TITLE = "Công tác cán bộ"


@pytest.fixture
def limited(make_site: Callable[..., Site]) -> Site:
    """A third item, with a paper, for "second" alone besides those who run the meeting."""
    site = make_site()
    secretary = site.as_("secretary")
    assert secretary.post(f"{site.meeting}/agenda", {"lines": TITLE}).status_code == 303
    paper = {"file": (io.BytesIO(b"%PDF-1.4 x"), "Nhân sự.pdf")}
    assert secretary.post(f"{site.meeting}/items/{item(site)}/papers", paper).status_code == 303
    assert limit(site, "second") == 303
    return site


def item(site: Site) -> int:
    with site.database.reading() as db:
        return db.scalars(select(AgendaItem.id).where(AgendaItem.title == TITLE)).one()


def limit(site: Site, *names: str, **more: str) -> int:
    with site.database.reading() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        people = [participant(db, site.scene.office, meeting, name).id for name in names]
    form = {"audience": "some", "people": people} | more
    return site.as_("secretary").post(f"{site.meeting}/items/{item(site)}/audience", form).status_code


def put_to_vote(site: Site, *, publish: bool = False) -> int:
    """The vote that was open ends; one under the item begins."""
    with site.database.writing() as db:
        voting.close_poll(db, db.get_one(Poll, site.scene.poll), ACT)
        voting.publish_poll(db, db.get_one(Poll, site.scene.poll), ACT)
        meeting = db.get_one(Meeting, site.scene.meeting)
        motion = PollDraft("Giới thiệu nhân sự", item(site), Majority(1, 2, True, Base.ENTITLED))
        poll = voting.draft_poll(db, meeting, motion)
        voting.open_poll(db, poll, ACT)
        if publish:
            voting.close_poll(db, poll, ACT)
            voting.publish_poll(db, poll, ACT)
        return poll.id


@pytest.mark.parametrize("name", ["first", "second", "chair", "secretary"])
def test_pages_papers_and_dossier(limited: Site, name: str) -> None:
    sees, me = name != "first", limited.as_(name)
    for page in ("", "/invitation"):
        assert (TITLE in me.get(f"{limited.meeting}{page}").text) is sees, page
    assert (TITLE in str(me.get(f"{limited.meeting}/blocks").json)) is sees
    paper = PdfReader(io.BytesIO(me.get(f"{limited.meeting}/invitation.pdf").data))
    assert (TITLE in paper.pages[0].extract_text()) is sees
    assert ("Nhân sự" in me.get(f"{limited.meeting}/dossier").text) is sees
    with zipfile.ZipFile(io.BytesIO(me.get(f"{limited.meeting}/dossier.zip").data)) as files:
        listed = next(files.read(one).decode() for one in files.namelist() if one.endswith("chuong-trinh.csv"))
    assert (TITLE in listed) is sees
    with limited.database.reading() as db:
        document = db.scalars(select(Document.id).where(Document.title == "Nhân sự")).one()
        assert may_see(db, document, limited.scene.office.person(db, name).labels) is sees
    note = me.get(f"/notebook/new?meeting={limited.scene.meeting}&item={item(limited)}")
    assert note.status_code == (200 if sees else 404)
    ask = me.post(f"{limited.meeting}/floor/ask", {"kind": "speech", "item": item(limited)})
    assert (ask.status_code == 404) is (name == "first")


def test_offices_above_do_not_find_its_papers(limited: Site) -> None:
    with limited.database.reading() as db:
        document = db.scalars(select(Document.id).where(Document.title == "Nhân sự")).one()
        readers = {name for name in PEOPLE if may_see(db, document, limited.scene.office.person(db, name).labels)}
    assert readers == {"second", "chair", "secretary", "leader"}  # the leader approves what the unit prepares


def test_the_search_finds_counts_and_suggests_it_to_nobody_else(limited: Site) -> None:
    put_to_vote(limited, publish=True)
    with limited.database.writing() as db:
        meeting, secretary = db.get_one(Meeting, limited.scene.meeting), limited.scene.office.members["secretary"]
        one = conclusions.add(db, meeting, item(limited), "Nhân sự được giới thiệu", secretary, NOW)
        conclusions.announce(db, meeting, one, secretary, NOW)
        db.execute(update(Version).values(state=VersionState.READY, page_count=1))
        version = db.scalars(select(Version.id)).one()
        db.add(PageText(version_id=version, page=0, text="Danh sách nhân sự Zanzibar"))
    engines: Services = limited.app.extensions["ecabinet"]
    index(limited.database, engines.engines.search)
    pages = {name: limited.as_(name).get("/search?q=nhan+su").text for name in PEOPLE}
    kinds = {name: set(re.findall(r'"hit-kind"><span[^>]*>([^<]+)<', page)) for name, page in pages.items()}
    all_of_it = {"Tài liệu họp", "Biểu quyết", "Kết luận"}
    assert {name: found for name, found in kinds.items() if found} == {
        "second": all_of_it, "chair": all_of_it, "secretary": all_of_it, "leader": {"Tài liệu họp"},
    }  # fmt: skip
    for name in (name for name, found in kinds.items() if not found):
        me = limited.as_(name)
        assert "0 kết quả" in pages[name], name
        assert "choice-count" not in pages[name], name
        for question in ("nhan+su+luat", "zanzibaar", "zanzibar+OR+abc", "nhan+su&kind=paper"):
            page = me.get(f"/search?q={question}").text
            assert "0 kết quả" in page, (name, question)
            assert "Có phải đồng chí tìm" not in page, (name, question)
        for typed in ("nhan", "gioi+thieu+nh", "cong+tac+can"):
            assert 'role="option"' not in me.get(f"/search/suggest?q={typed}").text, (name, typed)
    assert "Nhân sự" in limited.as_("second").get("/search/suggest?q=nhan").text


def test_numbers_are_the_same_for_all(limited: Site) -> None:
    with limited.database.reading() as db:
        meeting = db.get_one(Meeting, limited.scene.meeting)
        whole = agenda_queries.agenda(db, meeting, runs=True)
        assert [(one.number, one.limited) for one in whole] == [("1", False), ("2", False), ("", True)]
        assert len(agenda_queries.agenda(db, meeting)) == 2


def test_while_it_is_dealt_with_the_others_read_that_and_no_more(limited: Site) -> None:
    with limited.database.writing() as db:
        agenda.go_to_item(db, db.get_one(Meeting, limited.scene.meeting), item(limited), NOW)
    others = limited.as_("first").get(limited.meeting).text
    assert "Phiên họp đang bàn nội dung dành cho thành phần hạn chế" in others
    assert TITLE not in others
    screen = limited.as_("secretary").get(f"{limited.meeting}/screen").text
    assert TITLE not in screen
    assert TITLE in limited.as_("chair").get(f"{limited.meeting}/console").text
    assert "Nội dung hạn chế" in limited.as_("second").get(limited.meeting).text


def test_its_votes_are_of_those_named_and_of_nobody_else(limited: Site) -> None:
    poll = put_to_vote(limited, publish=False)
    with limited.database.reading() as db:
        voters = set(db.scalars(select(Voter.member_id).where(Voter.poll_id == poll)))
        assert voters == {limited.scene.member("second"), limited.scene.member("chair")}
        row = db.get_one(Poll, poll)
        assert (row.votes_summoned, row.quorum_summoned) == (2, 2)
    assert "Giới thiệu nhân sự" in limited.as_("second").get(limited.meeting).text
    for page in (limited.meeting, f"{limited.meeting}/seats"):
        assert "Giới thiệu nhân sự" not in limited.as_("first").get(page).text
    choice = {"option": "1"}
    assert limited.as_("first").post(f"/polls/{poll}/ballot", choice).status_code == 404
    assert "Giới thiệu nhân sự" not in limited.as_("secretary").get(f"{limited.meeting}/screen").text


def test_the_result_and_its_record_are_theirs_too(limited: Site) -> None:
    poll = put_to_vote(limited, publish=True)
    assert limited.as_("secretary").post(f"/polls/{poll}/record").status_code == 303
    for name, sees in (("second", True), ("first", False)):
        me = limited.as_(name)
        assert me.get(f"/polls/{poll}").status_code == (200 if sees else 404)
        assert me.get(f"/polls/{poll}/ballots.json").status_code == (200 if sees else 404)
        assert ("Giới thiệu nhân sự" in me.get(limited.meeting).text) is sees
        assert ("Giới thiệu nhân sự" in me.get(f"{limited.meeting}/dossier").text) is sees
        with limited.database.reading() as db:
            record = db.get_one(Poll, poll).record_id
            assert record is not None
            assert may_see(db, record, limited.scene.office.person(db, name).labels) is sees


def test_each_circle_has_a_room_of_its_own(limited: Site) -> None:
    with limited.database.reading() as db:
        seen = {}
        for name in ("first", "second", "chair"):
            person = limited.scene.office.person(db, name)
            viewer = admit(db, person, limited.scene.meeting, View.MEETING, "vi")
            seen[name] = viewer.room
            with limited.app.test_request_context():
                pushed = str(BLOCKS.stale(db, viewer, BLOCKS.kinds))
            assert (TITLE in pushed) is (name != "first")
        assert seen["second"] == seen["chair"] != seen["first"]
        assert audience_queries.all_circles(db, limited.scene.meeting) == {frozenset(), frozenset({item(limited)})}


def test_who_is_added_or_left_out_is_moved_at_once(limited: Site) -> None:
    heard: list[object] = []
    limited.database.listeners.append(lambda changes: heard.append(rechecks(changes)))
    assert limit(limited, "third") == 303
    assert {"accounts": [], "members": [], "meetings": [limited.scene.meeting]} in heard
    assert TITLE not in limited.as_("second").get(limited.meeting).text
    assert TITLE in limited.as_("third").get(limited.meeting).text


def test_who_is_taken_off_the_list_keeps_nothing(limited: Site) -> None:
    with limited.database.writing() as db:
        meeting = db.get_one(Meeting, limited.scene.meeting)
        meeting.state = MeetingState.INVITED
        named = db.scalars(select(ItemAudience)).one()
        attendance.add_participant(
            db, meeting, db.get_one(Member, limited.scene.member("spare")), ParticipantRole.GUEST, new_code
        )
        spare = participant(db, limited.scene.office, meeting, "spare")
        named.participant_id = spare.id
        db.flush()
        document = db.scalars(select(Document.id).where(Document.title == "Nhân sự")).one()
        relabel(db, meeting, NOW)
        db.flush()
        person = limited.scene.office.person(db, "spare")
        assert may_see(db, document, person.labels)
        attendance.remove(db, spare, NOW)
        db.flush()
        assert not may_see(db, document, limited.scene.office.person(db, "spare").labels)
        assert queries.agenda(db, meeting)[-1].title != TITLE  # with nobody left it is not for all


def test_minutes_tell_of_it_as_the_secretariat_decides(limited: Site) -> None:
    def told() -> bool:
        with limited.database.reading() as db:
            return item(limited) not in minutes.untold_items(db, db.get_one(Meeting, limited.scene.meeting))

    assert not told()
    assert limit(limited, "second", in_minutes="1") == 303
    assert told()
    with limited.database.reading() as db:
        made = facts.facts_of(db, db.get_one(Meeting, limited.scene.meeting))
        assert [one.hidden for one in made.items] == [False, False, False]


def test_what_is_wrong_is_refused(limited: Site) -> None:
    path = f"{limited.meeting}/items/{item(limited)}/audience"
    secretary = limited.as_("secretary")
    assert secretary.post(path, {"audience": "some"}).status_code == 422
    assert "Đồng chí chưa chọn người nào." in secretary.post(path, {"audience": "some"}).text
    assert secretary.post(path, {"audience": "few"}).status_code == 400
    assert secretary.post(path, {"audience": "some", "people": ["x"]}).status_code == 400
    assert secretary.post(path, {"audience": "some", "people": ["999999"]}).status_code == 400
    with limited.database.reading() as db:
        first = queries.agenda(db, db.get_one(Meeting, limited.scene.meeting))[0].id
    with limited.database.writing() as db:
        agenda.go_to_item(db, db.get_one(Meeting, limited.scene.meeting), first, NOW)
        someone = participant(db, limited.scene.office, db.get_one(Meeting, limited.scene.meeting), "second").id
    taken = secretary.post(f"{limited.meeting}/items/{first}/audience", {"audience": "some", "people": [someone]})
    assert taken.status_code == 422  # all were there already


def test_it_can_be_opened_to_all(limited: Site) -> None:
    answer = limited.as_("secretary").post(f"{limited.meeting}/items/{item(limited)}/audience", {"audience": "all"})
    assert answer.status_code == 303
    assert TITLE in limited.as_("first").get(limited.meeting).text
    with limited.database.reading() as db:
        actions = set(db.scalars(select(AuditEntry.action)))
    assert {"item_limited", "item_opened_to_all"} <= actions
