"""For each page: who is let in. A table, so that a new page without its line here is found by the last test."""

import pytest

from ecabinet.meetings import rooms
from ecabinet.meetings.life import Act
from ecabinet.meetings.room_rules import RoomDraft
from ecabinet.registry.models import Unit
from ecabinet.voting import operations as voting
from ecabinet.voting.models import Poll
from ecabinet.voting.rules import Base, Majority, Manner, PollDraft
from tests.people import ACT, NOW, PEOPLE
from tests.web.conftest import Site

EVERYBODY = set(PEOPLE)
INVITED = {"chair", "first", "second", "third", "secretary"}
RUNNING = {"chair", "secretary"}
IN_CENTRE = {"chair", "first", "secretary", "leader", "administrator"}
IN_HUE = {"second", "third", "spare", "administrator"}


def of(site: Site, pattern: str) -> str:
    """An address in this site."""
    office = site.scene.office
    drafts = {"draft": Manner.NAMED, "by_hand": Manner.HANDS}
    return pattern.format(
        **{name: f"/polls/{_prepared(site, manner)}" for name, manner in drafts.items() if f"{{{name}}}" in pattern},
        meeting=site.meeting,
        meeting_kind=f"/meeting/{site.scene.meeting}",
        **{"room": _a_room(site)} if "{room}" in pattern else {},
        **{"series": _a_series(site)} if "{series}" in pattern else {},
        **{"search": _a_search(site)} if "{search}" in pattern else {},
        poll=site.poll,
        hue=office.units["hue"],
        centre=office.units["centre"],
        body=office.body,
        first=office.members["first"],
    )


def _a_room(site: Site) -> str:
    """A room of the centre."""
    with site.database.writing() as db:
        unit = db.get_one(Unit, site.scene.office.units["centre"])
        room = rooms.save_room(db, unit, None, RoomDraft("Phòng A", 10), Act(None, NOW))
        return f"/rooms/{room.id}"


def _a_series(site: Site) -> str:
    """The first meeting of a series of two drafts, which nobody knows of but those who prepare it."""
    form = {
        "body": site.scene.office.body, "title": "Giao ban", "starts_at": "2026-12-07T08:00", "minutes": "60",
        "repeat": "weekly", "weekday": "0", "count": "2",
    }  # fmt: skip
    answer = site.as_("secretary").post(f"/meetings/new/meeting/{site.scene.meeting}", form)
    return str(answer.location).removesuffix("/series")


def _a_search(site: Site) -> str:
    """A search that the first member keeps."""
    site.as_("first").post("/searches?q=luat", {"name": "Luật"})
    return "/searches/1"


def _prepared(site: Site, manner: Manner) -> int:
    """A vote of the meeting that is open only if it is by hand: the scene's own is closed for it."""
    with site.database.writing() as db:
        running = db.get_one(Poll, site.scene.poll)
        poll = voting.draft_poll(
            db, running.meeting, PollDraft("Soạn", None, Majority(1, 2, True, Base.CAST), manner=manner)
        )
        if manner == Manner.HANDS:
            voting.close_poll(db, running, ACT)
            voting.open_poll(db, poll, ACT)
        return poll.id


GET_PAGES = {
    "meetings.today": ("/", EVERYBODY),
    "meetings.index": ("/meetings", EVERYBODY),
    "meetings.page": ("{meeting}", INVITED),
    "meetings.blocks": ("{meeting}/blocks", INVITED),
    "meetings.invitation": ("{meeting}/invitation", INVITED),
    "meetings.find_substitute": ("{meeting}/substitute?substitute_name=spare", INVITED),
    "meetings.console": ("{meeting}/console", RUNNING),
    "meetings.screen": ("{meeting}/screen", RUNNING),
    "life.page": ("{meeting}/life", RUNNING),
    "rooms.of_meeting": ("{meeting}/room", RUNNING),
    "rooms.index": ("/rooms", {"secretary", "stranger"}),
    "rooms.edit": ("{room}", {"secretary"}),
    "rooms.calendar": ("/rooms/calendar", EVERYBODY),
    "seats.page": ("{meeting}/seats", INVITED),
    "templates.index": ("/meetings/templates", {"secretary", "stranger"}),
    "templates.new": ("/meetings/new{meeting_kind}", {"secretary"}),
    "series.page": ("{series}/series", RUNNING),
    "invitations.page": ("{meeting}/invitations", RUNNING),
    "invitations.papers": ("{meeting}/invitations.pdf", RUNNING),
    "invitations.paper": ("{meeting}/invitations/1.pdf", RUNNING),
    "invitations.own_paper": ("{meeting}/invitation.pdf", INVITED),
    "attendance.page": ("{meeting}/attendance?at=2026-11-22T09:30", RUNNING),
    "attendance.one": ("{meeting}/attendance/1", RUNNING),
    "attendance.export": ("{meeting}/attendance/export/csv", RUNNING),
    "door.code": ("{meeting}/door.svg", RUNNING),
    "door.scanner": ("{meeting}/scan", RUNNING),
    "notices.index": ("/notices", EVERYBODY),
    "device.page": ("/device", EVERYBODY),
    "device.meeting": ("/device{meeting}", INVITED),
    "preparing.new": ("/meetings/new", {"secretary", "stranger"}),
    "preparing.edit": ("{meeting}/edit", RUNNING),
    "agenda.edit": ("{meeting}/agenda", RUNNING),
    "agenda.audience_of": ("{meeting}/items/1/audience", RUNNING),
    "preparing.people": ("{meeting}/people?name=nguyen", RUNNING),
    "speakers.page": ("{meeting}/floor?name=nguyen", RUNNING),
    "speakers.people": ("{meeting}/floor/people?name=nguyen", RUNNING),
    "voting.polls": ("{meeting}/polls", RUNNING),
    "voting.edit": ("{draft}/edit", RUNNING),
    "voting.hand_count": ("{by_hand}/hand-count", RUNNING),
    "search.page": ("/search?q=luat", EVERYBODY),
    "search.suggest": ("/search/suggest?q=luat", EVERYBODY),
    "search.index": ("/searches", EVERYBODY),
    "search.one": ("{search}", {"first"}),
    "archive.index": ("/archive", EVERYBODY),
    "archive.new": ("/archive/new", {"administrator"}),
    "bin.index": ("/archive/bin", EVERYBODY),
    "exchange.index": ("/office/exchange?unit={centre}", {"administrator"}),
    "partners.index": ("/office/exchange/partners?unit={centre}", {"administrator"}),
    "mailbox.index": ("/office/mailbox?unit={centre}", {"administrator"}),
    "office.index": ("/office", EVERYBODY),
    "drafts.index": ("/office/drafts", EVERYBODY),
    "drafts.new": ("/office/drafts/new", {"secretary", "leader", "stranger"}),
    "draft_templates.index": ("/office/templates?unit={centre}", {"secretary", "leader"}),
    "draft_templates.own": ("/office/templates/{centre}/CV.docx", {"secretary", "leader"}),
    "inbox.index": ("/office/inbox", EVERYBODY),
    "registers.index": ("/office/register?unit={centre}", {"secretary", "leader"}),
    "registers.units": ("/office/register/units?in_unit=H", EVERYBODY),
    "registers.table": ("/office/register/book.csv?unit={centre}", {"secretary", "leader"}),
    "reports.dashboard": ("/office/dashboard?unit={centre}", {"secretary", "leader"}),
    "reports.processing": ("/office/reports?unit={centre}", {"secretary", "leader"}),
    "reports.table": ("/office/reports/unit.csv?unit={centre}", {"secretary", "leader"}),
    "reports.printed": ("/office/reports/person.pdf?unit={centre}", {"secretary", "leader"}),
    "reports.documents": ("/office/reports/documents?unit={centre}", {"secretary", "leader"}),
    "reports.documents_table": ("/office/reports/documents.csv?unit={centre}", {"secretary", "leader"}),
    "registers.printed": ("/office/register/book.pdf?unit={centre}", {"secretary", "leader"}),
    "office_settings.page": ("/office/settings?unit={centre}", {"leader"}),
    "files.index": ("/office/files?unit={centre}", {"secretary", "leader", "administrator"}),
    "gathering.page": ("/office/files/gather", {"secretary", "leader", "stranger"}),
    "file_lists.printed_list": ("/office/files/list.csv?unit={centre}", {"secretary", "leader", "administrator"}),
    "file_lists.check_page": ("/office/files/check", {"secretary", "leader", "stranger", "administrator"}),
    "file_archive.transfers": ("/office/files/transfers?unit={centre}", {"secretary", "leader", "administrator"}),
    "file_archive.destructions": ("/office/files/destructions?unit={centre}", {"leader", "administrator"}),
    "thread.page": ("/thread{meeting_kind}", INVITED),
    "conclusions.page": ("{meeting}/conclusions", INVITED),
    "conclusions.new_task": ("{meeting}/tasks/new", RUNNING),
    "minutes.page": ("{meeting}/minutes", RUNNING),
    "resolutions.page": ("{meeting}/items/1/resolution", RUNNING),
    "dossier.page": ("{meeting}/dossier", INVITED),
    "dossier.download": ("{meeting}/dossier.zip", INVITED),
    "tasks.index": ("/tasks", EVERYBODY),
    "tasks.board": ("/tasks/board", EVERYBODY),
    "tasks.export": ("/tasks/export/csv", EVERYBODY),
    "tasks.new": ("/tasks/new?name=hue", {"secretary", "leader", "stranger"}),
    "late.board": ("/tasks/late?unit={centre}", {"secretary", "leader"}),
    "late.rows": ("/tasks/late/{hue}?unit={centre}", {"secretary", "leader"}),
    "late.export": ("/tasks/late/export/csv?unit={centre}", {"secretary", "leader"}),
    "work_calendar.index": ("/calendar?unit={centre}", IN_CENTRE),
    "work_calendar.export": ("/calendar/week.docx?unit={centre}", IN_CENTRE),
    "work_calendar.new": ("/calendar/events/new?unit={centre}", {"secretary", "leader"}),
    "workdays.index": ("/workdays", {"administrator"}),
    "me.page": ("/me", EVERYBODY),
    "certificates.own": ("/me/certificate", EVERYBODY),
    "certificates.waiting": ("/certificates", {"administrator"}),
    "signatures.page": ("/signatures", EVERYBODY),
    "accounts.index": ("/accounts?q=nguyen", {"administrator"}),
    "accounts.page": ("/accounts/1", {"administrator"}),
    "units.tree": ("/units", EVERYBODY),
    "units.page": ("/units/{hue}", IN_HUE),
    "units.node": ("/units/{hue}/node", IN_HUE),
    "units.below": ("/units/{hue}/below", IN_HUE),
    "units.options": ("/units/options?target=hue", {"administrator"}),
    "units.form": ("/units/{hue}/rename", {"administrator"}),
    "bodies.page": ("/bodies/{body}", EVERYBODY),
    "bodies.candidates": ("/bodies/{body}/candidates?member=nguyen", {"administrator"}),
    "bodies.new": ("/units/{hue}/bodies/new", {"administrator"}),
    "members.index": ("/members", {"administrator"}),
    "members.dashboard": ("/members/dashboard?unit={hue}", {"administrator"}),
    "exports.members": ("/members/export/csv?unit={hue}", {"administrator"}),
    "exports.report": ("/members/reports?unit={hue}&what=movements&kind=csv", {"administrator"}),
    "exports.units": ("/units/{hue}/export/csv", IN_HUE),
    "exports.bodies": ("/units/{centre}/bodies/export/xlsx", EVERYBODY),
    "exports.body": ("/bodies/{body}/export/csv", EVERYBODY),
    "exports.accounts": ("/accounts/export/csv", {"administrator"}),
    "exports.officials": ("/units/{centre}/officials/export/csv", {"administrator"}),
    "members.new": ("/members/new?unit={hue}", {"administrator"}),
    "members.page": ("/members/{first}", {"administrator", "first"}),
    "members.card": ("/members/{first}/card", {"administrator", "first"}),
    "units.destinations": ("/units/destinations?to_unit=hue", {"administrator"}),
    "members.edit": ("/members/{first}/edit", {"administrator"}),
    "imports.index": ("/imports", {"administrator"}),
    "members.waiting_transfers": ("/transfers", {"administrator"}),
    "imports.sample": ("/imports/sample.csv", {"administrator"}),
    "officials.page": ("/members/{first}/official", {"administrator"}),
    "opinions.index": ("/opinions", EVERYBODY),
    "opinion_drafts.new": ("/opinions/new", {"secretary", "stranger"}),
    "notebook.index": ("/notebook?q=hop", EVERYBODY),
    "notebook.new": ("/notebook/new", EVERYBODY),
    "notebook.export": ("/notebook/notes.txt", EVERYBODY),
    "comments.index": ("{meeting}/comments", INVITED),
    "comments.export": ("{meeting}/comments/export/csv", RUNNING),
    "officials.export": ("/units/{centre}/officials.jsonl", {"administrator"}),
}
ELSEWHERE = {
    "files.new", "files.edit", "files.page", "gathering.of_document", "file_lists.contents", "file_lists.packed",
    "file_lists.bring", "file_lists.sample", "file_archive.transfer", "file_archive.transfer_paper",
    "file_archive.destruction", "file_archive.destruction_paper",
    "certificates.picture", "signatures.of_document", "signatures.of_version", "signatures.signed_of_version",
    "tasks.page", "tasks.reassign_form", "office_tasks.new", "work_calendar.page", "work_calendar.edit_form",
    "work_calendar.of_leader", "minutes.section", "minutes.export", "resolutions.export",
    "device.opinion", "opinions.page", "opinions.report", "opinions.export", "opinions.printed", "opinion_drafts.edit",
    "opinion_rounds.page", "comments.beside", "notebook.page",
    # shown to be right by tests of their own
    "meetings.check_in", "meetings.check_in_qr", "voting.result", "voting.ballots", "papers.page",
    "documents.page", "documents.edit", "documents.versions", "documents.compare",
    "library.read", "library.content", "reading.annotations", "reading.people",
    "annotation_exports.paper", "annotation_exports.word", "annotation_exports.table",
    "registry.login", "uploads.show", "uploads.receive",
    "drafts.edit", "draft_chain.consulting", "draft_chain.submission", "draft_chain.signature",
    "office.page", "office.stamped", "registers.slip", "registers.desk_of", "office.of_document", "office.assign",
    "issuing.index", "issuing.new", "issuing.number_form", "issuing.reason_form", "issuing.copy_form",
    "recipients.page", "deliveries.page", "deliveries.progress", "deliveries.export",
    "inbox.of_document", "inbox.page", "inbox.paper", "inbox.answer_form", "outside.page", "outside.paper",
    "exchange.package", "exchange.download", "exchange.receive", "origins.file",
    "incoming.receive", "incoming.entry", "incoming.reading", "numbers.index",
    "processing.page", "processing.preview",
    "calendars.feed", "calendars.one", "door.scanned",
    "static", "signing.second", "signing.invitation", "signing.provider", "signing.provider_back", "imports.page",
    "imports.result", "photos.show", "imports.progress", "import_rows.form", "import_rows.line",
}  # fmt: skip


@pytest.mark.parametrize("endpoint", GET_PAGES)
def test_who_may_see(site: Site, endpoint: str) -> None:
    pattern, allowed = GET_PAGES[endpoint]
    path = of(site, pattern)
    statuses = {name: site.as_(name).get(path).status_code for name in PEOPLE}
    assert {name for name, status in statuses.items() if status == 200} == allowed, statuses
    refused = {status for name, status in statuses.items() if name not in allowed}
    assert refused <= {403, 404}
    # to those with no part in a meeting it does not even exist
    if "{meeting}" in pattern:
        assert statuses["stranger"] == statuses["administrator"] == 404


@pytest.mark.parametrize("endpoint", GET_PAGES)
def test_who_is_not_signed_in_is_asked_to(site: Site, endpoint: str) -> None:
    path = of(site, GET_PAGES[endpoint][0])
    answer = site.anybody().get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


ACTIONS = {
    "certificates.bring": "/me/certificate",
    "certificates.bring_from_elsewhere": "/me/certificate/elsewhere",
    "certificates.remove": "/me/certificate/remove",
    "certificates.put_picture": "/me/certificate/picture",
    "certificates.confirm": "/certificates/1/confirm",
    "signatures.check": "/signatures",
    "signatures.signed_of_brought": "/signatures/signed/1",
    "opinions.answer": "/opinions/1/answer",
    "opinion_drafts.create": "/opinions/new",
    "opinion_drafts.save": "/opinions/1/edit",
    "opinion_drafts.add_question": "/opinions/1/questions",
    "opinion_drafts.save_question": "/opinions/1/questions/1",
    "opinion_drafts.remove_question": "/opinions/1/questions/1/remove",
    "opinion_drafts.move_question": "/opinions/1/questions/1/move",
    "opinion_drafts.address": "/opinions/1/recipients",
    "opinion_drafts.remove_addressee": "/opinions/1/recipients/1/remove",
    "opinion_drafts.add_paper": "/opinions/1/papers",
    "opinion_drafts.remove_paper": "/opinions/1/papers/1/remove",
    "opinion_rounds.act": "/opinions/1/do/send",
    "opinion_rounds.seal": "/opinions/1/report/seal",
    "opinion_rounds.set_policy": "/units/{centre}/opinion-policy",
    "notebook.save": "/notebook/save",
    "notebook.remove": "/notebook/1/remove",
    "comments.add": "{meeting}/papers/1/comments",
    "comments.edit": "{meeting}/comments/1",
    "comments.delete": "{meeting}/comments/1/delete",
    "comments.judge": "{meeting}/comments/1/verdict",
    "comments.set_deadline": "{meeting}/comments/deadline",
    "officials.open_file": "/members/{first}/official",
    "officials.add_record": "/members/{first}/official/position",
    "officials.strike": "/members/{first}/official/records/1/strike",
    "identity.verify": "/members/{first}/verify",
    "photos.bring": "/members/{first}/photo",
    "photos.remove": "/members/{first}/photo/remove",
    "notices.follow": "/notices/1",
    "notices.read_all": "/notices/read",
    "notices.choose": "/me/notices",
    "calendars.renew": "/me/calendar",
    "invitations.save": "{meeting}/invitations",
    "invitations.answer": "{meeting}/invitations/1/answer",
    "invitations.decide": "{meeting}/substitutions/1",
    "invitations.add_guest": "{meeting}/outside-guests",
    "invitations.remove_guest": "{meeting}/outside-guests/1/remove",
    "attendance.record_guest": "{meeting}/outside-guests/1/attendance",
    "attendance.add_entry": "{meeting}/attendance/1/entries",
    "attendance.void_entry": "{meeting}/attendance/1/entries/1/void",
    "attendance.enter_online": "{meeting}/online",
    "door.enter": "{meeting}/door",
    "door.scan": "{meeting}/scan",
    "meetings.enter": "{meeting}/enter",
    "meetings.leave": "{meeting}/leave",
    "meetings.rsvp": "{meeting}/rsvp",
    "meetings.send_substitute": "{meeting}/substitute",
    "meetings.record_attendance": "{meeting}/attendance/1",
    "meetings.advance": "{meeting}/state",
    "meetings.go_to_item": "{meeting}/current/1",
    "life.act": "{meeting}/life/archive",
    "life.set_policy": "/units/{centre}/meeting-policy",
    "series.change": "{meeting}/series",
    "series.drop": "{meeting}/series/drop",
    "rooms.create": "/rooms",
    "rooms.save": "/rooms/1",
    "rooms.close": "/rooms/1/close",
    "rooms.book": "{meeting}/room",
    "rooms.free": "{meeting}/room/free",
    "seats.draw": "{meeting}/seats/draw",
    "seats.fill": "{meeting}/seats/fill",
    "seats.put": "{meeting}/seats/put",
    "seats.screen": "{meeting}/seats/screen",
    "templates.keep": "{meeting}/template",
    "templates.remove": "/meetings/templates/1/remove",
    "templates.create": "/meetings/new/meeting/1",
    "preparing.create": "/meetings/new",
    "preparing.save": "{meeting}/edit",
    "agenda.add": "{meeting}/agenda",
    "agenda.save": "{meeting}/items/1",
    "agenda.remove": "{meeting}/items/1/remove",
    "agenda.set_audience": "{meeting}/items/1/audience",
    "agenda.move": "{meeting}/order",
    "agenda.settings": "{meeting}/agenda/settings",
    "agenda.take_break": "{meeting}/break",
    "papers.lay": "{meeting}/items/1/papers",
    "papers.ask": "{meeting}/items/1/ask",
    "papers.submit": "{meeting}/papers/1/file",
    "papers.act": "{meeting}/papers/1/approve",
    "papers.place": "{meeting}/papers/1/place",
    "preparing.invite_body": "{meeting}/people",
    "preparing.invite_guest": "{meeting}/guests",
    "preparing.set_scrutineer": "{meeting}/people/1/scrutineer",
    "preparing.set_role": "{meeting}/people/1/role",
    "preparing.remove": "{meeting}/people/1/remove",
    "speakers.take_part": "{meeting}/floor/ask",
    "speakers.run": "{meeting}/floor/run/give",
    "following.set_leaders": "{meeting}/leaders",
    "speakers.save": "{meeting}/floor",
    "speakers.save_item": "{meeting}/floor/items/1",
    "voting.prepare": "{meeting}/polls",
    "voting.open_poll": "{poll}/open",
    "voting.close": "{poll}/close",
    "voting.publish": "{poll}/publish",
    "voting.cancel": "{poll}/cancel",
    "voting.save": "{poll}/edit",
    "voting.record": "{poll}/record",
    "voting.remove": "{poll}/remove",
    "voting.run_again": "{poll}/again",
    "voting.second_round": "{poll}/second-round",
    "voting.conclude": "{meeting}/conclude",
    "voting.ballot": "{poll}/ballot",
    "conclusions.add": "{meeting}/conclusions",
    "conclusions.edit": "{meeting}/conclusions/1",
    "conclusions.act": "{meeting}/conclusions/1/announce",
    "conclusions.give_task": "{meeting}/tasks/new",
    "conclusions.screen": "{meeting}/screen",
    "minutes.renew": "{meeting}/minutes",
    "minutes.save_section": "{meeting}/minutes/sections/1",
    "minutes.presence": "{meeting}/minutes/sections/1/presence",
    "minutes.renew_section": "{meeting}/minutes/sections/1/renew",
    "minutes.comment": "{meeting}/minutes/sections/1/comments",
    "minutes.settle": "{meeting}/minutes/comments/1/settle",
    "minutes.act": "{meeting}/minutes/send",
    "minutes.confirm": "{meeting}/minutes/confirm",
    "minutes.seal": "{meeting}/minutes/seal",
    "resolutions.save": "{meeting}/items/1/resolution",
    "tasks.create": "/tasks/new",
    "tasks.act": "/tasks/1/do/accept",
    "tasks.reassign": "/tasks/1/reassign",
    "office_tasks.give": "/office/documents/1/tasks/new",
    "work_calendar.plan": "/calendar/events/new",
    "work_calendar.edit": "/calendar/events/1/edit",
    "work_calendar.publish": "/calendar/events/1/publish",
    "work_calendar.publish_week": "/calendar/publish",
    "work_calendar.cancel": "/calendar/events/1/cancel",
    "workdays.put": "/workdays",
    "workdays.put_public": "/workdays/public/2026",
    "workdays.remove": "/workdays/2026-09-02/remove",
    "registry.logout": "/logout",
    "me.change_password": "/me/password",
    "me.begin_second_step": "/me/second-step",
    "me.confirm_second_step": "/me/second-step/confirm",
    "me.renew_codes": "/me/second-step/codes",
    "me.end_second_step": "/me/second-step/off",
    "me.passkey_options": "/me/passkeys/options",
    "me.add_passkey": "/me/passkeys",
    "me.remove_passkey": "/me/passkeys/1/remove",
    "me.end_session": "/me/sessions/end",
    "me.end_other_sessions": "/me/sessions/end-others",
    "me.delegate": "/me/delegations",
    "me.end_delegation": "/me/delegations/1/end",
    "accounts.invite": "/accounts/1/invitation",
    "accounts.close": "/accounts/1/close",
    "accounts.reopen": "/accounts/1/reopen",
    "accounts.reset_second_step": "/accounts/1/one-step",
    "accounts.grant": "/accounts/1/roles",
    "accounts.revoke": "/accounts/1/roles/1/revoke",
    "units.act": "/units/{hue}/rename",
    "bodies.create": "/units/{hue}/bodies/new",
    "bodies.begin_term": "/bodies/{body}/terms",
    "bodies.end_term": "/terms/1/end",
    "bodies.appoint": "/terms/1/positions",
    "bodies.end_position": "/positions/1/end",
    "members.find": "/members/find",
    "members.create": "/members/new",
    "members.save": "/members/{first}/edit",
    "members.reveal": "/members/{first}/reveal",
    "members.operate": "/members/{first}/operations/award",
    "members.transfer": "/members/{first}/transfer",
    "members.answer": "/transfers/1/agree",
    "imports.bring": "/imports",
    "imports.start": "/imports/1/start",
    "imports.stop": "/imports/1/stop",
    "imports.go_on": "/imports/1/go-on",
    "import_rows.mend": "/imports/1/rows/1",
    "import_rows.set_aside": "/imports/1/rows/1/aside",
    "exports.members_with_numbers": "/members/export/csv",
    "search.save": "/searches?q=luat",
    "search.alert": "/searches/1/alert",
    "search.remove": "/searches/1/remove",
    "archive.put_in": "/archive/new",
    "documents.save": "/papers/1/edit",
    "documents.put_version": "/papers/1/versions",
    "documents.restore": "/papers/1/versions/1/restore",
    "documents.act": "/papers/1/bin",
    "processing.repeat": "/papers/1/versions/1/processing",
    "reading.annotate": "/papers/1/versions/1/annotations",
    "reading.layer": "/papers/1/versions/1/annotations/layer",
    "office.act": "/office/documents/1/do/file",
    "office.move_stamp": "/office/documents/1/stamp",
    "office.give": "/office/documents/1/assign",
    "drafts.begin": "/office/drafts/new",
    "drafts.save": "/office/drafts/1/edit",
    "drafts.take_out": "/office/drafts/1/out",
    "drafts.put": "/office/drafts/1/file",
    "drafts.check": "/office/drafts/1/check",
    "draft_chain.consult": "/office/drafts/1/consult",
    "draft_chain.comment": "/office/drafts/1/comment",
    "draft_chain.settle": "/office/drafts/1/comments/1",
    "draft_chain.submit": "/office/drafts/1/submit",
    "draft_chain.act": "/office/drafts/1/do/discard",
    "draft_chain.sign": "/office/drafts/1/sign",
    "draft_templates.put": "/office/templates",
    "draft_templates.end": "/office/templates/1/end",
    "exchange.upload": "/office/exchange/upload",
    "exchange.retry": "/office/exchange/1/retry",
    "partners.set_code": "/office/exchange/code",
    "partners.add": "/office/exchange/partners",
    "partners.save": "/office/exchange/partners/1",
    "partners.token": "/office/exchange/partners/1/token",
    "mailbox.save": "/office/mailbox",
    "incoming.put_in": "/office/receive",
    "issuing.bring": "/office/outgoing/new",
    "issuing.number": "/office/documents/1/number",
    "issuing.fill": "/office/documents/1/fill",
    "issuing.seal": "/office/documents/1/seal",
    "issuing.with_reason": "/office/documents/1/recall",
    "issuing.copy": "/office/documents/1/copy",
    "recipients.change": "/office/documents/1/recipients/add",
    "recipients.issue": "/office/documents/1/issue",
    "deliveries.remind": "/office/documents/1/deliveries/remind",
    "deliveries.signed_for": "/office/documents/1/deliveries/1/signed",
    "inbox.accept": "/office/inbox/1/accept",
    "inbox.refuse": "/office/inbox/1/refuse",
    "inbox.answer": "/office/documents/1/answer-recall/agree",
    "incoming.save": "/office/documents/1/entry",
    "numbers.reserve": "/office/numbers/reserve",
    "numbers.act": "/office/numbers/1/void",
    "numbers.last": "/office/numbers/last",
    "files.create": "/office/files/new",
    "files.save": "/office/files/1/edit",
    "files.act": "/office/files/1/do/open",
    "files.readers": "/office/files/1/readers",
    "files.arrange": "/office/files/1/documents/1",
    "gathering.put": "/office/files/gather",
    "gathering.file_away": "/office/documents/1/file",
    "gathering.put_document": "/papers/1/files",
    "file_lists.check": "/office/files/check",
    "file_lists.as_last_year": "/office/files/as-last-year",
    "file_lists.take": "/office/files/import",
    "file_archive.hand_over": "/office/files/hand-over",
    "file_archive.receive": "/office/files/transfers/1",
    "file_archive.propose": "/office/files/destructions",
    "file_archive.decide": "/office/files/destructions/1",
    "file_archive.drop": "/office/files/destructions/1/drop",
    "office_settings.save": "/office/settings",
    "office_settings.entrust": "/office/settings/keepers",
    "office_settings.add_issuer": "/office/settings/issuers",
    "office_settings.close_issuer": "/office/settings/issuers/1/close",
    "uploads.begin": "/uploads",
    "uploads.finish": "/uploads/1/finish",
    "uploads.cancel": "/uploads/1/cancel",
}
OPEN_TO_ALL = {
    "outside.received",
    "shell.worker",
    "shell.manifest",
    "shell.offline",
    "device.standing",
    "signing.second_step",
    "signing.passkey_options",
    "signing.passkey_sign_in",
    "signing.accept_invitation",
    "registry.sign_in",
    "registry.language",
    "meetings.confirm_check_in",
}
ONLY_FOR_RUNNING = {name for name in ACTIONS if name.startswith(("preparing.", "voting.", "agenda."))} | {
    "invitations.save", "invitations.answer", "invitations.decide", "invitations.add_guest",
    "invitations.remove_guest", "attendance.record_guest",
    "attendance.add_entry", "attendance.void_entry", "door.scan",
    "papers.lay", "papers.ask", "papers.place", "meetings.record_attendance", "meetings.advance", "meetings.go_to_item",
    "life.act", "series.change", "series.drop", "rooms.book", "rooms.free", "seats.draw", "seats.fill", "seats.put",
    "seats.screen", "templates.keep", "speakers.run", "speakers.save", "speakers.save_item", "conclusions.add",
    "following.set_leaders",
    "conclusions.edit", "conclusions.act",
    "conclusions.give_task", "conclusions.screen", "minutes.renew", "minutes.save_section", "minutes.presence",
    "minutes.renew_section", "minutes.settle", "minutes.act", "minutes.seal", "resolutions.save",
}  # fmt: skip
ONLY_FOR_RUNNING -= {"preparing.create", "voting.ballot"}


@pytest.mark.parametrize("endpoint", ACTIONS)
def test_nobody_acts_without_a_session_or_without_the_token(site: Site, endpoint: str) -> None:
    path = of(site, ACTIONS[endpoint])
    assert site.anybody().post(path).status_code == 303
    assert site.anybody().post(path, Accept="application/json").status_code == 401
    assert site.as_("secretary").post(path, csrf="wrong").status_code == 400
    assert site.as_("secretary").post(path, csrf="").status_code == 400


@pytest.mark.parametrize("endpoint", sorted(ONLY_FOR_RUNNING))
def test_an_action_of_those_who_run_the_meeting_is_nobody_elses(site: Site, endpoint: str) -> None:
    path = of(site, ACTIONS[endpoint])
    assert site.as_("first").post(path).status_code == 403
    assert site.as_("stranger").post(path).status_code == 404


def test_a_meeting_cannot_be_made_for_somebody_elses_body(site: Site) -> None:
    form = {
        "body": site.scene.office.body,
        "title": "Họp",
        "starts_at": "2026-11-22T08:00",
        "ends_at": "2026-11-22T09:00",
        "quorum": "1/2",
    }
    assert site.as_("first").post("/meetings/new", form).status_code == 422
    assert site.as_("stranger").post("/meetings/new", form).status_code == 422
    assert site.as_("secretary").post("/meetings/new", form).status_code == 303


def test_every_page_of_the_application_is_in_one_of_these_tables(site: Site) -> None:
    known = GET_PAGES.keys() | ACTIONS.keys() | ELSEWHERE | OPEN_TO_ALL
    assert {rule.endpoint for rule in site.app.url_map.iter_rules()} == known
