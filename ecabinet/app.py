"""The application put together: engines → features, and everything that is registered, at a glance."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from flask import Flask, g, session
from flask_babel import Babel
from htmx_flask import Htmx
from sqlalchemy.orm import Session

from documents.database import Change, Database
from documents.operations import request_entries
from ecabinet import clock, labels, requests_once, web
from ecabinet.access import Person
from ecabinet.blocks import Audience, BlockTable, Rendered, View, Viewer
from ecabinet.calendars import feed as work_feed
from ecabinet.calendars import routes as work_calendar_routes
from ecabinet.drafting import chain_routes as draft_chain_routes
from ecabinet.drafting import panels as draft_panels
from ecabinet.drafting import routes as office_draft_routes
from ecabinet.drafting import template_routes as draft_template_routes
from ecabinet.engines import Engines
from ecabinet.entries import EntryTable
from ecabinet.exchange import outbox, partner_routes
from ecabinet.exchange import routes as exchange_routes
from ecabinet.exchange.sending import SendTask
from ecabinet.filing import archive_routes as file_archive_routes
from ecabinet.filing import entries as file_entries
from ecabinet.filing import file_routes, gather_routes, list_routes
from ecabinet.filing import reminding as file_reminding
from ecabinet.issuing import (
    follow_routes,
    following,
    inbox_routes,
    outside_routes,
    recipient_routes,
    sending,
)
from ecabinet.issuing import panel as issuing_panel
from ecabinet.issuing import routes as issuing_routes
from ecabinet.library import (
    archive_routes,
    bin_routes,
    document_routes,
    processing_routes,
    purging,
    search_alerts,
    search_entries,
    search_routes,
    tidying,
    upload_routes,
)
from ecabinet.library import routes as library_routes
from ecabinet.library.upload_tasks import clear_uploads
from ecabinet.mailbox import routes as mailbox_routes
from ecabinet.mailbox.fetching import FetchTask
from ecabinet.meetings import (
    agenda_routes,
    attendance_blocks,
    attendance_routes,
    calendar_routes,
    comment_routes,
    door_routes,
    invitation_routes,
    invitation_tasks,
    life_routes,
    paper_routes,
    room_routes,
    series_routes,
    speaker_blocks,
    speaker_routes,
)
from ecabinet.meetings import blocks as meeting_blocks
from ecabinet.meetings import entries as meeting_entries
from ecabinet.meetings import preparing as meeting_preparing
from ecabinet.meetings import queries as meeting_queries
from ecabinet.meetings import routes as meeting_routes
from ecabinet.meetings.persons import identify, person_of
from ecabinet.messages import code_sentence
from ecabinet.minutes import blocks as minutes_blocks
from ecabinet.minutes import conclusion_routes, dossier_routes, facts, resolution_routes
from ecabinet.minutes import entries as minutes_entries
from ecabinet.minutes import routes as minutes_routes
from ecabinet.notebook import routes as notebook_routes
from ecabinet.notices import routes as notice_routes
from ecabinet.notices.sending import MailTask
from ecabinet.office import desk, number_routes, origin_routes, receive_routes, setting_routes
from ecabinet.office import reminding as office_reminding
from ecabinet.office import routes as office_routes
from ecabinet.office import task_routes as office_task_routes
from ecabinet.office.panels import Panel
from ecabinet.opinions import draft_routes, run_routes
from ecabinet.opinions import routes as opinion_routes
from ecabinet.opinions.tasks import RoundTask
from ecabinet.reading import device, device_routes, following_blocks, following_routes, shell_routes
from ecabinet.reading import export_routes as annotation_exports
from ecabinet.reading import routes as reading_routes
from ecabinet.reading.pace import Pace
from ecabinet.realtime import LOCALES
from ecabinet.registry import (
    account_routes,
    body_routes,
    export_routes,
    identity,
    identity_routes,
    import_routes,
    import_row_routes,
    imports,
    me_routes,
    member_routes,
    official_routes,
    oidc,
    photo_routes,
    sessions,
    signing_routes,
    stays,
    unit_routes,
)
from ecabinet.registry import routes as registry_routes
from ecabinet.registry.rules import SESSION_LENGTH
from ecabinet.reports import late_routes, register_routes
from ecabinet.reports import routes as report_routes
from ecabinet.signing import certificate_routes
from ecabinet.signing import routes as signature_routes
from ecabinet.static_files import Application
from ecabinet.tasks import entries as task_entries
from ecabinet.tasks import reminding
from ecabinet.tasks import routes as task_routes
from ecabinet.tasks.upload_target import TaskTarget
from ecabinet.thread import routes as thread_routes
from ecabinet.voting import blocks as voting_blocks
from ecabinet.voting import entries as voting_entries
from ecabinet.voting import queries as voting_queries
from ecabinet.voting import routes as voting_routes
from ecabinet.voting import seat_blocks, seat_routes, template_routes
from ecabinet.voting.casting import BallotBox
from ecabinet.workdays import routes as workday_routes
from ecabinet.worker import Paused, Task, index_found

ROOT = Path(__file__).resolve().parent.parent
BLUEPRINTS = (
    registry_routes.bp,
    signing_routes.bp,
    me_routes.bp,
    account_routes.bp,
    unit_routes.bp,
    body_routes.bp,
    official_routes.bp,
    identity_routes.bp,
    member_routes.bp,
    photo_routes.bp,
    import_routes.bp,
    import_row_routes.bp,
    export_routes.bp,
    meeting_routes.bp,
    meeting_preparing.bp,
    agenda_routes.bp,
    paper_routes.bp,
    life_routes.bp,
    series_routes.bp,
    room_routes.bp,
    invitation_routes.bp,
    attendance_routes.bp,
    door_routes.bp,
    calendar_routes.bp,
    work_calendar_routes.bp,
    notice_routes.bp,
    speaker_routes.bp,
    comment_routes.bp,
    opinion_routes.bp,
    draft_routes.bp,
    run_routes.bp,
    notebook_routes.bp,
    voting_routes.bp,
    template_routes.bp,
    seat_routes.bp,
    task_routes.bp,
    workday_routes.bp,
    conclusion_routes.bp,
    minutes_routes.bp,
    resolution_routes.bp,
    dossier_routes.bp,
    library_routes.bp,
    search_routes.bp,
    archive_routes.bp,
    document_routes.bp,
    bin_routes.bp,
    upload_routes.bp,
    processing_routes.bp,
    office_routes.bp,
    office_task_routes.bp,
    late_routes.bp,
    thread_routes.bp,
    receive_routes.bp,
    origin_routes.bp,
    exchange_routes.bp,
    partner_routes.bp,
    mailbox_routes.bp,
    number_routes.bp,
    office_draft_routes.bp,
    draft_chain_routes.bp,
    draft_template_routes.bp,
    register_routes.bp,
    report_routes.bp,
    issuing_routes.bp,
    recipient_routes.bp,
    follow_routes.bp,
    inbox_routes.bp,
    outside_routes.bp,
    file_routes.bp,
    gather_routes.bp,
    list_routes.bp,
    file_archive_routes.bp,
    setting_routes.bp,
    signature_routes.bp,
    certificate_routes.bp,
    shell_routes.bp,
    device_routes.bp,
    following_routes.bp,
    annotation_exports.bp,
    reading_routes.bp,
)
ENTRIES = EntryTable(
    (
        *search_entries.KINDS,
        *meeting_entries.KINDS,
        *voting_entries.KINDS,
        *minutes_entries.KINDS,
        *task_entries.KINDS,
        *file_entries.KINDS,
    )
)
"""Everything that is to be found."""
TASKS: tuple[Task, ...] = (
    partial(index_found, contents=ENTRIES),
    identity.run_one,
    Paused(stays.end_some, stays.EVERY),
    imports.ImportTask(),
    RoundTask(),
    Paused(invitation_tasks.tell_some, invitation_tasks.TELL_EVERY),
    Paused(invitation_tasks.remind_some, invitation_tasks.REMIND_EVERY),
    Paused(reminding.remind_of_one, reminding.LOOK_EVERY),
    Paused(office_reminding.remind_of_one, reminding.LOOK_EVERY),
    Paused(file_reminding.remind_of_one, file_reminding.EVERY),
    MailTask(),
    Paused(outbox.fill, outbox.EVERY),
    SendTask(),
    FetchTask(),
    Paused(search_alerts.LookTask(ENTRIES, person_of), search_alerts.EVERY),
    sending.deliver_some,
    clear_uploads,
    Paused(purging.purge_some, purging.EVERY),
    Paused(tidying.tidy_some, tidying.EVERY),
    Paused(requests_once.forget_some, requests_once.EVERY),
)
"""What the worker does, a piece of each in turn."""
BLOCKS = BlockTable(
    (
        *meeting_blocks.BLOCKS,
        *attendance_blocks.BLOCKS,
        *speaker_blocks.BLOCKS,
        *voting_blocks.BLOCKS,
        *seat_blocks.BLOCKS,
        *minutes_blocks.BLOCKS,
        *following_blocks.BLOCKS,
    )
)

TASK_SOURCES: dict[str, task_routes.SourceLink] = {
    facts.CONCLUSION: conclusion_routes.of_conclusion,
    facts.ITEM: conclusion_routes.of_item,
    facts.MEETING: conclusion_routes.of_meeting,
    desk.TASK_SOURCE: office_task_routes.of_document,
}
"""Where the things are that tasks are given from, by the kind of their source."""

OFFICE_PANELS: tuple[Panel, ...] = (
    *draft_panels.PANELS,
    *issuing_panel.PANELS,
    Panel("tasks", office_task_routes.panel, wide=True),
    Panel("files", gather_routes.panel, wide=True),
    Panel("origin", origin_routes.panel),
    Panel("exchange", exchange_routes.panel),
    Panel("thread", thread_routes.panel),
)
"""What features show on the page of an official document, in this order."""

OF_NO_ROOM = frozenset({
    "account", "seat", "circle", "mail", "unit", "item", "poll", "conclusion", "task", "document", "annotations",
    "office", "exchange", "work_event", "file", "delivery",
    "shared_layer",
})  # fmt: skip
"""Changes that no room of a meeting is shown: heard by the sockets, by the worker and by the search."""

VENDOR_MAX_AGE = 7 * 24 * 3600


def create_app(engines: Engines, box: BallotBox) -> Flask:
    """The Flask application on opened engines; ``box`` takes the ballots."""
    config = engines.config
    keep_findable(engines.database)
    app = Application("ecabinet", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="ecabinet",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure,
        PERMANENT_SESSION_LIFETIME=SESSION_LENGTH,
        # Else an answer that took long would bring back what the session was when it was asked for.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=config.max_upload,
        BABEL_DEFAULT_LOCALE=config.locale,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "ecabinet" / "translations"),
    )
    app.extensions["ecabinet"] = web.Services(engines, identify)
    app.extensions["ecabinet.box"] = box
    app.extensions["ecabinet.pace"] = Pace()
    app.extensions["ecabinet.entries"] = ENTRIES
    app.extensions["ecabinet.blocks"] = BLOCKS
    app.extensions["ecabinet.task_sources"] = TASK_SOURCES
    app.extensions["ecabinet.feeds"] = (work_feed.events,)
    app.extensions["ecabinet.office_panels"] = OFFICE_PANELS
    app.extensions["ecabinet.upload_targets"] = {"incoming": receive_routes.IncomingTarget, "task": TaskTarget}
    app.get_send_file_max_age = _static_max_age  # type: ignore[method-assign]
    Babel(app, locale_selector=_locale)
    Htmx(app)
    app.before_request(_choose_language)
    web.init_app(app)
    sessions.init_app(app)
    device.init_app(app)
    oidc.init_app(app, config)
    app.jinja_env.globals.update(identity_service=bool(config.identity_url))
    app.jinja_env.globals.update(
        label=labels.label, rule_text=labels.rule_text, label_options=labels.label_options, code_sentence=code_sentence
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def keep_findable(database: Database) -> None:
    """From now on what is changed through this database asks for its indexing in the same transaction."""
    if _follow not in database.followers:
        database.followers.append(_follow)
    following.keep_told(database)


def _follow(db: Session, changes: list[Change]) -> None:
    if stale := ENTRIES.stale(db, changes):
        request_entries(db, stale, clock.now())


def admit(db: Session, person: Person, meeting_id: int, view: View, locale: str) -> Viewer:
    """As whom a person looks on a live page, for the sockets; raises when it is not theirs."""
    circle = meeting_queries.looks_on(db, person, meeting_id, view)
    votes = view == View.MEETING and voting_queries.has_a_ballot(db, meeting_id, person.member_id)
    audience = Audience.VOTER if votes else Audience.OBSERVER
    return Viewer(meeting_id, view, audience, locale, person.member_id, circle)


def resolve(db: Session, change: Change) -> Iterable[tuple[int, str]]:
    """Which meetings a change touches, and as what kind: the kinds of meetings are theirs, a paper's text is its
    agenda's.
    """
    kind, key = change
    if kind in OF_NO_ROOM:
        return []
    if kind == "version":
        return [(meeting_id, "agenda") for meeting_id in meeting_queries.meetings_of_version(db, key)]
    return [(key, kind)]


class Renderer:
    """Renders blocks outside a request, for the sockets: in the audience's language, without anybody's CSRF token."""

    def __init__(self, app: Flask, engines: Engines) -> None:
        self._app = app
        self._engines = engines

    def stale(self, viewer: Viewer, kinds: set[str]) -> list[Rendered]:
        """The shared blocks of the viewer's room that changes of these kinds touch."""
        with (
            self._app.test_request_context(base_url=self._engines.config.public_url),
            self._engines.database.reading() as db,
        ):
            g.pushing, g.lang = True, viewer.locale
            return BLOCKS.stale(db, viewer, kinds)

    def page(self, viewer: Viewer) -> list[Rendered]:
        """All shared blocks of the viewer's room."""
        return self.stale(viewer, BLOCKS.kinds)


def _choose_language() -> None:
    wanted = session.get("lang")
    g.lang = wanted if wanted in LOCALES else web.engines().config.locale


def _locale() -> str:
    return g.get("lang") or web.engines().config.locale


def _static_max_age(filename: str | None) -> int | None:
    """Libraries change only with the set-up; our own files are asked for each time and answered with 304."""
    return VENDOR_MAX_AGE if filename is not None and filename.startswith("vendor/") else None
