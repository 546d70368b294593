"""What drafting shows on the page of a document that goes out: what can be done now, its form, its chain, comments."""

from collections.abc import Mapping

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from documents.media import DOCX
from documents.queries import newest_version
from ecabinet.clock import now, today
from ecabinet.drafting import chain, operations, rounds
from ecabinet.drafting.models import OfficeDraft
from ecabinet.office import desk, stamps
from ecabinet.office.desk import Seen
from ecabinet.office.life_rules import OfficeState
from ecabinet.office.panels import Panel
from ecabinet.web import database, person

WORKED_ON = frozenset({OfficeState.DRAFT, OfficeState.SUBMITTED})


def work(db: Session, seen: Seen) -> str:
    """For those who draft, comment and sign: what they can do now, and where it stands."""
    draft = db.get(OfficeDraft, seen.doc.id)
    version = newest_version(db, seen.doc.document_id)
    if draft is None or version is None:
        return ""
    comments, asked = rounds.of(db, seen.doc.id), rounds.asked(db, seen.doc.id)
    return render_template(
        "drafting/panel.html", seen=seen, doc=seen.doc, draft=draft, version=version, comments=comments,
        open_comments=[one for one in comments if one.settled_at is None],
        asked=[one for one in asked if one.round == draft.round], said={one.member_id for one in comments
        if one.round == draft.round}, steps=chain.present(db, seen.doc, draft) if draft.paper_version_id else [],
        turn=chain.turn(db, seen.doc), found=operations.faults_of(draft), worked_on=seen.doc.state in WORKED_ON,
        checked=draft.checked_version_id == version.id, word=version.media_type == DOCX,
        loan=operations.lent(db, seen.doc, now()), today=today(),
    )  # fmt: skip


def preview(db: Session, seen: Seen) -> str:
    """The first page of what is worked on."""
    draft = db.get(OfficeDraft, seen.doc.id)
    version = newest_version(db, seen.doc.document_id)
    if draft is None or version is None or seen.doc.state not in {*WORKED_ON, OfficeState.SIGNED}:
        return ""
    return render_template(
        "drafting/preview.html", doc=seen.doc, version=version, picture=stamps.pictured(db, version),
    )  # fmt: skip


PANELS = (Panel("drafting", work, wide=True), Panel("draft_preview", preview))


def refused(office_id: int, form: str, faults: Mapping[str, str]) -> ResponseReturnValue:
    """What was refused of a short form, on a page of its own with what was entered."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        shown = render_template(
            "drafting/again.html", seen=seen, doc=seen.doc, form=form, faults=faults, entered=request.form
        )  # fmt: skip
        return make_response(shown, 422)
