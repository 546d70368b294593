"""Pages of members: the list, one member with timeline and operations, the card, the figures of a unit."""

import segno
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet import audit
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import brief, day_of, text, whole
from ecabinet.messages import sentence
from ecabinet.registry import charts, member_queries, members, transfer_queries, transfers, unit_queries
from ecabinet.registry.history_models import MemberPhoto, Transfer
from ecabinet.registry.member_dates import age
from ecabinet.registry.member_forms import FIELDS, OPERATIONS, checked_form, day, require_sound
from ecabinet.registry.member_rules import Checked
from ecabinet.registry.member_scope import (
    address_of,
    asked_filter,
    asked_unit,
    kept_member,
    kept_unit,
    picked_unit,
    seen_member,
)
from ecabinet.registry.members import Act
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.rules import TransferKind
from ecabinet.registry.transfer_queries import Way
from ecabinet.registry.unit_rules import DECISION_LENGTH
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("members", __name__)


@bp.get("/members")
def index() -> ResponseReturnValue:
    """Those who keep a registry: the members of a unit's subtree, filtered, page by page."""
    with database().reading() as db:
        unit, choices = picked_unit(db)
        wanted = asked_filter(unit)
        page = member_queries.page(db, wanted)
        waiting = member_queries.waiting_transfers(db, person())
        units = member_queries.kept_units(db, person())
        total = member_queries.number_below(db, unit.id)
        return render_template(
            "registry/members.html", unit=unit, units=units, wanted=wanted, page=page, total=total, waiting=waiting,
            choices=choices, address=address_of(wanted), today=today(),
        )  # fmt: skip


@bp.post("/members/find")
def find() -> ResponseReturnValue:
    """The same people: by national id or phone, exactly; the number travels in the body and is looked up sealed."""
    digits = "".join(c for c in text("number") if c.isdigit())
    with database().writing() as db:
        paths = person().paths(Permission.MANAGE_REGISTRY)
        found = member_queries.by_number(db, engines().sealer.fingerprint(digits), paths)
        audit.record(db, person().member_id, "find_number", f"found:{len(found)}", now())
    if not found:
        raise Problem("no_such_member")
    return done(url_for("members.page", member_id=found[0]))


@bp.get("/members/dashboard")
def dashboard() -> ResponseReturnValue:
    """The same people: the kept figures of a unit's subtree."""
    with database().reading() as db:
        unit, choices = picked_unit(db)
        figures = member_queries.dashboard(db, unit, today())
        above = unit_queries.above(db, person(), unit)
    return render_template(
        "registry/members_dashboard.html", unit=unit, figures=figures, choices=choices, ticks=charts.ticks,
        longest=charts.longest, above=[one for one, seen in above if seen], today=today(),
    )  # fmt: skip


@bp.get("/members/new")
def new() -> ResponseReturnValue:
    """Those who keep the unit's registry: the form of a new member."""
    with database().reading() as db:
        unit = asked_unit(db)
    return render_template("registry/member_form.html", unit=unit, member=None, form={}, errors={}, fields=FIELDS)


@bp.post("/members/new")
def create() -> ResponseReturnValue:
    """The same: enter a member, or admit one with referrer and votes."""
    checked = checked_form()
    with database().writing() as db:
        unit = kept_unit(db, whole("unit") or 0)
        try:
            require_sound(checked)
            member_id = _add(db, unit, checked).id
        except Problem as problem:
            db.rollback()
            return _form_again(unit, None, problem), 422
    return done(url_for("members.page", member_id=member_id), _("Đã ghi nhận đoàn viên."))


def _add(db: Session, unit: Unit, checked: Checked) -> Member:
    if text("how") != "admit":
        return members.enter(db, engines().sealer, unit, checked.values, _act())
    referrer = db.scalar(select(Member).where(Member.card_number == text("referrer_card").upper()))
    votes = (whole("votes_for") or 0, whole("votes_all") or 0)
    return members.admit(db, engines().sealer, unit, checked.values, referrer, votes, _act())


@bp.get("/members/<int:member_id>")
def page(member_id: int) -> ResponseReturnValue:
    """Those who keep the registry of the member's unit, with operations; the member, without."""
    with database().reading() as db:
        member, keeps = seen_member(db, member_id)
        timeline = member_queries.timeline(db, member.id)
        transfer = transfers.under_way(db, member.id)
        step = transfers.next_step(db, transfer) if transfer else None
        chain = transfers.steps(db, transfer) if transfer else []
        dues = member_queries.dues(db, member.id)
        return render_template(
            "registry/member.html", member=member, keeps=keeps, timeline=timeline, transfer=transfer, step=step,
            chain=chain, dues=dues, operations=OPERATIONS, today=today(), age=age(member.born_on, today()),
            photo=db.get(MemberPhoto, member.id),
        )  # fmt: skip


@bp.post("/members/<int:member_id>/reveal")
def reveal(member_id: int) -> ResponseReturnValue:
    """The same people: open a protected number for a purpose; the look is on the audit trail."""
    field = text("field")
    with database().writing() as db:
        member, _keeps = seen_member(db, member_id)
        purpose = brief("purpose", 200)
        number = members.reveal(db, engines().sealer, member, field, purpose, person().member_id, now())
        return render_template("registry/member_number.html", member=member, field=field, number=number)


@bp.get("/members/<int:member_id>/card")
def card(member_id: int) -> ResponseReturnValue:
    """The same people: the member's card, to print."""
    with database().reading() as db:
        member, _keeps = seen_member(db, member_id)
        address = engines().config.public_url + url_for("members.page", member_id=member.id)
        qr = segno.make(address, error="m").svg_data_uri(scale=4, border=1)
        photo = db.get(MemberPhoto, member.id)
        return render_template("registry/member_card.html", member=member, qr=qr, photo=photo, today=today())


@bp.get("/members/<int:member_id>/edit")
def edit(member_id: int) -> ResponseReturnValue:
    """Those who keep the registry of the member's unit: mend what was entered."""
    with database().reading() as db:
        member = kept_member(db, member_id)
        form = member.papers | {name: getattr(member, name) or "" for name in ("full_name", "sex", "card_number")}
        for name in ("born_on", "joined_on"):
            form[name] = f"{getattr(member, name):%d/%m/%Y}" if getattr(member, name) else ""
        return render_template(
            "registry/member_form.html", unit=member.unit, member=member, form=form, errors={}, fields=FIELDS
        )


@bp.post("/members/<int:member_id>/edit")
def save(member_id: int) -> ResponseReturnValue:
    """The same."""
    checked = checked_form()
    with database().writing() as db:
        member = kept_member(db, member_id)
        try:
            require_sound(checked)
            members.correct(db, engines().sealer, member, checked.values, _act())
        except Problem as problem:
            unit = member.unit
            db.rollback()
            return _form_again(unit, member, problem), 422
    return done(url_for("members.page", member_id=member_id), _("Đã lưu thay đổi."))


@bp.post("/members/<int:member_id>/operations/<operation>")
def operate(member_id: int, operation: str) -> ResponseReturnValue:
    """The same: one of the operations of the page."""
    if operation not in OPERATIONS:
        raise NotFound
    with database().writing() as db:
        OPERATIONS[operation].run(db, kept_member(db, member_id), _act())
    return done(url_for("members.page", member_id=member_id), _("Đã ghi vào quá trình của đoàn viên."))


@bp.post("/members/<int:member_id>/transfer")
def transfer(member_id: int) -> ResponseReturnValue:
    """The same: ask for a transfer to the unit with a code."""
    with database().writing() as db:
        member = kept_member(db, member_id)
        to_unit = unit_queries.meant(unit_queries.destinations(db, text("to_unit")), "to_unit")
        kind = TransferKind.TEMPORARY if text("kind") == "temporary" else TransferKind.PERMANENT
        transfers.ask(db, member, to_unit, kind, day_of(text("until_day")), text("reason"), _act())
    return done(url_for("members.page", member_id=member_id), _("Đã gửi đề nghị chuyển sinh hoạt."))


@bp.get("/transfers")
def waiting_transfers() -> ResponseReturnValue:
    """Those who keep a registry: the transfers that wait, coming in and going out."""
    with database().reading() as db:
        if not member_queries.kept_units(db, person()):
            raise NotFound
        chains = transfer_queries.waiting(db, person(), today())
        return render_template("registry/transfers.html", chains=chains, ways=list(Way))


@bp.post("/transfers/<int:transfer_id>/<answer>")
def answer(transfer_id: int, answer: str) -> ResponseReturnValue:
    """Those who keep the registry of the unit whose turn it is: agree or refuse; of the sending unit: withdraw."""
    with database().writing() as db:
        found = db.get(Transfer, transfer_id)
        ends = (found.from_unit.path, found.to_unit.path) if found else ()
        if found is None or not any(person().may(Permission.MANAGE_REGISTRY, path) for path in ends):
            raise NotFound
        if answer == "withdraw":
            person().require(Permission.MANAGE_REGISTRY, found.from_unit.path)
            transfers.withdraw(db, found, _act())
        elif answer in ("agree", "refuse"):
            transfers.answer(db, found, person(), answer == "agree", text("note"), _act())
        else:
            raise NotFound
    back = "members.waiting_transfers" if text("back") == "transfers" else "members.index"
    return done(url_for(back), _("Đã ghi nhận ý kiến."))


def _act() -> Act:
    on_day = day("on_day") if request.form.get("on_day") else today()
    return Act(on_day, brief("decision", DECISION_LENGTH), person().member_id, now())


def _form_again(unit: Unit, member: Member | None, problem: Problem) -> str:
    errors = fault_texts(problem) if isinstance(problem, Invalid) else {problem.field or "form": sentence(problem)}
    return render_template(
        "registry/member_form.html", unit=unit, member=member, form=request.form, errors=errors, fields=FIELDS
    )
