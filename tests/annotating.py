"""Annotations for tests: a paper before the meeting, and records as a tablet sends them."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from documents.blobs import Blob
from documents.models import Version
from ecabinet.meetings import papers
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.models import AgendaItem, Meeting
from tests.people import NOW, Scene
from tests.web.conftest import CSRF, Asker, Site

PAGES = 3


def record(**said: Any) -> dict[str, Any]:
    """A private ink stroke of a new tablet's making; ``said`` in place of its own."""
    made: dict[str, Any] = {
        "v": 1, "id": str(uuid4()), "kind": "ink", "page": 0, "rev": 1, "visibility": "private",
        "style": {"color": "#c62828", "width": 2, "opacity": 1}, "paths": [[10, 20, 0.5, 11.25, 21, 0.75]],
    }  # fmt: skip
    return made | said


def note(text: str = "Cần làm rõ", **said: Any) -> dict[str, Any]:
    """A sticky note."""
    made = record(kind="note", rect=[10, 10, 30, 30], text=text) | said
    del made["paths"]
    return made


@dataclass
class Paper:
    """A paper of three pages before the meeting of a site."""

    site: Site
    document: int
    version: int
    meeting: int = field(init=False)

    def __post_init__(self) -> None:
        self.meeting = self.site.scene.meeting

    @property
    def path(self) -> str:
        return f"/papers/{self.document}/versions/{self.version}/annotations"

    def post(self, name: str, *changes: Any, meeting: Any = None, asker: Asker | None = None) -> Any:
        """Changes by this person; the answer as data."""
        asker = asker or self.site.as_(name)
        body = {"meeting": meeting, "changes": list(changes)}
        headers = {"X-CSRF-Token": CSRF, "Accept": "application/json"}
        return asker.client.post(self.path, json=body, headers=headers).get_json()

    def put(self, name: str, change: Any, *, meeting: Any = None) -> Any:
        """One change; what became of it."""
        answer = self.post(name, change, meeting=meeting)
        return answer["results"][0] if "results" in answer else answer

    def share(self, name: str, change: dict[str, Any]) -> Any:
        """One change, shared with the meeting."""
        return self.put(name, change | {"visibility": "meeting", "meeting": self.meeting}, meeting=self.meeting)

    def get(self, name: str, *, meeting: bool = True, since: int = 0) -> Any:
        """What is new for this person."""
        inside = f"meeting={self.meeting}&" if meeting else ""
        return self.site.as_(name).get(f"{self.path}?{inside}since={since}", Accept="application/json").get_json()

    def seen(self, name: str, **more: Any) -> dict[str, Any]:
        """What stands for this person, by id."""
        return {one["id"]: one for one in self.get(name, **more)["annotations"] if not one["deleted"]}

    def hide(self, name: str, hidden: bool) -> int:
        """Hide or show the layer of the meeting; the status."""
        asker = self.site.as_(name)
        body = {"meeting": self.meeting, "hidden": hidden}
        return asker.client.post(f"{self.path}/layer", json=body, headers={"X-CSRF-Token": CSRF}).status_code


def lay_paper(scene: Scene, title: str = "Báo cáo", pages: int | None = PAGES) -> tuple[int, int]:
    """A paper under the first item of the meeting; its document and version."""
    with scene.database.writing() as db:
        meeting = db.get_one(Meeting, scene.meeting)
        item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(AgendaItem.id)).first()
        assert item is not None
        file = PaperFile(title, Blob("0" * 64, 1), f"{title}.pdf", "application/pdf")
        paper = papers.lay_paper(db, meeting, item, file, scene.office.person(db, "secretary"), NOW)
        version = db.scalars(select(Version).where(Version.document_id == paper.document_id)).one()
        version.page_count = pages
        return version.document_id, version.id


def paper_of(site: Site) -> Paper:
    """A paper before the site's meeting."""
    return Paper(site, *lay_paper(site.scene))
