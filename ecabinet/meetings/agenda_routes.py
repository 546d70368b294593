"""The page on which an agenda is built, and the changes made there: plain forms, live for whoever else looks at it."""

from collections.abc import Callable

from flask import Blueprint, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.blocks import BlockTable, View
from ecabinet.clock import now
from ecabinet.fields import moment, text, texts, whole
from ecabinet.meetings import agenda, agenda_rules, audience, audience_queries, papers, queries
from ecabinet.meetings.agenda_lines import read_lines
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import RUNS_MEETING
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("agenda", __name__)

Change = Callable[[Session, Meeting], object]


def _page(meeting_id: int, values: dict[str, str] | None = None, faults: dict[str, str] | None = None) -> str:
    with database().reading() as db:
        locale = str(g.get("lang") or engines().config.locale)
        viewer, seen = queries.viewer(db, person(), meeting_id, View.AGENDA, locale)
        table: BlockTable = current_app.extensions["ecabinet.blocks"]
        # What was typed wrong is shown again where it was typed, by the block that stands there anyway.
        g.agenda_values, g.agenda_faults = values or {}, faults or {}
        blocks = {block["id"]: block for block in table.page(db, viewer)}
        people = queries.participants(db, meeting_id)
        return render_template(
            "meetings/agenda.html", meeting=seen.meeting, blocks=blocks, view=View.AGENDA, people=people,
            agenda_values=g.agenda_values, agenda_faults=g.agenda_faults,
        )  # fmt: skip


def _changed(meeting_id: int, change: Change, message: str = "") -> ResponseReturnValue:
    """Make a change; a fault of a form is shown beside its field, or said where the form stands on a live page."""
    try:
        with database().writing() as db:
            change(db, queries.load_to_change(db, person(), meeting_id).require_preparing())
    except Invalid as invalid:
        if request.headers.get("HX-Request"):
            raise next(iter(invalid.faults.values())) from invalid
        return make_response(_page(meeting_id, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("agenda.edit", meeting_id=meeting_id), message)


@bp.get("/meetings/<int:meeting_id>/agenda")
def edit(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: the whole agenda with its papers."""
    return _page(meeting_id)


@bp.post("/meetings/<int:meeting_id>/agenda")
def add(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: one item a line."""

    def change(db: Session, meeting: Meeting) -> None:
        typed = read_lines(text("lines"))
        if not typed:
            raise Invalid({"lines": Problem("missing")})
        try:
            agenda.add_items(db, meeting, typed)
        except Invalid as invalid:
            raise Invalid({"lines": next(iter(invalid.faults.values()))}) from invalid

    return _changed(meeting_id, change)


def _draft() -> agenda_rules.ItemDraft:
    kind = text("kind") or agenda_rules.ItemKind.REPORT
    if kind not in set(agenda_rules.ItemKind):
        raise Problem("malformed")
    due = moment("papers_due")
    if text("papers_due") and due is None:
        raise Invalid({"papers_due": Problem("not_a_time")})
    return agenda_rules.ItemDraft(
        title=text("title"), minutes=whole("minutes", 0), kind=agenda_rules.ItemKind(kind),
        presenters=tuple(name for name in texts("presenter") if name), description=text("description"),
        hidden=text("hidden") == "1", papers_due=due,
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>")
def save(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: everything said of one item."""

    def change(db: Session, meeting: Meeting) -> None:
        agenda.edit_item(db, meeting, queries.load_item(db, meeting, item_id), _draft(), now())

    return _changed(meeting_id, change, _("Đã lưu."))


@bp.get("/meetings/<int:meeting_id>/items/<int:item_id>/audience")
def audience_of(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: whom an item is for."""
    return _audience(meeting_id, item_id, {})


def _audience(meeting_id: int, item_id: int, faults: dict[str, str]) -> str:
    with database().reading() as db:
        meeting = queries.load(db, person(), meeting_id).require_manager()
        item = queries.load_item(db, meeting, item_id)
        return render_template(
            "meetings/item_audience.html", meeting=meeting, item=item, people=queries.participants(db, meeting_id),
            chosen=set(map(int, filter(str.isdecimal, texts("people")))) or audience_queries.chosen_for(db, item_id),
            wanted=text("audience") or ("some" if item.limited else "all"), runs=RUNS_MEETING, faults=faults,
        )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/audience")
def set_audience(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting: an item for all (``audience`` = all), or for ``people`` only."""
    try:
        with database().writing() as db:
            meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
            item, me = queries.load_item(db, meeting, item_id), person().member_id
            if text("audience") == "all":
                audience.open_to_all(db, meeting, item, me, now())
            else:
                audience.limit(db, meeting, item, _people(), in_minutes=text("in_minutes") == "1", by=me, now=now())
    except Invalid as invalid:
        return make_response(_audience(meeting_id, item_id, fault_texts(invalid)), 422)
    return done(url_for("agenda.edit", meeting_id=meeting_id), _("Đã lưu thành phần của nội dung."))


def _people() -> set[int]:
    named = texts("people")
    if text("audience") != "some" or not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in named):
        raise Problem("malformed")
    return {int(one) for one in named}


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/remove")
def remove(meeting_id: int, item_id: int) -> ResponseReturnValue:
    """Those who run the meeting."""
    return _changed(meeting_id, lambda db, m: agenda.remove_item(db, queries.load_item(db, m, item_id), now()))


@bp.post("/meetings/<int:meeting_id>/order")
def move(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: an item one step up, down, in or out (``direction``), or behind another one
    (``after``, empty for the head) at a ``depth``.
    """
    return _changed(meeting_id, _move)


def _move(db: Session, meeting: Meeting) -> None:
    item_id, depth, after = whole("item"), whole("depth"), whole("after", 0)
    direction = text("direction")
    if item_id is not None and direction in set(agenda_rules.Direction):
        agenda.move_item(db, meeting, item_id, agenda_rules.Direction(direction), now())
    elif item_id is not None and not direction and depth is not None and after is not None:
        agenda.put_item(db, meeting, item_id, after or None, depth, now())
    else:
        raise Problem("malformed")


@bp.post("/meetings/<int:meeting_id>/agenda/settings")
def settings(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: how items are numbered, whether papers are approved."""

    def change(db: Session, meeting: Meeting) -> None:
        numbering = text("numbering")
        if numbering not in set(agenda_rules.Numbering):
            raise Problem("malformed")
        agenda.set_numbering(db, meeting, agenda_rules.Numbering(numbering))
        papers.set_approval(db, meeting, text("approves_papers") == "1", person(), now())

    return _changed(meeting_id, change, _("Đã lưu."))


@bp.post("/meetings/<int:meeting_id>/break")
def take_break(meeting_id: int) -> ResponseReturnValue:
    """Those who run the meeting: a break of so many ``minutes``, or so many more."""
    try:
        with database().writing() as db:
            meeting = queries.load_to_change(db, person(), meeting_id).require_preparing()
            agenda.take_break(db, meeting, _("Giải lao"), whole("minutes"), now())
    except Invalid as invalid:
        raise next(iter(invalid.faults.values())) from invalid
    return done(url_for("meetings.console", meeting_id=meeting_id))
