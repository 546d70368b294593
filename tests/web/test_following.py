"""The web face of following the chair: who may be let lead, the line on the meeting page, papers side by side."""

import re

import pytest

from documents.models import Version
from ecabinet.meetings import paper_access
from ecabinet.meetings.models import Meeting
from ecabinet.reading import following
from ecabinet.reading.following_models import LeadSetting
from ecabinet.reading.following_rules import Shown, Spot
from tests.leading import items_of, lay
from tests.people import NOW, participant
from tests.web.conftest import Site


def laid(site: Site, title: str = "Báo cáo", item: int = 0) -> tuple[int, int]:
    with site.database.writing() as db:
        version = lay(db, site.scene.office, db.get_one(Meeting, site.scene.meeting), title, item)
        return version.document_id, version.id


def lead(site: Site, document: int, version: int, page: int) -> None:
    shown = Shown(Spot(document, version, page), begins=True)
    with site.database.writing() as db:
        meeting, shown_version = db.get_one(Meeting, site.scene.meeting), db.get_one(Version, version)
        following.show(db, meeting, shown_version, shown, site.scene.member("chair"), NOW)


def test_the_meeting_page_tells_what_is_shown_and_leads_there(site: Site) -> None:
    document, version = laid(site, "Báo cáo <quý>")
    assert "Theo chủ tọa" not in site.as_("first").get(site.meeting).text
    lead(site, document, version, 4)
    page = site.as_("first").get(site.meeting).text
    assert "Nguyễn Thị Chair đang trình chiếu" in page
    assert "Báo cáo &lt;quý&gt; · trang 5" in page
    address = f"/papers/{document}?version={version}&amp;meeting={site.scene.meeting}&amp;page=5&amp;follow=1"
    assert address in page
    assert address in site.as_("chair").get(f"{site.meeting}/console").text
    assert 'data-asked="1"' in site.as_("first").get(address.replace("&amp;", "&")).text


def test_the_chair_says_who_else_may_lead(site: Site) -> None:
    with site.database.reading() as db:
        second = participant(db, site.scene.office, db.get_one(Meeting, site.scene.meeting), "second").id
    path = f"{site.meeting}/leaders"
    for name, status in (("first", 403), ("stranger", 404), ("chair", 303), ("secretary", 303)):
        assert site.as_(name).post(path, {"named": str(second), "presenters_lead": "1"}).status_code == status, name
    assert site.as_("chair").post(path, {"named": str(second)}, csrf="wrong").status_code == 400
    assert site.as_("chair").post(path, {"named": "999999"}).status_code == 404
    with site.database.reading() as db:
        setting = db.get_one(LeadSetting, site.scene.meeting)
        assert (setting.named_id, setting.presenters_lead) == (second, True)
    console = site.as_("chair").get(f"{site.meeting}/console").text
    assert re.search(rf'<option value="{second}" selected>', console)
    assert site.as_("chair").post(path, {}).status_code == 303
    with site.database.reading() as db:
        setting = db.get_one(LeadSetting, site.scene.meeting)
        assert (setting.named_id, setting.presenters_lead) == (None, False)


def neighbours(site: Site, name: str, document: int, query: str = "") -> tuple[str | None, str | None]:
    """The addresses before and after a paper, as the reader links them."""
    text = site.as_(name).get(f"/papers/{document}{query}").text
    found = {kind: re.search(rf'href="([^"]+)" data-paper-{kind}', text) for kind in ("previous", "next")}
    before, after = (match.group(1).replace("&amp;", "&") if match else None for match in found.values())
    return before, after


def test_papers_stand_beside_each_other_as_on_the_agenda(site: Site) -> None:
    one, two, three = laid(site)[0], laid(site, "Tờ trình")[0], laid(site, "Dự thảo", 1)[0]
    at = f"?meeting={site.scene.meeting}"
    assert neighbours(site, "first", one, at) == (None, f"/papers/{two}{at}")
    assert neighbours(site, "first", two, at) == (f"/papers/{one}{at}", f"/papers/{three}{at}")
    assert neighbours(site, "first", three) == (f"/papers/{two}{at}", None)
    # another meeting than its own is none
    assert neighbours(site, "first", two, "?meeting=999999") == (None, None)


@pytest.mark.parametrize("name", ["first", "secretary"])
def test_a_hidden_paper_is_passed_over(site: Site, name: str) -> None:
    one, two, three = laid(site)[0], laid(site, "Tờ trình", 1)[0], laid(site, "Dự thảo", 0)[0]
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        items_of(db, meeting)[1].hidden = True
        paper_access.relabel(db, meeting, NOW)
    at = f"?meeting={site.scene.meeting}"
    assert neighbours(site, name, one, at) == (None, f"/papers/{three}{at}")
    assert neighbours(site, name, three, at)[1] is None
    assert site.as_("first").get(f"/papers/{two}{at}").status_code == 404
