"""The notebook on its pages: kept while it is written, nobody else's, both texts in a conflict, files to keep."""

import io

import docx
import pytest
from sqlalchemy import select

from ecabinet.notebook.models import Note
from tests.people import PEOPLE
from tests.web.conftest import Site

HTMX = {"HX_Request": "true"}


def form(text: str, revision: int = 0, **more: object) -> dict[str, object]:
    return {"key": "k1", "title": "Họp", "text": text, "revision": revision} | more


def kept(site: Site) -> list[tuple[str, int]]:
    with site.database.reading() as db:
        return [(note.text, note.revision) for note in db.scalars(select(Note).order_by(Note.id))]


@pytest.fixture
def note(site: Site) -> str:
    """A note of the first member, by its address."""
    answer = site.as_("first").post("/notebook/save", form("Nhớ hỏi về kinh phí"))
    assert answer.status_code == 303
    return str(answer.location)


def test_a_note_saves_itself(site: Site) -> None:
    first = site.as_("first")
    answer = first.post("/notebook/save", form("Mộ"), **HTMX)
    assert answer.status_code == 200
    assert 'name="revision" value="1"' in answer.text
    address = answer.headers["HX-Replace-Url"]
    answer = first.post("/notebook/save", form("Một hai", 1), **HTMX)
    assert 'name="revision" value="2"' in answer.text
    assert "HX-Replace-Url" not in answer.headers
    assert "Một hai" in first.get(address).text
    assert kept(site) == [("Một hai", 2)]


def test_an_empty_page_keeps_nothing(site: Site) -> None:
    answer = site.as_("first").post("/notebook/save", form("  ", title=""), **HTMX)
    assert (answer.status_code, kept(site)) == (200, [])
    assert site.as_("first").post("/notebook/save", form("", title="")).status_code == 303


def test_a_note_is_its_writers_alone(site: Site, note: str) -> None:
    for path in (note, f"/notebook/notes.txt?note={note.rsplit('/', 1)[1]}"):
        statuses = {name: site.as_(name).get(path).status_code for name in PEOPLE}
        assert {name for name, status in statuses.items() if status == 200} == {"first"}
        assert {status for name, status in statuses.items() if name != "first"} == {404}
    for name in set(PEOPLE) - {"first"}:
        assert "kinh phí" not in site.as_(name).get("/notebook?q=kinh").text
        assert "kinh phí" not in site.as_(name).get("/search?q=kinh+phi").text
        assert site.as_(name).post(f"{note}/remove").status_code == 404
        site.as_(name).post("/notebook/save", form("chiếm chỗ"))
    assert kept(site)[0] == ("Nhớ hỏi về kinh phí", 1)
    assert "kinh phí" in site.as_("first").get("/notebook?q=kinh+phi").text


def test_both_texts_are_shown_in_a_conflict(site: Site, note: str) -> None:
    first = site.as_("first")
    first.post("/notebook/save", form("thẻ một", 1))
    answer = first.post("/notebook/save", form("thẻ <hai>", 1), **HTMX)
    assert answer.status_code == 409
    assert "thẻ một" in answer.text
    assert "thẻ &lt;hai&gt;" in answer.text
    assert 'name="over" value="2"' in answer.text
    assert "<html" not in answer.text
    plain = first.post("/notebook/save", form("thẻ <hai>", 1))
    assert plain.status_code == 409
    assert plain.text.count("thẻ &lt;hai&gt;") == 2
    assert kept(site) == [("thẻ một", 2)]
    assert first.post("/notebook/save", form("thẻ hai", 1, over="2")).status_code == 303
    assert kept(site) == [("thẻ hai", 3)]


@pytest.mark.parametrize(
    "broken",
    [
        {"key": ""},
        {"key": "x" * 65},
        {"revision": "abc"},
        {"text": "x" * 200_001},
        {"title": "x" * 201},
        {"text": "a\0b"},
        {"revision": "7"},
        {"meeting": "999999"},
    ],
)
def test_broken_saves(site: Site, broken: dict[str, str]) -> None:
    assert site.as_("first").post("/notebook/save", form("Một") | broken).status_code in (400, 404, 422)
    assert kept(site) == []


def test_a_note_about_a_meeting_is_for_those_who_see_the_meeting(site: Site) -> None:
    meeting = site.scene.meeting
    assert site.as_("stranger").get(f"/notebook/new?meeting={meeting}").status_code == 404
    assert site.as_("stranger").post("/notebook/save", form("Một", meeting=meeting)).status_code == 404
    page = site.as_("first").get(f"/notebook/new?meeting={meeting}").text
    assert "Hội nghị tháng 11" in page
    site.as_("first").post("/notebook/save", form("Một", meeting=meeting))
    listed = site.as_("first").get(f"/notebook?meeting={meeting}").text
    assert "Ghi chú về Hội nghị tháng 11" in listed
    assert "/notebook/1" in listed
    assert site.as_("first").get("/notebook?meeting=999999").status_code == 404
    assert site.as_("first").get(f"/notebook/new?meeting={meeting}&item=999999").status_code == 404


def test_a_note_as_a_file(site: Site, note: str) -> None:
    first = site.as_("first")
    first.post("/notebook/save", form("Dòng một\nDòng hai\x0b", key="k2", title=""))
    text = first.get("/notebook/notes.txt").data.decode("utf-8-sig")
    assert "Nhớ hỏi về kinh phí" in text
    assert "Dòng một\nDòng hai" in text
    paper = docx.Document(io.BytesIO(first.get("/notebook/notes.docx?q=dong").data))
    words = [paragraph.text for paragraph in paper.paragraphs]
    assert words[0] == "Dòng một"
    assert "Dòng hai" in words
    assert "Nhớ hỏi về kinh phí" not in words
    assert first.get("/notebook/notes.exe").status_code == 404


def test_a_note_is_thrown_away(site: Site, note: str) -> None:
    assert site.as_("first").post(f"{note}/remove").status_code == 303
    assert site.as_("first").get(note).status_code == 404
    assert site.as_("first").post(f"{note}/remove").status_code == 404


@pytest.mark.parametrize("question", ["%00", "'", "((", "*", "a" * 5000, "\\", "%", "_"])
def test_no_question_is_an_error(site: Site, note: str, question: str) -> None:
    assert site.as_("first").client.get("/notebook", query_string={"q": question}).status_code == 200
