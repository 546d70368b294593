"""Pages on which a round is prepared: what it says, its questions, papers, and whom it goes to."""

from datetime import datetime, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from documents.media import media_type
from ecabinet.access import Permission
from ecabinet.clock import ZONE, now, today
from ecabinet.fields import asked, moment, text, texts, whole
from ecabinet.meetings.agenda import PaperFile
from ecabinet.opinions import drafting, queries, rounds, rules
from ecabinet.opinions.models import OpinionRound
from ecabinet.registry import queries as registry
from ecabinet.registry.models import Body, Member, Unit
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("opinion_drafts", __name__)

USUAL_TIME = timedelta(days=5)


def _said() -> rules.RoundDraft:
    """What the form says of a round."""
    return rules.RoundDraft(
        title=text("title"),
        body=text("body"),
        deadline=moment("deadline"),
        late_days=whole("late_days", 0),
        close_when_all=text("close_when_all") == "1",
        asks_approval=text("asks_approval") == "1",
    )


def _local(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


@bp.get("/opinions/new")
def new() -> ResponseReturnValue:
    """Those who hold meetings of some unit."""
    if not person().paths(Permission.HOLD_MEETINGS):
        raise Problem("forbidden")
    deadline = (now() + USUAL_TIME).astimezone(ZONE).replace(hour=17, minute=0, second=0, microsecond=0)
    with database().reading() as db:
        return _new(db, {"deadline": _local(deadline), "late_days": "0", "close_when_all": "1"}, {})


def _new(db: Session, values: dict[str, str], faults: dict[str, str]) -> str:
    bodies = registry.bodies_below(db, person().paths(Permission.HOLD_MEETINGS))
    return render_template("opinions/new.html", bodies=bodies, values=values, faults=faults)


@bp.post("/opinions/new")
def create() -> ResponseReturnValue:
    """Those who hold meetings of the unit of the chosen body, to which the round is addressed."""
    me = person()
    try:
        with database().writing() as db:
            body = db.get(Body, whole("to_body") or 0)
            if body is None or not me.may(Permission.HOLD_MEETINGS, body.unit.path):
                raise Invalid({"to_body": Problem("no_such_unit")})
            made = drafting.create(db, body.unit, _said(), me.member_id, now())
            drafting.address_body(db, made, body, me.member_id, now())
            if text("question"):
                drafting.add_question(db, made, text("question"), rules.DEFAULT_OPTIONS, me.member_id, now())
            round_id = made.id
    except Invalid as invalid:
        with database().reading() as db:
            return make_response(_new(db, request.form.to_dict(), fault_texts(invalid)), 422)
    return done(url_for("opinion_drafts.edit", round_id=round_id))


@bp.get("/opinions/<int:round_id>/edit")
def edit(round_id: int) -> ResponseReturnValue:
    """Those who hold it, while it is a draft; ``?name=`` looks for members to ask."""
    with database().reading() as db:
        return _page(db, queries.load(db, person(), round_id).require_manager())


def _page(
    db: Session, of: OpinionRound, form: str = "", faults: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page; ``form`` names the form that is shown again with what was entered."""
    drafting.require_draft(of)
    values = request.form if form == "round" else {
        "title": of.title, "body": of.body, "deadline": _local(of.deadline), "late_days": of.late_days,
        "close_when_all": of.close_when_all, "asks_approval": of.asks_approval,
    }  # fmt: skip
    name = asked("name", 100)
    page = render_template(
        "opinions/edit.html",
        round=of, values=values, form=form, faults=faults or {}, entered=request.form, name=name,
        entered_options=texts("option"), entered_needs=request.form.getlist("needs"),
        usual=rules.DEFAULT_OPTIONS, most_options=rules.MOST_OPTIONS,
        papers=drafting.papers(db, of.id),
        addressees=queries.addressees(db, of),
        people=drafting.addressed(db, of, today()),
        found=registry.members_named(db, name, of.unit.path) if name else [],
        bodies=registry.bodies_below(db, (of.unit.path,)),
        needs_approval=rounds.needs_approval(db, of),
    )  # fmt: skip
    return make_response(page, status)


def _draft(db: Session, round_id: int) -> OpinionRound:
    return queries.load_to_change(db, person(), round_id).require_manager()


def _shown_again(round_id: int, form: str, invalid: Invalid) -> ResponseReturnValue:
    with database().reading() as db:
        of = queries.load(db, person(), round_id).require_manager()
        return _page(db, of, form, fault_texts(invalid), 422)


def _back(round_id: int, part: str, message: str = "") -> ResponseReturnValue:
    return done(url_for("opinion_drafts.edit", round_id=round_id, _anchor=part), message)


@bp.post("/opinions/<int:round_id>/edit")
def save(round_id: int) -> ResponseReturnValue:
    """Those who hold it."""
    try:
        with database().writing() as db:
            drafting.edit(db, _draft(db, round_id), _said(), person().member_id, now())
    except Invalid as invalid:
        return _shown_again(round_id, "round", invalid)
    return _back(round_id, "main-form", _("Đã lưu."))


def _options() -> list[rules.OptionDraft]:
    """The options as entered: an empty line is none; the numbers of those that need words come beside."""
    needing = set(request.form.getlist("needs"))
    return [rules.option(label, str(n) in needing) for n, label in enumerate(texts("option"), start=1) if label]


@bp.post("/opinions/<int:round_id>/questions")
def add_question(round_id: int) -> ResponseReturnValue:
    """Those who hold it."""
    try:
        with database().writing() as db:
            of = _draft(db, round_id)
            drafting.add_question(db, of, text("text"), _options(), person().member_id, now())
    except Invalid as invalid:
        return _shown_again(round_id, "question-new", invalid)
    return _back(round_id, "questions")


@bp.post("/opinions/<int:round_id>/questions/<int:question_id>")
def save_question(round_id: int, question_id: int) -> ResponseReturnValue:
    """Those who hold it."""
    try:
        with database().writing() as db:
            of = _draft(db, round_id)
            question = queries.load_question(db, of, question_id)
            drafting.edit_question(db, of, question, text("text"), _options(), person().member_id, now())
    except Invalid as invalid:
        return _shown_again(round_id, f"question-{question_id}", invalid)
    return _back(round_id, f"question-{question_id}", _("Đã lưu."))


@bp.post("/opinions/<int:round_id>/questions/<int:question_id>/remove")
def remove_question(round_id: int, question_id: int) -> ResponseReturnValue:
    """Those who hold it."""
    with database().writing() as db:
        of = _draft(db, round_id)
        drafting.remove_question(db, of, queries.load_question(db, of, question_id), person().member_id, now())
    return _back(round_id, "questions")


@bp.post("/opinions/<int:round_id>/questions/<int:question_id>/move")
def move_question(round_id: int, question_id: int) -> ResponseReturnValue:
    """Those who hold it: one place up or down."""
    with database().writing() as db:
        of = _draft(db, round_id)
        drafting.move_question(db, of, queries.load_question(db, of, question_id), up=text("direction") == "up")
    return _back(round_id, "questions")


@bp.post("/opinions/<int:round_id>/recipients")
def address(round_id: int) -> ResponseReturnValue:
    """Those who hold it: ask a body or a member of the unit or below, or leave a member out."""
    with database().writing() as db:
        of = _draft(db, round_id)
        if text("to_body"):
            drafting.address_body(db, of, _below(db.get(Body, whole("to_body") or 0), of), person().member_id, now())
        else:
            member = db.get(Member, whole("member") or 0)
            if member is None or not _may_be_asked(db, of, member):
                raise Problem("no_such_member")
            out = text("excluded") == "1"
            drafting.address_member(db, of, member, person().member_id, now(), excluded=out)
    return _back(round_id, "recipients")


def _below(body: Body | None, of: OpinionRound) -> Body:
    if body is None or not body.unit.path.startswith(of.unit.path):
        raise Problem("no_such_unit")
    return body


def _may_be_asked(db: Session, of: OpinionRound, member: Member) -> bool:
    """Members of the unit or below; who sits in an addressed body may come from elsewhere, and may be left out."""
    unit = db.get_one(Unit, member.unit_id)
    return unit.path.startswith(of.unit.path) or any(
        person.member_id == member.id for person in drafting.addressed(db, of, today())
    )


@bp.post("/opinions/<int:round_id>/recipients/<int:addressee_id>/remove")
def remove_addressee(round_id: int, addressee_id: int) -> ResponseReturnValue:
    """Those who hold it."""
    with database().writing() as db:
        of = _draft(db, round_id)
        addressee = queries.load_addressee(db, of, addressee_id)
        drafting.remove_addressee(db, of, addressee, person().member_id, now())
    return _back(round_id, "recipients")


@bp.post("/opinions/<int:round_id>/papers")
def add_paper(round_id: int) -> ResponseReturnValue:
    """Those who hold it. The bytes are stored before the transaction: without a row they harm nobody."""
    with database().reading() as db:
        drafting.require_draft(queries.load(db, person(), round_id).require_manager())
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Problem("no_file")
    kind = media_type(file.stream)
    file.stream.seek(0)
    blob = engines().blobs.put(file.stream)
    if blob.size == 0:
        raise Problem("empty")
    paper = PaperFile(text("title") or file.filename.rsplit(".", 1)[0], blob, file.filename, kind)
    with database().writing() as db:
        drafting.lay_paper(db, _draft(db, round_id), paper, person().member_id, now())
    return _back(round_id, "papers", _("Đã tải tài liệu lên."))


@bp.post("/opinions/<int:round_id>/papers/<int:document_id>/remove")
def remove_paper(round_id: int, document_id: int) -> ResponseReturnValue:
    """Those who hold it."""
    with database().writing() as db:
        of = _draft(db, round_id)
        drafting.remove_paper(db, of, drafting.load_paper(db, of, document_id), person().member_id, now())
    return _back(round_id, "papers")
