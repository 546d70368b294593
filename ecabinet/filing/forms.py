"""What the pages of files share: the words of a form, the people to choose from, lists as files."""

from collections.abc import Mapping
from datetime import datetime

from flask import Response, request
from flask_babel import force_locale
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.access import Permission, Person
from ecabinet.clock import today
from ecabinet.fields import asked
from ecabinet.filing.file_rules import LENGTHS
from ecabinet.filing.life_rules import FileState
from ecabinet.filing.models import OfficeFile
from ecabinet.filing.printed import Listing
from ecabinet.filing.queries import DUE, OVER, Wanted
from ecabinet.messages import sentence
from ecabinet.office import desk
from ecabinet.printing import pdf, word
from ecabinet.registry.exports import MEDIA_TYPES, export_response
from ecabinet.registry.models import Member, Unit
from ecabinet.upload_words import UPLOAD_LABELS
from ecabinet.web import database, person

PAPERS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def faults_of(problem: Problem) -> dict[str, str]:
    """Field → sentence, for the form that is shown again; what belongs to no field stands at its head."""
    if isinstance(problem, Invalid):
        return {field: sentence(fault) for field, fault in problem.faults.items()}
    return {problem.field or "form": sentence(problem)}


def wanted_of(unit: Unit) -> Wanted:
    """What the address asks for; the present year unless it says otherwise."""
    state, year = asked("state", 12), asked("year", 4)
    across = state in {DUE, OVER} or year == "all"
    number = int(year) if year.isascii() and year.isdigit() else today().year
    return Wanted(
        unit.id, None if across else number, today(), state if state in {*FileState, DUE, OVER} else "",
        asked("words", 200), person().member_id if request.args.get("mine") else None, asked("after", 120),
    )  # fmt: skip


def values_of(file: OfficeFile) -> dict[str, str]:
    """A file as its form has it."""
    names = (*LENGTHS, "year", "retention", "keep_years", "starts_on", "ended_on")
    values = {name: "" if (value := getattr(file, name)) is None else str(value) for name in names}
    return values | {"secret": "1" if file.secret else "", "in_charge": str(file.in_charge_id or "")}


def staff(db: Session, unit: Unit, chosen: Member | None = None) -> list[tuple[str, str]]:
    """Those who can be in charge of a file: who works in the unit, and who is so now."""
    people = {str(member_id): name for _unit, member_id, name in desk.holders(db, [unit.id], Permission.DRAFT)}
    if chosen is not None:
        people.setdefault(str(chosen.id), chosen.full_name)
    return [("", "–"), *people.items()]


def type_names() -> dict[str, str]:
    """The types of documents in Vietnamese, as lists and packages have them."""
    with force_locale("vi"):
        return {code: str(name) for code, name in UPLOAD_LABELS["document_type"].items()}


def send(kind: str, listing: Listing, action: str, subject: str, about: Mapping[str, str], me: Person, at: datetime
         ) -> Response:  # fmt: skip
    """A list as a paper (PDF, Word) or as a table; on the audit trail. Raises :class:`NotFound` for another kind."""
    if kind in MEDIA_TYPES:
        return export_response(
            kind, listing.name, listing.header, lambda _db: listing.rows, action, subject, dict(about)
        )  # fmt: skip
    if kind not in PAPERS:
        raise NotFound(f"list as {kind}")
    content = pdf.render(listing.sheet, at) if kind == "pdf" else word.render(listing.sheet, at)
    with database().writing() as db:
        audit.record(db, me.member_id, action, subject, at, kind=kind, rows=len(listing.rows), **about)
    disposition = "inline" if kind == "pdf" else "attachment"
    headers = {"Content-Disposition": f'{disposition}; filename="{listing.name}.{kind}"'}
    return Response(content, mimetype=PAPERS[kind], headers=headers)
