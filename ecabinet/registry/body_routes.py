"""Pages of bodies: who sits in one on a day, its terms, and forms for terms and positions."""

from collections.abc import Callable

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Permission
from ecabinet.clock import now, today
from ecabinet.fields import asked, day, day_of, text, whole
from ecabinet.messages import sentence
from ecabinet.registry import bodies, body_queries, queries, unit_queries
from ecabinet.registry.body_rules import Days
from ecabinet.registry.models import Body, Member, Position, Term, Unit
from ecabinet.registry.rules import BodyKind
from ecabinet.web import STATUS, database, done, fault_texts, person

bp = Blueprint("bodies", __name__)


def _load(db: Session, body_id: int) -> Body:
    """The body of a unit that the person sees; raises :class:`NotFound`."""
    body = db.get(Body, body_id)
    if body is None:
        raise NotFound(f"body {body_id}")
    unit_queries.load(db, person(), body.unit_id)
    return body


def _load_managed(db: Session, body_id: int) -> Body:
    body = _load(db, body_id)
    person().require(Permission.MANAGE_REGISTRY, body.unit.path)
    return body


def _load_term(db: Session, term_id: int) -> tuple[Body, Term]:
    term = db.get(Term, term_id)
    if term is None:
        raise NotFound(f"term {term_id}")
    return _load_managed(db, term.body_id), term


def _days() -> Days:
    return Days(day("starts_on"), day("ends_on"), until_is_a_day=not text("ends_on") or day("ends_on") is not None)


@bp.get("/units/<int:unit_id>/bodies/new")
def new(unit_id: int) -> ResponseReturnValue:
    """Those who keep the unit's registry."""
    with database().reading() as db:
        return _new_form(_load_unit(db, unit_id), {})


def _load_unit(db: Session, unit_id: int) -> Unit:
    unit = unit_queries.load(db, person(), unit_id)
    person().require(Permission.MANAGE_REGISTRY, unit.path)
    return unit


def _new_form(unit: Unit, faults: dict[str, str], fault: str = "") -> str:
    return render_template(
        "registry/bodies_new.html", unit=unit, kinds=[kind.value for kind in BodyKind], values=request.form,
        faults=faults, fault=fault,
    )  # fmt: skip


@bp.post("/units/<int:unit_id>/bodies/new")
def create(unit_id: int) -> ResponseReturnValue:
    """The same."""
    try:
        with database().writing() as db:
            unit = _load_unit(db, unit_id)
            body_id = bodies.set_up(db, unit, text("name"), text("kind"), person().member_id, now()).id
    except Problem as problem:
        faults, fault = _told(problem)
        with database().reading() as db:
            return make_response(_new_form(_load_unit(db, unit_id), faults, fault), 422)
    return done(url_for("bodies.page", body_id=body_id), _("Đã ghi vào sổ tổ chức."))


def _told(problem: Problem) -> tuple[dict[str, str], str]:
    """What is wrong by field, or in one sentence; refusals that are not about the form go their usual way."""
    if isinstance(problem, Invalid):
        return fault_texts(problem), ""
    if problem.code in STATUS:
        raise problem
    return {}, sentence(problem)


@bp.get("/bodies/<int:body_id>")
def page(body_id: int) -> ResponseReturnValue:
    """Those who see the unit; ``?day=`` shows the body as it stood then."""
    with database().reading() as db:
        return _page(db, _load(db, body_id))


def _page(db: Session, body: Body, form: str = "", faults: dict[str, str] | None = None, fault: str = "") -> str:
    """The page; ``form`` names the form that is shown again with what was entered."""
    shown = day_of(asked("day", 10)) or today()
    terms = body_queries.terms(db, body)
    return render_template(
        "registry/bodies_body.html",
        body=body, terms=terms, day=shown, seats=queries.seats_of(db, body.id, shown), today=today(),
        term=next((term for term in terms if term.holds(today())), None),
        manages=person().may(Permission.MANAGE_REGISTRY, body.unit.path) and body.unit.dissolved_on is None,
        form=form, faults=faults or {}, fault=fault, values=request.form,
    )  # fmt: skip


@bp.get("/bodies/<int:body_id>/candidates")
def candidates(body_id: int) -> ResponseReturnValue:
    """Those who keep the unit's registry: members to choose from, by what is typed so far, as a fragment."""
    with database().reading() as db:
        body = _load_managed(db, body_id)
        typed = asked("member", 100)
        found = queries.members_named(db, typed, body.unit.path) if typed else []
    named = [(member.card_number, f"{member.full_name} · {unit_name}") for member, unit_name in found]
    return render_template("registry/units_options.html", options=named)


@bp.post("/bodies/<int:body_id>/terms")
def begin_term(body_id: int) -> ResponseReturnValue:
    """Those who keep the unit's registry."""

    def change(db: Session) -> int:
        bodies.begin_term(db, _load_managed(db, body_id), text("name"), _days(), person().member_id, now())
        return body_id

    return _changed("term", change, body_id)


@bp.post("/terms/<int:term_id>/end")
def end_term(term_id: int) -> ResponseReturnValue:
    """The same."""

    def change(db: Session) -> int:
        body, term = _load_term(db, term_id)
        bodies.end_term(db, body, term, day("ends_on"), person().member_id, now())
        return body.id

    return _changed(f"end-term-{term_id}", change, _body_of(term_id))


@bp.post("/terms/<int:term_id>/positions")
def appoint(term_id: int) -> ResponseReturnValue:
    """The same; the member is meant by card number or name."""

    def change(db: Session) -> int:
        body, term = _load_term(db, term_id)
        bodies.appoint(
            db, body, term, _meant(db, body), text("title"), whole("rank"), _days(), person().member_id, now(),
            voting=text("voting") == "1", weight=whole("weight", 1),
        )  # fmt: skip
        return body.id

    return _changed(f"position-{term_id}", change, _body_of(term_id))


@bp.post("/positions/<int:position_id>/end")
def end_position(position_id: int) -> ResponseReturnValue:
    """The same."""
    with database().reading() as db:
        found = db.get(Position, position_id)
        if found is None:
            raise NotFound(f"position {position_id}")
        body_id = _load_term(db, found.term_id)[0].id

    def change(db: Session) -> int:
        position = db.get_one(Position, position_id)
        body, term = _load_term(db, position.term_id)
        bodies.end_position(db, body, term, position, day("ends_on"), person().member_id, now())
        return body.id

    return _changed(f"end-position-{position_id}", change, body_id)


def _body_of(term_id: int) -> int:
    with database().reading() as db:
        return _load_term(db, term_id)[0].id


def _meant(db: Session, body: Body) -> Member | None:
    found = body_queries.candidates(db, body, text("member")) if text("member") else []
    if len(found) > 1:
        listed = ", ".join(f"{member.card_number} ({member.full_name})" for member in found)
        raise Invalid({"member": Problem("member_ambiguous", members=listed)})
    return found[0] if found else None


def _changed(form: str, change: Callable[[Session], int], body_id: int) -> ResponseReturnValue:
    try:
        with database().writing() as db:
            change(db)
    except Problem as problem:
        faults, fault = _told(problem)
        with database().reading() as db:
            return make_response(_page(db, _load(db, body_id), form, faults, fault), 422)
    return done(url_for("bodies.page", body_id=body_id), _("Đã ghi vào sổ tổ chức."))
