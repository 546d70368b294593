"""Pages of the search: what is asked, suggestions while typing, and the searches that somebody keeps."""

from dataclasses import replace
from typing import cast

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from documents.errors import Invalid
from documents.search import Facet, Results, SearchBroken, Sort
from ecabinet.clock import now
from ecabinet.entries import EntryTable
from ecabinet.fields import asked as parameter
from ecabinet.fields import text
from ecabinet.labels import facet_value
from ecabinet.library import search_address, search_queries, search_titles, searches
from ecabinet.library.search_address import LAST_PAGE, PER_PAGE, Asked
from ecabinet.library.search_alerts import asked_of, found_now
from ecabinet.library.search_rules import QUESTION_CHARACTERS, Alert
from ecabinet.web import database, done, engines, fault_texts, person

bp = Blueprint("search", __name__)
bp.add_app_template_global(facet_value)

SUGGESTIONS = 8
LEAST_TYPED = 2


def _entries() -> EntryTable:
    return cast(EntryTable, current_app.extensions["ecabinet.entries"])


def _asked() -> Asked:
    values = {name: request.args.getlist(name) for name in request.args}
    question = parameter("q", QUESTION_CHARACTERS)
    return search_address.read(question, values, request.args.get("sort", ""), request.args.get("page", ""))


@bp.get("/search")
def page() -> ResponseReturnValue:
    """The signed-in: all that their labels open, best first; members, for those who keep their registry."""
    return _page(_asked())


def _page(asked: Asked, faults: dict[str, str] | None = None) -> str:
    me = person()
    with database().reading() as db:
        results, broken = _results(db, asked)
        return render_template(
            "library/search.html",
            asked=asked,
            results=results,
            broken=broken,
            hits=search_queries.shown(db, _entries(), [hit.key for hit in results.hits], asked, me.labels),
            choices=search_queries.choices(results, asked),
            members=search_queries.members(db, me, asked, results.understood),
            pages=min(-(-results.total // PER_PAGE), LAST_PAGE),
            saved=searches.saved_of(db, me.account_id),
            sorts=list(Sort),
            alerts=list(Alert),
            facets=list(Facet),
            faults=faults or {},
        )


def _results(db: Session, asked: Asked) -> tuple[Results, bool]:
    """What was found, and whether only titles could be looked at because the index is broken."""
    if asked.empty:
        return Results(0, []), False
    try:
        return engines().search.search(replace(asked.query(person().labels), else_any=True)), False
    except SearchBroken:
        return search_titles.search(db, _entries(), asked, person().labels), True


@bp.get("/search/suggest")
def suggest() -> ResponseReturnValue:
    """The signed-in: titles of what their labels open that go on as typed."""
    typed, labels = parameter("q", QUESTION_CHARACTERS), person().labels
    try:
        found = engines().search.suggest(typed, labels, SUGGESTIONS) if len(typed) >= LEAST_TYPED else []
    except SearchBroken:
        found = []
    return render_template("library/search_suggestions.html", suggestions=found)


@bp.get("/searches")
def index() -> ResponseReturnValue:
    """The signed-in: the searches that they keep."""
    with database().reading() as db:
        saved = [(one, asked_of(one)) for one in searches.saved_of(db, person().account_id)]
        return render_template("library/searches.html", saved=saved, alerts=list(Alert), facets=list(Facet))


@bp.post("/searches")
def save() -> ResponseReturnValue:
    """The signed-in: keep the question of this address under a name."""
    asked = _asked()
    try:
        with database().writing() as db:
            searches.save(db, person().account_id, text("name"), asked, _alert(), _known(asked), now())
    except Invalid as invalid:
        return _page(asked, fault_texts(invalid)), 422
    return done(url_for("search.index"), _("Đã lưu tìm kiếm."))


def _alert() -> Alert:
    wanted = text("alert")
    return Alert(wanted) if wanted in set(Alert) else Alert.NONE


def _known(asked: Asked) -> list[str] | None:
    """What is there already, and so no news; None while the index cannot say."""
    try:
        return found_now(engines().search, asked, person().labels)
    except SearchBroken:
        return None


@bp.get("/searches/<int:search_id>")
def one(search_id: int) -> ResponseReturnValue:
    """Its owner: what a saved search finds now."""
    with database().reading() as db:
        asked = asked_of(searches.load(db, person().account_id, search_id))
    return _page(asked)


@bp.post("/searches/<int:search_id>/alert")
def alert(search_id: int) -> ResponseReturnValue:
    """Its owner: how to be told of what is new."""
    with database().writing() as db:
        saved = searches.load(db, person().account_id, search_id)
        searches.watch(db, saved, _alert(), _known(asked_of(saved)), now())
    return done(url_for("search.index"), _("Đã lưu."))


@bp.post("/searches/<int:search_id>/remove")
def remove(search_id: int) -> ResponseReturnValue:
    """Its owner: let go of a saved search."""
    with database().writing() as db:
        searches.remove(db, searches.load(db, person().account_id, search_id))
    return done(url_for("search.index"), _("Đã xóa tìm kiếm đã lưu."))
