"""Pages of a draft's way to the signature: comments, submitting, what each of the chain decides, signing."""

import io
from collections.abc import Callable, Mapping

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.clock import now, today
from ecabinet.drafting import chain, operations, panels, papers, queries, rounds, signing
from ecabinet.drafting.chain import Submission
from ecabinet.drafting.operations import draft_of
from ecabinet.fields import day, text, texts
from ecabinet.office import desk, forms
from ecabinet.office.desk import Seen
from ecabinet.office.life_rules import OfficeAct
from ecabinet.web import database, done, engines, person

bp = Blueprint("draft_chain", __name__)

REVIEWERS = 4
"""So many can be chosen on the page."""


@bp.post("/office/drafts/<int:office_id>/consult")
def consult(office_id: int) -> ResponseReturnValue:
    """The drafter: ask colleagues for comments by a day."""
    try:
        if text("due_on") and day("due_on") is None:
            raise Invalid({"due_on": Problem("not_a_day")})
        with database().writing() as db:
            rounds.ask(
                db, desk.load_to_change(db, person(), office_id), set(_chosen("whom")), day("due_on"), person(), now()
            )
    except Problem as refused:
        faults = forms.faults_of(refused)
        with database().reading() as db:
            return make_response(_consult_page(db, desk.load(db, person(), office_id), faults), 422)
    return done(url_for("office.page", office_id=office_id), _("Đã gửi lấy ý kiến."))


def _chosen(name: str) -> list[int]:
    return [int(value) for value in texts(name) if value.isascii() and value.isdigit() and len(value) < 16]


@bp.get("/office/drafts/<int:office_id>/consult")
def consulting(office_id: int) -> ResponseReturnValue:
    """The drafter: whom to ask, and by when."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        seen.after(OfficeAct.EDIT)
        draft_of(db, seen.doc)
        return _consult_page(db, seen, {})


def _consult_page(db: Session, seen: Seen, faults: Mapping[str, str]) -> str:
    last = [one for one in rounds.asked(db, seen.doc.id) if one.round == draft_of(db, seen.doc).round]
    chosen = set(request.form.getlist("whom")) or {str(one.member_id) for one in last}
    people = [one for one in queries.colleagues(db, seen.doc.unit, today()) if one.id != person().member_id]
    return render_template(
        "drafting/consult.html", seen=seen, doc=seen.doc, faults=faults, chosen=chosen, people=people, today=today(),
        entered=request.form,
    )  # fmt: skip


@bp.post("/office/drafts/<int:office_id>/comment")
def comment(office_id: int) -> ResponseReturnValue:
    """Those asked, the drafter, those of the chain: say something of the newest version."""
    try:
        with database().writing() as db:
            rounds.comment(db, desk.load_to_change(db, person(), office_id), text("text"), person(), now())
    except Problem as refused:
        return panels.refused(office_id, "comment", forms.faults_of(refused))
    return done(url_for("office.page", office_id=office_id) + "#comments", _("Đã gửi ý kiến."))


@bp.post("/office/drafts/<int:office_id>/comments/<int:comment_id>")
def settle(office_id: int, comment_id: int) -> ResponseReturnValue:
    """The drafter: what became of a comment."""
    try:
        with database().writing() as db:
            seen = desk.load_to_change(db, person(), office_id)
            rounds.settle(db, seen, comment_id, text("answer"), person(), now())
    except Problem as refused:
        return panels.refused(office_id, f"settle:{comment_id}", forms.faults_of(refused))
    return done(url_for("office.page", office_id=office_id) + "#comments", _("Đã trả lời ý kiến."))


@bp.get("/office/drafts/<int:office_id>/submit")
def submission(office_id: int) -> ResponseReturnValue:
    """The drafter: what is wrong with the form, who sees it before it is signed."""
    with database().reading() as db:
        seen = desk.load(db, person(), office_id)
        seen.after(OfficeAct.SUBMIT)
        return _submit_page(db, seen, {})


def _submit_page(db: Session, seen: Seen, faults: Mapping[str, str]) -> str:
    doc, draft = seen.doc, draft_of(db, seen.doc)
    version = operations.newest(db, doc)
    last = request.form.getlist("reviewer") or queries.last_reviewers(db, person(), doc.type_code)
    return render_template(
        "drafting/submit.html", seen=seen, doc=doc, draft=draft, faults=faults, version=version,
        found=operations.faults_of(draft), checked=draft.checked_version_id == version.id, entered=request.form,
        reviewers=[*last, *([""] * REVIEWERS)][: max(REVIEWERS, len(last))],
        people=[one for one in queries.colleagues(db, doc.unit, today()) if one.id != draft.signer_id],
    )  # fmt: skip


@bp.post("/office/drafts/<int:office_id>/submit")
def submit(office_id: int) -> ResponseReturnValue:
    """The drafter: make the PDF that is signed, and send it on its way."""
    try:
        reviewers = _chosen("reviewer")
        with database().reading() as db:
            seen = desk.load(db, person(), office_id)
            seen.after(OfficeAct.SUBMIT)
            draft, version = draft_of(db, seen.doc), operations.newest(db, seen.doc)
            chain.check(draft, version, reviewers, text("reason"))
            source = papers.source_of(db, seen.doc, draft, version, today())
        ready = papers.signable(engines().blobs, source)
        blob = engines().blobs.put(io.BytesIO(ready.pdf))
        what = Submission(source.version_id, blob, ready.pages, reviewers, text("reason"))
        with database().writing() as db:
            chain.submit(db, desk.load_to_change(db, person(), office_id), what, person(), now())
    except Problem as refused:
        faults = _spoken(refused)
        with database().reading() as db:
            return make_response(_submit_page(db, desk.load(db, person(), office_id), faults), 422)
    return done(url_for("office.page", office_id=office_id), _("Đã trình ký."))


def _spoken(refused: Problem) -> dict[str, str]:
    """By field; why no PDF came of it stands at the file."""
    if refused.field is None and refused.code in FILE_PROBLEMS:
        refused.field = "file"
    return forms.faults_of(refused)


FILE_PROBLEMS = frozenset({
    "office_missing", "office_unsupported", "office_timeout", "office_failed", "pdf_unreadable", "already_signed",
})  # fmt: skip


def _acts() -> dict[str, tuple[Callable[[Session, Seen], None], str]]:
    """What is done with a press of a button, and what is said then."""
    who, at = person(), now()
    return {
        "withdraw": (lambda db, seen: chain.withdraw(db, seen, text("reason"), who, at), _("Đã rút lại.")),
        "approve": (lambda db, seen: chain.approve(db, seen, text("text"), who, at), _("Đã đồng ý, chuyển tiếp.")),
        "send_back": (
            lambda db, seen: chain.send_back(db, seen, text("reason"), who, at), _("Đã trả lại người soạn."),
        ),
        "discard": (lambda db, seen: operations.discard(db, seen, text("reason"), who, at), _("Đã bỏ dự thảo.")),
    }  # fmt: skip


@bp.post("/office/drafts/<int:office_id>/do/<action>")
def act(office_id: int, action: str) -> ResponseReturnValue:
    """By the table of what goes out: the drafter, the one whose turn it is, a leader of the unit, its clerk."""
    acts = _acts()
    if action not in acts:
        raise NotFound(f"act {action}")
    change, said = acts[action]
    try:
        with database().writing() as db:
            seen = desk.load_to_change(db, person(), office_id)
            draft_of(db, seen.doc)
            change(db, seen)
    except Problem as refused:
        return panels.refused(office_id, action, forms.faults_of(refused))
    return done(url_for("office.page", office_id=office_id), said)


@bp.get("/office/drafts/<int:office_id>/sign")
def signature(office_id: int) -> ResponseReturnValue:
    """The one whose turn it is to sign: with which certificate, and its password."""
    with database().reading() as db:
        return _sign_page(db, desk.load(db, person(), office_id), {})


def _sign_page(db: Session, seen: Seen, faults: Mapping[str, str]) -> str:
    step, version = chain.to_sign(db, seen)
    return render_template(
        "drafting/sign.html", seen=seen, doc=seen.doc, step=step, version=version, faults=faults,
        held=signing.held(db, person()),
    )  # fmt: skip


@bp.post("/office/drafts/<int:office_id>/sign")
def sign(office_id: int) -> ResponseReturnValue:
    """The same: sign the PDF; nothing of the password is kept."""
    at = now()
    try:
        with database().reading() as db:
            seen = desk.load(db, person(), office_id)
            order = signing.order(db, seen, person(), engines().sealer)
        paper = papers.read(engines().blobs, order.sha256, order.size)
        signed = signing.sign(paper, order, request.form.get("secret", ""), engines(), at)
        with database().writing() as db:
            seen = desk.load_to_change(db, person(), office_id)
            signing.keep(db, seen, signed, person(), at)
    except Problem as refused:
        faults = signing.spoken(refused)
        with database().reading() as db:
            return make_response(_sign_page(db, desk.load(db, person(), office_id), faults), 422)
    return done(url_for("office.page", office_id=office_id), _("Đã ký. Văn thư được báo để lấy số."))
