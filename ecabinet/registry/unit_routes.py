"""Pages of units: the tree, a unit with its history, and a form for each operation."""

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, NotFound, Problem
from ecabinet.access import Permission, ancestors
from ecabinet.clock import today
from ecabinet.fields import asked, day_of
from ecabinet.messages import sentence
from ecabinet.registry import unit_forms, unit_history, unit_queries
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import UnitKind
from ecabinet.web import STATUS, database, done, fault_texts, person

bp = Blueprint("units", __name__)

MOST_OPEN = 30


@bp.get("/units")
def tree() -> ResponseReturnValue:
    """Everybody: the units above their own and the subtrees whose registry they keep; ``?open=5`` opens that unit and
    all above it, ``?q=`` searches by name or code.
    """
    me, query = person(), asked("q", 100)
    with database().reading() as db:
        if query:
            return render_template("registry/units.html", query=query, found=unit_queries.search(db, me, query))
        roots = unit_queries.roots(db, me)
        opened = _opened(db) if "open" in request.args else {root.id for root in roots}
        branches = [unit_queries.branch(db, me, root, opened) for root in roots]
    return render_template("registry/units.html", query="", branches=branches)


def _opened(db: Session) -> set[int]:
    ids = [int(value) for value in request.args.getlist("open") if value.isascii() and value.isdigit()]
    opened: set[int] = set()
    for unit_id in ids[:MOST_OPEN]:
        if unit_id < 2**31 and (unit := db.get(Unit, unit_id)):
            opened.update(ancestors(unit.path))
    return opened


@bp.get("/units/<int:unit_id>/node")
def node(unit_id: int) -> ResponseReturnValue:
    """Those who see the unit: its entry in the tree, open or closed, as a fragment."""
    me = person()
    with database().reading() as db:
        found = unit_queries.node(db, me, unit_id)
        branch = unit_queries.branch(db, me, found, {unit_id} if "open" in request.args else ())
    return render_template("registry/units_node.html", branch=branch)


@bp.get("/units/<int:unit_id>/below")
def below(unit_id: int) -> ResponseReturnValue:
    """Those who see the unit: the next entries below it, as a fragment."""
    me = person()
    with database().reading() as db:
        unit = unit_queries.load(db, me, unit_id)
        nodes, more = unit_queries.children(db, me, unit_id, asked("after", 30))
    return render_template("registry/units_below.html", unit=unit, nodes=nodes, more=more)


@bp.get("/units/options")
def options() -> ResponseReturnValue:
    """Those who keep a registry: units to choose from, by what is typed so far, as a fragment."""
    if not person().paths(Permission.MANAGE_REGISTRY):
        raise Problem("forbidden")
    with database().reading() as db:
        typed = next((typed for name in ("target", "in_unit", "unit") if (typed := asked(name, 100))), "")
        found = unit_queries.receivers(db, person(), typed)
    return render_template("registry/units_options.html", options=[(unit.code, unit.name) for unit in found])


@bp.get("/units/destinations")
def destinations() -> ResponseReturnValue:
    """The same people: every unit that stands, as a member may be transferred to any of them."""
    if not person().paths(Permission.MANAGE_REGISTRY):
        raise Problem("forbidden")
    with database().reading() as db:
        found = unit_queries.destinations(db, asked("to_unit", 100))
    return render_template("registry/units_options.html", options=[(unit.code, unit.name) for unit in found])


@bp.get("/units/<int:unit_id>")
def page(unit_id: int) -> ResponseReturnValue:
    """Those who see the unit; its history only those who keep its registry."""
    me = person()
    with database().reading() as db:
        unit = unit_queries.load(db, me, unit_id)
        manages = me.may(Permission.MANAGE_REGISTRY, unit.path)
        nodes, more = unit_queries.children(db, me, unit_id, asked("after", 30))
        values = {
            "above": unit_queries.above(db, me, unit),
            "figures": unit_queries.figures(db, unit),
            "bodies": unit_queries.bodies(db, unit),
            "history": _history(db, unit) if manages else None,
        }
    return render_template(
        "registry/units_unit.html",
        unit=unit, nodes=nodes, more=more, manages=manages, decides=_decides(unit), today=today(), **values,
    )  # fmt: skip


def _history(db: Session, unit: Unit) -> dict[str, object]:
    day = day_of(asked("day", 10))
    history: dict[str, object] = {"timeline": unit_history.timeline(db, unit.id), "day": day}
    if day is not None:
        history["above"] = unit_history.above_on(db, unit.id, day)
        history["below"] = unit_history.below_on(db, unit.id, day)
    return history


def _decides(unit: Unit) -> bool:
    """Whether the person keeps the registry of the unit above, where the unit's place is decided."""
    return person().may(Permission.MANAGE_REGISTRY, unit.path[: -len(f"{unit.id}/")])


def _load_for(db: Session, unit_id: int, operation: str) -> Unit:
    if operation not in unit_forms.OPERATIONS:
        raise NotFound(operation)
    unit = unit_queries.load(db, person(), unit_id)
    person().require(Permission.MANAGE_REGISTRY, unit.path)
    if operation in unit_forms.DECIDED_ABOVE and not _decides(unit):
        raise Problem("forbidden")
    return unit


def _form(db: Session, unit: Unit, operation: str, faults: dict[str, str], fault: str = "") -> str:
    kinds = [kind.value for kind in UnitKind]
    below = unit_queries.children(db, person(), unit.id, limit=unit_forms.MOST_PARTS)[0] if operation == "split" else []
    return render_template(
        "registry/units_form.html",
        unit=unit, operation=operation, faults=faults, fault=fault, kinds=kinds, below=below,
        values=request.form.to_dict() if request.method == "POST" else {"on_day": today().isoformat()},
        chosen=request.form.getlist("sub_unit"), today=today(),
    )  # fmt: skip


@bp.get("/units/<int:unit_id>/<operation>")
def form(unit_id: int, operation: str) -> ResponseReturnValue:
    """Those who keep the registry of the unit, or, for what changes its place, of the one above."""
    with database().reading() as db:
        return _form(db, _load_for(db, unit_id, operation), operation, {})


@bp.post("/units/<int:unit_id>/<operation>")
def act(unit_id: int, operation: str) -> ResponseReturnValue:
    """The same; the receiving unit must be one whose registry they keep too."""
    try:
        with database().writing() as db:
            unit = _load_for(db, unit_id, operation)
            shown_id = unit_forms.carry_out(db, operation, unit).id
    except Problem as problem:
        return _again(unit_id, operation, problem)
    return done(url_for("units.page", unit_id=shown_id), _("Đã ghi vào sổ tổ chức."))


def _again(unit_id: int, operation: str, problem: Problem) -> ResponseReturnValue:
    """The form with what was entered and what is wrong; refusals that are not about the form go their usual way."""
    if problem.code in STATUS and not isinstance(problem, Invalid):
        raise problem
    faults = fault_texts(problem) if isinstance(problem, Invalid) else {}
    with database().reading() as db:
        unit = _load_for(db, unit_id, operation)
        return make_response(_form(db, unit, operation, faults, "" if faults else sentence(problem)), 422)
