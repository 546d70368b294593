"""Pages of tasks: mine, the board of those who gave them, one task with its history."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Forbidden, Invalid, NotFound
from documents.text import exact, fold
from ecabinet.access import Person, within
from ecabinet.clock import now, today
from ecabinet.fields import asked, text
from ecabinet.registry.exports import export_response
from ecabinet.registry.models import Unit
from ecabinet.registry.queries import members_named
from ecabinet.tasks import forms, operations, queries, rules
from ecabinet.tasks.forms import Choice
from ecabinet.tasks.operations import Source
from ecabinet.tasks.queries import ANSWERS_FOR_UNIT, Line
from ecabinet.tasks.rules import TaskAct
from ecabinet.web import database, done, engines, fault_texts, person
from ecabinet.workdays import queries as workdays

bp = Blueprint("tasks", __name__)

SourceLink = Callable[[int], str]
"""The address of what a task was given from, by its id. The application knows them by kind."""


@dataclass(frozen=True)
class Today:
    """What the first page says of tasks in one line."""

    open: int
    late: int
    waiting: int
    """Reports and requests that wait for an answer of mine."""


@bp.app_template_global("tasks_today")
def tasks_today() -> Today:
    """For the first page: my open tasks, those late, and what waits for me as the one who gave them."""
    me = person()
    with database().reading() as db:
        mine = queries.mine(db, me, today())
        given = [line.task for line in queries.given(db, me, today()) if line.task.given_by == me.member_id]
    waiting = sum(task.state == rules.TaskState.REPORTED or task.asked_due is not None for task in given)
    return Today(len(mine), sum(line.late for line in mine), waiting)


@bp.app_template_global("task_source_url")
def source_url(kind: str, source_id: int | None) -> str:
    """Where a task came from; empty where nobody knows such a place."""
    links: dict[str, SourceLink] = current_app.extensions.get("ecabinet.task_sources", {})
    return links[kind](source_id) if kind in links and source_id is not None else ""


def _gives(me: Person) -> bool:
    return any(me.paths(permission) for permission in ANSWERS_FOR_UNIT)


@bp.get("/tasks")
def index() -> ResponseReturnValue:
    """The signed-in: the tasks they own or help with; with ``?ended=1`` those that are over."""
    ended = request.args.get("ended") == "1"
    with database().reading() as db:
        lines = queries.mine(db, person(), today(), ended=ended)
        return render_template("tasks/index.html", lines=lines, ended=ended, gives=_gives(person()), today=today())


@bp.get("/tasks/board")
def board() -> ResponseReturnValue:
    """The signed-in: the open tasks that they or their units gave, late ones first, by unit."""
    with database().reading() as db:
        boards = queries.board(db, person(), today())
        over = queries.given(db, person(), today(), ended=True, limit=20)
        return render_template("tasks/board.html", boards=boards, over=over, gives=_gives(person()), today=today())


@bp.get("/tasks/export/<kind>")
def export(kind: str) -> ResponseReturnValue:
    """The signed-in: the tasks that they or their units gave, as a list (xlsx, csv)."""
    header = [
        _("Nhiệm vụ"), _("Giao từ"), _("Người/đơn vị thực hiện"), _("Phối hợp"), _("Hạn"), _("Trạng thái"),
        _("Tiến độ"), _("Quá hạn"), _("Người giao"),
    ]  # fmt: skip
    state_name: Callable[[str, str], str] = current_app.jinja_env.globals["label"]  # type: ignore[assignment]
    me, late_word = person(), _("quá hạn")

    def row(line: Line) -> list[str]:
        task = line.task
        return [
            task.title, task.source_text, task.owner_name, ", ".join(helper.name for helper in task.helpers),
            task.due_on.strftime("%d/%m/%Y"), str(state_name("task", task.state)), f"{task.percent}%",
            late_word if line.late else "", task.giver.full_name,
        ]  # fmt: skip

    def rows(db: Session) -> list[list[str]]:
        given = [*queries.given(db, me, today(), limit=5000), *queries.given(db, me, today(), ended=True, limit=5000)]
        return [row(line) for line in given]

    return export_response(kind, "nhiem-vu", header, rows, "task_export", f"member:{me.member_id}", {})


def _unit_of(db: Session) -> Unit:
    """The unit in whose name somebody gives a task: that of their first such role."""
    paths = [path for permission in ANSWERS_FOR_UNIT for path in person().paths(permission)]
    unit = db.scalar(select(Unit).where(Unit.path == min(paths, key=len))) if paths else None
    if unit is None:
        raise Forbidden
    return unit


def _choices(db: Session, unit: Unit, name: str) -> list[Choice]:
    """Members and units below the unit whose name contains this."""
    wanted = fold(exact(name.strip()))
    if not wanted:
        return []
    below = select(Unit).where(within(Unit.path, unit.path), Unit.dissolved_on.is_(None))
    named = below.where(Unit.search_name.contains(wanted, autoescape=True)).order_by(Unit.path).limit(20)
    units = [Choice(f"u{one.id}", one.name) for one in db.scalars(named)]
    members = members_named(db, name, unit.path, limit=20)
    return [*units, *(Choice(f"m{member.id}", member.full_name, unit_name) for member, unit_name in members)]


def _form(db: Session, unit: Unit, values: dict[str, str], faults: dict[str, str]) -> str:
    name = values.get("name", "")
    return render_template(
        "tasks/new.html", unit=unit, choices=_choices(db, unit, name), name=name, values=values, faults=faults,
        today=today(), chosen=request.form.getlist("helper"),
    )  # fmt: skip


@bp.get("/tasks/new")
def new() -> ResponseReturnValue:
    """Those who give tasks for some unit; ``?name=`` looks for who is to do it."""
    with database().reading() as db:
        return _form(db, _unit_of(db), {"name": asked("name", 100)}, {})


@bp.post("/tasks/new")
def create() -> ResponseReturnValue:
    """The same people: give a task that comes from nothing in particular."""
    values = request.form.to_dict()
    try:
        with database().writing() as db:
            unit = _unit_of(db)
            offered = _choices(db, unit, values.get("name", "")[:100])
            draft = forms.read_draft(offered, workdays.load(db), today())
            task_id = operations.give(db, unit, draft, Source(), person().member_id, now()).id
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_form(db, _unit_of(db), values, fault_texts(invalid)), 422)
    return done(url_for("tasks.page", task_id=task_id), _("Đã giao nhiệm vụ."))


@bp.get("/tasks/<int:task_id>")
def page(task_id: int) -> ResponseReturnValue:
    """Those who gave it, own it or help: the task with its history."""
    with database().reading() as db:
        return _page(db, queries.load(db, person(), task_id))


def _page(
    db: Session, seen: queries.Seen, form: str = "", faults: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    shown = render_template(
        "tasks/task.html", seen=seen, task=seen.task, line=queries.line_of(seen.task, today()),
        history=queries.history(db, seen.task.id), form=form, faults=faults or {}, entered=request.form,
    )  # fmt: skip
    return make_response(shown, status)


def _said(act: TaskAct) -> str:
    """What is said when it was done."""
    said: dict[TaskAct, str] = {
        TaskAct.ACCEPT: _("Đã nhận nhiệm vụ."),
        TaskAct.PROGRESS: _("Đã ghi tiến độ."),
        TaskAct.REPORT: _("Đã báo cáo kết quả."),
        TaskAct.APPROVE: _("Đã xác nhận hoàn thành."),
        TaskAct.RETURN: _("Đã trả lại để làm tiếp."),
        TaskAct.CANCEL: _("Đã hủy nhiệm vụ."),
        TaskAct.ASK_EXTENSION: _("Đã gửi đề nghị gia hạn."),
        TaskAct.GRANT: _("Đã gia hạn."),
        TaskAct.REFUSE: _("Đã trả lời đề nghị gia hạn."),
        TaskAct.EXTEND: _("Đã gia hạn."),
        TaskAct.ATTACH: _("Đã thêm tệp."),
        TaskAct.REASSIGN: _("Đã giao cho người khác."),
    }
    return said[act]


@bp.post("/tasks/<int:task_id>/do/<action>")
def act(task_id: int, action: str) -> ResponseReturnValue:
    """By the table of :mod:`.rules`, to those with a part in the task."""
    if action not in list(TaskAct) or action == TaskAct.REASSIGN:
        raise NotFound(f"action {action}")
    wanted = TaskAct(action)
    with database().reading() as db:  # a stranger's file is not even stored
        seen = queries.load(db, person(), task_id)
        rules.after(wanted, rules.TaskState(seen.task.state), seen.parts, asked=seen.task.asked_due is not None)
    attachments = forms.read_attachments(engines().blobs)
    try:
        with database().writing() as db:
            seen = queries.load_to_change(db, person(), task_id)
            operations.act(
                db, seen.task, wanted, seen.parts, forms.read_said(), person().member_id, now(), attachments
            )  # fmt: skip
    except Invalid as invalid:
        with database().reading() as db:
            return _page(db, queries.load(db, person(), task_id), action, fault_texts(invalid), 422)
    return done(url_for("tasks.page", task_id=task_id), _said(wanted))


def _reassign_page(db: Session, task_id: int, values: dict[str, str], faults: dict[str, str]) -> str:
    seen = queries.load(db, person(), task_id)
    rules.after(TaskAct.REASSIGN, rules.TaskState(seen.task.state), seen.parts, asked=False)
    name = values.get("name", "")[:100]
    return render_template(
        "tasks/reassign.html", seen=seen, task=seen.task, name=name, values=values, faults=faults,
        choices=_choices(db, seen.task.unit, name),
    )  # fmt: skip


@bp.get("/tasks/<int:task_id>/reassign")
def reassign_form(task_id: int) -> ResponseReturnValue:
    """Those who gave it: to whom else; ``?name=`` looks for them."""
    with database().reading() as db:
        return _reassign_page(db, task_id, {"name": asked("name", 100)}, {})


@bp.post("/tasks/<int:task_id>/reassign")
def reassign(task_id: int) -> ResponseReturnValue:
    """The same people: give it to another; what was reported so far stays."""
    try:
        with database().writing() as db:
            seen = queries.load_to_change(db, person(), task_id)
            to = forms.read_owner(_choices(db, seen.task.unit, text("name")[:100]))
            operations.reassign(db, seen.task, seen.parts, to, text("text"), person().member_id, now())
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_reassign_page(db, task_id, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("tasks.page", task_id=task_id), _said(TaskAct.REASSIGN))
