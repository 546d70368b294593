"""Pages of gathering: documents found and put into a file, several at once; the panel of a document's own page."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound, Problem
from documents.models import Document
from documents.queries import document_of, may_see, open_to
from documents.rules import Secrecy
from documents.search import Filters, Query, SearchBroken
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import asked, text, whole
from ecabinet.filing import gathering, queries, seeing
from ecabinet.filing.gathering import Gathered
from ecabinet.filing.models import FileDocument
from ecabinet.filing.queries import Offer
from ecabinet.labels import LABELS
from ecabinet.library import document_access
from ecabinet.messages import sentence
from ecabinet.office import desk, routing
from ecabinet.office.desk import Seen
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.document_rules import SECRET_BOOKS
from ecabinet.office.life_rules import OfficeAct
from ecabinet.registry.models import Unit
from ecabinet.web import database, done, engines, person

bp = Blueprint("gathering", __name__)

FOUND = 40


@bp.get("/office/files/gather")
def page() -> ResponseReturnValue:
    """Those who keep files: documents they may read, by words or the latest of the office, and a file for them."""
    with database().reading() as db:
        return _page(db, {}, None)


def _page(db: Session, faults: dict[str, str], gathered: Gathered | None) -> str:
    wanted, words = request.args.get("file", type=int), asked("q", 300)
    seen = seeing.load(db, person(), wanted) if wanted is not None else None
    units = desk.units_of(db, person(), Permission.KEEP_REGISTERS, Permission.READ_PAPERS, Permission.DRAFT)
    unit = seen.file.unit if seen is not None else units[0] if units else None
    if unit is None:
        raise NotFound("files to gather in")
    documents = _found(db, words) if words else _latest(db, unit)
    offer = queries.offer(db, person(), unit, None, secret=False, today=today()) if seen is None else Offer([], [])
    return render_template(
        "filing/gather.html", seen=seen, unit=unit, words=words, documents=documents, offer=offer, faults=faults,
        inside=_inside(db, documents, seen.file.id if seen else None), gathered=gathered, sentence=sentence,
        chosen={int(one) for one in request.values.getlist("document") if one.isdigit()},
    )  # fmt: skip


def _found(db: Session, words: str) -> list[Document]:
    kinds = frozenset(LABELS["document"])
    try:
        results = engines().search.search(
            Query(words, person().labels, Filters(kinds=kinds), limit=FOUND, facets=False)
        )  # fmt: skip
    except SearchBroken:
        return []
    ids = [number for hit in results.hits if (number := document_of(hit.key)) is not None]
    found = select(Document).where(Document.id.in_(ids), open_to(person().labels))
    by_id = {document.id: document for document in db.scalars(found)}
    return [by_id[one] for one in ids if one in by_id]


def _latest(db: Session, unit: Unit) -> list[Document]:
    """What is in the registers of the unit and in no file yet, the latest first."""
    filed = select(FileDocument.document_id)
    latest = (
        select(Document)
        .join(OfficeDocument, OfficeDocument.document_id == Document.id)
        .where(OfficeDocument.unit_id == unit.id, Document.id.not_in(filed), open_to(person().labels))
    )
    return list(db.scalars(latest.order_by(OfficeDocument.id.desc()).limit(FOUND)))


def _inside(db: Session, documents: list[Document], file_id: int | None) -> set[int]:
    ids = [document.id for document in documents]
    found = select(FileDocument.document_id).where(
        FileDocument.file_id == (file_id or 0), FileDocument.document_id.in_(ids)
    )
    return set(db.scalars(found))


@bp.post("/office/files/gather")
def put() -> ResponseReturnValue:
    """Who keeps the file: put those chosen into it. What may not go in is named with the reason, the others go."""
    ids = [int(one) for one in request.form.getlist("document") if one.isascii() and one.isdigit() and len(one) < 16]
    file_id = whole("file") or request.args.get("file", type=int)
    if not ids or file_id is None:
        with database().reading() as db:
            field, said = ("document", _("Đồng chí chưa chọn văn bản nào.")) if not ids else (
                "file", _("Đồng chí chưa chọn hồ sơ."))  # fmt: skip
            return make_response(_page(db, {field: said}, None), 422)
    with database().writing() as db:
        gathered = gathering.add(db, seeing.load_to_change(db, person(), file_id), ids, person(), now())
    if gathered.refused:
        with database().reading() as db:
            return make_response(_page(db, {}, gathered), 422)
    said = _("Đã xếp %(n)s văn bản vào hồ sơ.", n=len(gathered.taken))
    return done(url_for("files.page", file_id=file_id, _anchor="contents"), said)


# ------------------------------------------------------------------ from the document's own page


def panel(db: Session, seen: Seen) -> str:
    """On the page of an official document: the files it is in, those it may go into; the act of filing."""
    doc, me = seen.doc, person()
    secret = doc.book in SECRET_BOOKS
    into = _may_file(seen)
    offer = queries.offer(db, me, doc.unit, doc.document_id, secret=secret, today=today()) if into else Offer([], [])
    files = queries.files_of(db, me, doc.document_id)
    there = {file.id for file in files}
    return render_template(
        "filing/panel.html", seen=seen, doc=doc, files=files, into=into, files_it=seen.may(OfficeAct.FILE),
        near=[file for file in offer.near if file.id not in there],
        others=[file for file in offer.others if file.id not in there],
    )  # fmt: skip


def _may_file(seen: Seen) -> bool:
    return any(person().may(one, seen.doc.unit.path) for one in (Permission.KEEP_REGISTERS, Permission.DRAFT))


@bp.post("/office/documents/<int:office_id>/file")
def file_away(office_id: int) -> ResponseReturnValue:
    """Those who keep a file: put the document into it; with the act of filing, the clerk says that all is done."""
    file_id, files_it = whole("file"), bool(text("finish"))
    with database().writing() as db:
        seen = desk.load_to_change(db, person(), office_id)
        if file_id is not None:
            into = seeing.load_to_change(db, person(), file_id)
            gathered = gathering.add(db, into, [seen.doc.document_id], person(), now())
            for _title, problem in gathered.refused:
                raise problem
        elif not files_it:
            raise Problem("no_file_chosen")
        if files_it:
            routing.file(db, seen, text("text"), person(), now())
    return done(url_for("office.page", office_id=office_id), _said(db, file_id, files_it))


def _said(db: Session, file_id: int | None, files_it: bool) -> str:
    if file_id is None:
        return str(_("Đã lưu hồ sơ."))
    return str(_("Đã lưu và xếp vào hồ sơ.") if files_it else _("Đã xếp vào hồ sơ."))


@bp.get("/papers/<int:document_id>/files")
def of_document(document_id: int) -> ResponseReturnValue:
    """Those whose labels open it: the files that a document of the archive is in, and those it may go into."""
    with database().reading() as db:
        document_access.load(db, person(), document_id, now())
        return _of_document(db, document_id, {})


def _of_document(db: Session, document_id: int, faults: dict[str, str]) -> str:
    seen = document_access.load(db, person(), document_id, now())
    units = desk.units_of(db, person(), Permission.KEEP_REGISTERS, Permission.DRAFT)
    secret = seen.document.secrecy == Secrecy.SECRET
    offers = [(unit, queries.offer(db, person(), unit, document_id, secret=secret, today=today())) for unit in units]
    files = queries.files_of(db, person(), document_id)
    return render_template(
        "filing/of_document.html", seen=seen, document=seen.document, files=files, offers=offers, faults=faults,
        there={file.id for file in files},
    )  # fmt: skip


@bp.post("/papers/<int:document_id>/files")
def put_document(document_id: int) -> ResponseReturnValue:
    """Who keeps the file: put this document into it."""
    file_id = whole("file")
    with database().writing() as db:
        if not may_see(db, document_id, person().labels):
            raise NotFound(f"document {document_id}")
        if file_id is None:
            raise Problem("no_file_chosen")
        gathered = gathering.add(db, seeing.load_to_change(db, person(), file_id), [document_id], person(), now())
        for _title, problem in gathered.refused:
            raise problem
    return done(url_for("gathering.of_document", document_id=document_id), _("Đã xếp vào hồ sơ."))
