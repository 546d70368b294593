"""Pages of the archive: the reader, and the bytes of a paper."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from documents.blobs import BlobMissing
from documents.errors import NotFound
from documents.models import Document, Version
from documents.queries import newest_version
from ecabinet.fields import asked
from ecabinet.library import document_access, processing_queries, sending
from ecabinet.library.neighbours import Neighbours, neighbours
from ecabinet.meetings import comment_queries
from ecabinet.meetings.agenda_queries import PaperLine
from ecabinet.messages import code_sentence
from ecabinet.web import database, person

bp = Blueprint("library", __name__)

LONGEST_BACK = 2000


def _load(db: Session, document_id: int) -> tuple[Document, Version]:
    """The document with the version asked for, else its newest, for those who see it."""
    document, asked_for = db.get(Document, document_id), request.args.get("version", type=int)
    version = db.get(Version, asked_for) if asked_for is not None else newest_version(db, document_id)
    if document is None or version is None or not document_access.opens(db, document_id, person()):
        raise NotFound(f"document {document_id}")
    if version.document_id != document_id:
        raise NotFound(f"version {version.id} of document {document_id}")
    return document, version


def _read_before(db: Session, document_id: int, asked_for: int | None) -> int | None:
    """The meeting that the paper is read for: the one named, else the last before which it lies; None where there is
    none for this person.
    """
    try:
        return comment_queries.meeting_of(db, person(), document_id, asked_for)
    except NotFound:
        return None


def _beside(db: Session, document_id: int, meeting_id: int | None) -> dict[str, dict[str, str] | None]:
    """The papers before and after it in the meeting, each with title and address."""
    beside = neighbours(db, person(), meeting_id, document_id) if meeting_id is not None else Neighbours()

    def link(paper: PaperLine | None) -> dict[str, str] | None:
        if paper is None:
            return None
        return {"title": paper.title, "url": url_for("library.read", document_id=paper.id, meeting=meeting_id)}

    return {"previous": link(beside.previous), "next": link(beside.next)}


def _back_to_search(question: str) -> str:
    """To the results that somebody came from; only ever to a page of the search, whatever the address says."""
    back, search = asked("back", LONGEST_BACK), url_for("search.page")
    return back if back.startswith(f"{search}?") else url_for("search.page", q=question or None)


@bp.get("/papers/<int:document_id>")
def read(document_id: int) -> ResponseReturnValue:
    """Those whose labels open it: the reader, at a page (counted from 1), with the words searched for."""
    meeting_id, round_id = request.args.get("meeting", type=int), request.args.get("opinion", type=int)
    question = asked("q", 300)
    with database().reading() as db:
        document, version = _load(db, document_id)
        before = _read_before(db, document_id, meeting_id)
        read_as = sending.read_as(db, version)
        back = (
            url_for("meetings.page", meeting_id=meeting_id)
            if meeting_id
            else url_for("opinions.page", round_id=round_id)
            if round_id
            else _back_to_search(question)
        )
        return render_template(
            "library/reader.html",
            title=document.title,
            version=version,
            reason=code_sentence(version.reason) if version.reason else "",
            content_url=url_for("library.content", document_id=document_id, version_id=version.id, of=read_as),
            download_url=url_for("library.content", document_id=document_id, version_id=version.id, download=1),
            shown_as=sending.for_reading(db, version, read_as).media_type,
            processing=processing_queries.status(db, version, keeps=False),
            page=max(request.args.get("page", 1, type=int), 1) if "page" in request.args else None,
            query=question,
            back_url=back,
            meeting_id=before,
            **_beside(db, document_id, before),
        )


@bp.get("/papers/<int:document_id>/versions/<int:version_id>/content")
def content(document_id: int, version_id: int) -> ResponseReturnValue:
    """Those whose labels open it: the bytes of one version, whole or a range of them, ``?of=`` what it is read as;
    ``?download=1`` saves the file as it was received.
    """
    with database().reading() as db:
        if not document_access.opens(db, document_id, person()):
            raise NotFound(f"document {document_id}")
        version = db.get(Version, version_id)
        if version is None or version.document_id != document_id:
            raise NotFound(f"version {version_id}")
        shown = sending.for_reading(db, version, request.args.get("of") or sending.read_as(db, version))
    if "download" in request.args:
        return sending.send(sending.original(version), save=True)
    try:
        return sending.send(shown)
    except BlobMissing:
        # What was made of the file can be made again; until then the file itself is there.
        return sending.send(sending.original(version))
