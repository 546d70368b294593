"""The thread: from anything the whole chain, both ways; nothing that is not the reader's."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.rules import Secrecy
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.minutes import conclusions, resolutions
from ecabinet.minutes.resolutions import Draft
from ecabinet.office import links, setting
from ecabinet.office.link_models import LinkKind, Relation
from ecabinet.office.links import Link
from ecabinet.registry.models import Unit
from ecabinet.tasks import operations as tasks
from ecabinet.tasks.operations import Attachment, Source
from ecabinet.tasks.queries import load_to_change
from ecabinet.tasks.rules import Said, TaskAct, TaskDraft
from ecabinet.voting.models import Poll
from tests.office_people import TODAY, grant_roles, registered
from tests.people import NOW
from tests.web.conftest import Site

MEETING, ITEM, VOTE = "Hội nghị tháng 11", "Biểu quyết", "Thông qua báo cáo"
SAID, DRAFTED, SENT, ANSWER = "Giao Văn phòng tham mưu", "Về báo cáo tháng 11", "Về việc báo cáo", "Trả lời về việc đó"
TASK, REPORT = "Làm báo cáo", "bao-cao.pdf"
CHAIN = (MEETING, ITEM, VOTE, SAID, DRAFTED, SENT, ANSWER, TASK, REPORT)


@dataclass
class Ids:
    item: int
    conclusion: int
    resolution: int
    sent: int
    answer: int
    task: int
    report: int


def conclude(db: Session, meeting: Meeting, item: AgendaItem, by: int) -> tuple[int, int]:
    """A conclusion that was announced, and the draft of a resolution."""
    said = conclusions.add(db, meeting, item.id, SAID, by, NOW)
    conclusions.announce(db, meeting, said, by, NOW)
    return said.id, resolutions.save(db, meeting, item, Draft(DRAFTED, "", "Điều 1. Thông qua."), by, NOW).id


def report_on(db: Session, site: Site, office_id: int) -> tuple[int, int]:
    """A task from a document, done with a file."""
    office = site.scene.office
    unit, owner = db.get_one(Unit, office.units["centre"]), office.members["chair"]
    task = tasks.give(
        db, unit, TaskDraft(TASK, TODAY + timedelta(days=9), owner), Source("office", office_id, ANSWER),
        office.members["secretary"], NOW,
    )  # fmt: skip
    seen = load_to_change(db, office.person(db, "chair"), task.id)
    file = Attachment(Blob("d" * 64, 3), REPORT, "application/pdf")
    event = tasks.act(db, task, TaskAct.ATTACH, seen.parts, Said("Bản báo cáo"), owner, NOW, [file])
    return task.id, event.files[0].document_id


@pytest.fixture
def chain(site: Site) -> Ids:
    """From the meeting of the scene to the report of a task."""
    office = site.scene.office
    with site.database.writing() as db:
        grant_roles(db, office)
        meeting, by = db.get_one(Meeting, site.scene.meeting), office.members["secretary"]
        item = db.scalars(select(AgendaItem).where(AgendaItem.title == ITEM)).one()
        db.get_one(Poll, site.scene.poll).item_id = item.id
        conclusion, resolution = conclude(db, meeting, item, by)
        sent = registered(db, office, subject=SENT)
        answer = registered(db, office, subject=ANSWER, sha="b", code_number="16")
        here, there = (LinkKind.OFFICE, sent), (LinkKind.OFFICE, answer)
        links.add(db, Link(*here, Relation.DRAFTED_FROM, LinkKind.CONCLUSION, conclusion), by, NOW)
        links.add(db, Link(*there, Relation.REPLIES, *here), by, NOW)
        task, report = report_on(db, site, answer)
        return Ids(item.id, conclusion, resolution, sent, answer, task, report)


def titles(site: Site, who: str, place: str) -> list[str]:
    answer = site.as_(who).get(f"/thread/{place}")
    assert answer.status_code == 200, place
    return re.findall(r'<span class="row-title">([^<]+)</span>', answer.text)


def test_from_anything_the_whole_chain_both_ways(site: Site, chain: Ids) -> None:
    who = "secretary"  # who runs the meeting, reads the papers of the office, and gave the task
    places = {
        f"meeting/{site.scene.meeting}": CHAIN, f"item/{chain.item}": CHAIN, f"poll/{site.scene.poll}": CHAIN,
        # What was drafted beside it did not come of it, nor it of that.
        f"conclusion/{chain.conclusion}": [one for one in CHAIN if one != DRAFTED],
        f"office/{chain.sent}": [one for one in CHAIN if one != DRAFTED],
        f"task/{chain.task}": [one for one in CHAIN if one != DRAFTED],
        f"document/{chain.report}": [one for one in CHAIN if one != DRAFTED],
        f"resolution/{chain.resolution}": [MEETING, ITEM, VOTE, DRAFTED],
    }  # fmt: skip
    for place, expected in places.items():
        found = titles(site, who, place)
        assert len(found) == len(set(found)), place
        assert set(expected) <= set(found), place
        assert (DRAFTED in found) == (DRAFTED in expected), place
    before = titles(site, who, f"document/{chain.report}")
    assert before.index(MEETING) < before.index(SAID) < before.index(SENT) < before.index(ANSWER) < before.index(TASK)


def test_a_document_shows_the_nearest_on_its_page(site: Site, chain: Ids) -> None:
    page = site.as_("leader").get(f"/office/documents/{chain.sent}").text
    assert f"/thread/office/{chain.sent}" in page
    assert ANSWER in page


def test_nobody_sees_more_than_is_theirs(site: Site, chain: Ids) -> None:
    assert site.as_("stranger").get(f"/thread/office/{chain.sent}").status_code == 404
    # An invited member knows the conclusion and not the papers of the office that came of it, nor what lies behind.
    assert set(titles(site, "second", f"conclusion/{chain.conclusion}")) == {MEETING, ITEM, VOTE, SAID}
    assert site.as_("second").get(f"/thread/resolution/{chain.resolution}").status_code == 404
    # Who does the task has it and its source, if they may read that.
    assert TASK in titles(site, "chair", f"task/{chain.task}")


def test_no_way_leads_through_a_secret_document(site: Site, chain: Ids) -> None:
    office = site.scene.office
    with site.database.writing() as db:
        unit, first = db.get_one(Unit, office.units["centre"]), office.members["first"]
        setting.entrust(db, unit, {first}, office.person(db, "leader"), NOW)
        secret = registered(db, office, subject="Mật", sha="c", code_number="17", secrecy=Secrecy.SECRET)
        behind = registered(db, office, subject="Sau văn bản mật", sha="e", code_number="18")
        links.add(
            db, Link(LinkKind.OFFICE, secret, Relation.REPLIES, LinkKind.OFFICE, chain.sent), first, NOW
        )  # fmt: skip
        links.add(db, Link(LinkKind.OFFICE, behind, Relation.REPLIES, LinkKind.OFFICE, secret), first, NOW)
    assert {"Mật", "Sau văn bản mật"} <= set(titles(site, "first", f"office/{chain.sent}"))
    assert not {"Mật", "Sau văn bản mật"} & set(titles(site, "leader", f"office/{chain.sent}"))


@pytest.mark.parametrize("place", ["thing/1", "office/999999", "document/0", "meeting/x"])
def test_what_is_not_there_is_not_found(site: Site, place: str) -> None:
    assert site.as_("leader").get(f"/thread/{place}").status_code == 404
