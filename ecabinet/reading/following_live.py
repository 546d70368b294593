"""Socket events of following the chair.

Each message of a leader is the whole of what they show, so that of several the latest is enough: what comes quicker
than :data:`~ecabinet.reading.following_rules.POINTER_GAP` is summed up. Page turns are committed before they are told;
pointer and pan only travel, and a region at rest is kept for those who come late.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from documents.errors import Problem
from ecabinet.clock import now
from ecabinet.meetings import queries
from ecabinet.meetings.audience_rules import Circle
from ecabinet.reading import following, following_queries
from ecabinet.reading.following_queries import Reach, room, withheld
from ecabinet.reading.following_rules import POINTER_GAP, REST_SECONDS, TRUST_SECONDS, Region, Shown, read_shown
from ecabinet.sockets import Caller, Payload, Sockets, whole

FEATURE = "led"


class Lead:
    """One page that leads a meeting, as this process knows it: what it shows, ``told`` what the room hears of it."""

    def __init__(self, meeting_id: int, sid: str, caller: Caller) -> None:
        self.meeting_id, self.sid, self.caller = meeting_id, sid, caller
        self.shown: Shown
        self.told: Payload
        self.reach: Reach
        self.kept: Region | None
        self.asked_at = self.sent_at = 0.0
        self.waiting: asyncio.TimerHandle | None = None
        self.resting: asyncio.TimerHandle | None = None
        self.order = asyncio.Lock()

    def admit(self, shown: Shown, told: Payload, reach: Reach) -> None:
        """What was asked of the database just now."""
        self.shown, self.told, self.reach, self.kept = shown, told, reach, shown.region
        self.asked_at = asyncio.get_running_loop().time()

    def trusted(self, sid: str, shown: Shown) -> bool:
        """Whether nobody needs to be asked: the same page goes on showing the same page of a paper."""
        fresh = asyncio.get_running_loop().time() - self.asked_at < TRUST_SECONDS
        return fresh and self.sid == sid and self.shown.spot == shown.spot and not shown.begins

    def drop(self) -> None:
        """It leads no more: what it was about to say is not said."""
        for timer in (self.waiting, self.resting):
            if timer is not None:
                timer.cancel()


class Leading:
    """The leads of this process. ``lead`` {meeting, document, version, page, region, pointer, begin}: see
    :func:`~ecabinet.reading.following_rules.read_shown`; without a document the lead is given up. ``follow`` {meeting}:
    from then on ``led`` is heard, the acknowledgement carries where the room is. ``unfollow`` {} ends that.

    ``gap``: seconds between two messages to the room.
    """

    def __init__(self, sockets: Sockets, gap: float = POINTER_GAP) -> None:
        self.gap = gap
        self._sockets = sockets
        self._leads: dict[int, Lead] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        sockets.on("lead", self._on_lead)
        sockets.on("follow", self._on_follow)
        sockets.on("unfollow", self._on_unfollow)
        sockets.again.append(self._look_again)
        sockets.sio.manager.orders["leading"] = self._yield

    async def _on_lead(self, sid: str, caller: Caller, data: Payload) -> Payload:
        meeting_id = whole(data.get("meeting"))
        if data.get("document") is None:
            await self._stop(sid, caller, meeting_id)
            return {"ok": True}
        shown, lead = read_shown(data), self._leads.get(meeting_id)
        if lead is None or not lead.trusted(sid, shown):
            lead = await self._take(sid, caller, meeting_id, shown)
        lead.shown = shown
        lead.told = lead.told | {"region": shown.region, "pointer": shown.pointer}
        await self._say(lead)
        return {"ok": True}

    async def _take(self, sid: str, caller: Caller, meeting_id: int, shown: Shown) -> Lead:
        told, reach = await asyncio.to_thread(self._write, caller, meeting_id, shown)
        lead = self._leads.get(meeting_id)
        if lead is None or lead.sid != sid:
            if lead is not None:
                lead.drop()
            lead = self._leads[meeting_id] = Lead(meeting_id, sid, caller)
            # The other processes: whoever led there leads no more.
            await self._sockets.sio.emit("leading", {"meeting": meeting_id, "sid": sid, "turn": told["turn"]})
        lead.admit(shown, told, reach)
        return lead

    def _write(self, caller: Caller, meeting_id: int, shown: Shown) -> tuple[Payload, Reach]:
        # The page may have been connected for long: who it belongs to, and as what, is asked anew.
        caller.person = self._sockets.identify(caller.token)
        with self._sockets.services.engines.database.writing() as db:
            seen = following_queries.load_leader(db, caller.person, meeting_id)
            version = following_queries.load_page(db, caller.person, seen.meeting, shown.spot)
            place = following.show(db, seen.meeting, version, shown, caller.person.member_id, now())
            return following_queries.told(place), following_queries.reach(db, meeting_id, shown.spot.document)

    async def _stop(self, sid: str, caller: Caller, meeting_id: int) -> None:
        turn, circles = await asyncio.to_thread(self._write_end, caller, meeting_id)
        await self._sockets.sio.emit("leading", {"meeting": meeting_id, "sid": None, "turn": turn})
        for circle in circles:
            ended = {"meeting": meeting_id, "document": None, "turn": turn}
            await self._sockets.sio.emit("led", ended, room=room(meeting_id, circle), skip_sid=sid)

    def _write_end(self, caller: Caller, meeting_id: int) -> tuple[int, frozenset[Circle]]:
        caller.person = self._sockets.identify(caller.token)
        with self._sockets.services.engines.database.writing() as db:
            turn = following.stop(db, following_queries.load_leader(db, caller.person, meeting_id).meeting)
            return turn, following_queries.reach(db, meeting_id, 0).closed

    def _yield(self, order: Payload) -> None:
        lead = self._leads.get(order["meeting"])
        if lead is not None and lead.sid != order["sid"]:
            lead.drop()
            del self._leads[order["meeting"]]

    async def _say(self, lead: Lead) -> None:
        """Tell the room, now or as soon as it may be told again; keep the region once it rests."""
        loop = asyncio.get_running_loop()
        if lead.resting is not None:
            lead.resting.cancel()
        lead.resting = loop.call_later(REST_SECONDS, lambda: self._begin(self._keep(lead)))
        if lead.waiting is not None:
            return
        due = lead.sent_at + self.gap
        if loop.time() >= due:
            await self._send(lead)
        else:
            lead.waiting = loop.call_at(due, lambda: self._begin(self._send(lead)))

    async def _send(self, lead: Lead) -> None:
        lead.waiting, lead.sent_at = None, asyncio.get_running_loop().time()
        # One after the other: what goes to the bus over two connections at once may arrive in either order.
        async with lead.order:
            told = lead.told
            for circle in lead.reach.shown:
                await self._sockets.sio.emit("led", told, room=room(lead.meeting_id, circle), skip_sid=lead.sid)
            for circle in lead.reach.closed:
                await self._sockets.sio.emit("led", withheld(told), room=room(lead.meeting_id, circle))

    async def _keep(self, lead: Lead) -> None:
        """A region at rest is where those who come late shall land."""
        shown = replace(lead.shown, begins=False)
        if shown.region == lead.kept:
            return
        with suppress(Problem):  # it leads no more: nothing is to be kept
            await asyncio.to_thread(self._write, lead.caller, lead.meeting_id, shown)
            lead.kept = shown.region

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _on_follow(self, sid: str, caller: Caller, data: Payload) -> Payload:
        meeting_id = whole(data.get("meeting"))
        circle = await asyncio.to_thread(self._circle, caller, meeting_id)
        # First the room, then the state: a turn in between is told, and the later one wins on the page.
        caller.reads = meeting_id
        self._sockets.place(sid, caller, FEATURE, room(meeting_id, circle))
        led, may_lead = await asyncio.to_thread(self._state, caller, meeting_id, circle)
        lead = self._leads.get(meeting_id)
        if lead is not None and led is not None and "closed" not in led and led["turn"] == lead.told["turn"]:
            led = lead.told
        return {"ok": True, "led": led, "may_lead": may_lead}

    def _circle(self, caller: Caller, meeting_id: int) -> Circle:
        caller.person = self._sockets.identify(caller.token)
        with self._sockets.services.engines.database.reading() as db:
            return queries.circle(db, queries.load(db, caller.person, meeting_id))

    def _state(self, caller: Caller, meeting_id: int, circle: Circle) -> tuple[Payload | None, bool]:
        with self._sockets.services.engines.database.reading() as db:
            seen = queries.load(db, caller.person, meeting_id)
            leads = following_queries.leads(db, seen) and following_queries.is_open(seen.meeting)
            place = following_queries.place_of(db, seen.meeting)
            if place is None:
                return None, leads
            told = following_queries.told(place)
            shown = circle in following_queries.reach(db, meeting_id, told["document"]).shown
            return told if shown else withheld(told), leads

    async def _on_unfollow(self, sid: str, caller: Caller, _data: Payload) -> Payload:
        caller.reads = None
        self._sockets.place(sid, caller, FEATURE, None)
        return {"ok": True}

    async def _look_again(self, sid: str, caller: Caller) -> None:
        """Whose standing has changed follows as what they are now, and leads only after having been asked."""
        for lead in self._leads.values():
            if lead.sid == sid:
                lead.asked_at = 0.0
        if caller.reads is None or FEATURE not in caller.rooms:
            return
        try:
            circle = await asyncio.to_thread(self._circle, caller, caller.reads)
            self._sockets.place(sid, caller, FEATURE, room(caller.reads, circle))
        except Problem:
            self._sockets.place(sid, caller, FEATURE, None)
