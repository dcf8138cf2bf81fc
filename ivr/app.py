"""The composition root: the only file that names concrete adapters. All is made here, once, and taken down in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from ivr.admission import Limit, keep_admitting
from ivr.ari.asterisk.process import AsteriskProcess
from ivr.ari.asterisk.watch import Watch
from ivr.ari.client import AriClient
from ivr.ari.events import Hooks
from ivr.ari.media import AriTaps, MediaServer
from ivr.ari.telephony import AriTelephony
from ivr.ari.translate import (
    Arrived,
    CodeDialed,
    Farewell,
    ForCall,
    ForDesk,
    OwnAnswered,
    OwnDialed,
    OwnOver,
    Parted,
    TapEntered,
    TransferPressed,
    translate,
)
from ivr.callback_numbers import normalised
from ivr.clock import SystemClock
from ivr.codes import answer_code
from ivr.config import Settings
from ivr.core.acd import Acd
from ivr.core.flow import Flow, FlowErrors
from ivr.core.messages import CallStarted, Event
from ivr.desk_memory import DeskMemory
from ivr.dialplan import Dialplan, parse_flow
from ivr.distributor import Distributor
from ivr.ears import Ears
from ivr.house import House
from ivr.housekeeping import Housekeeping
from ivr.own_calls import OwnCalls
from ivr.phone_keys import PhoneKeys
from ivr.ports import Recognizer
from ivr.prompts import Catalogue
from ivr.recovery import Recovery
from ivr.retention import nightly
from ivr.session import Session
from ivr.sessions import Sessions
from ivr.site import (
    asterisk_plan,
    find_asterisk,
    load_flow,
    load_prompts,
    prompt_arguments,
    sip_accounts,
    store_rules,
)
from ivr.sounds import CatalogueSounds
from ivr.speech.registry import open_recognizer
from ivr.staff import Staff
from storage import Store, open_store

log = structlog.get_logger()


@dataclass(slots=True)
class Service:
    """The service as a whole, running. ``broken`` is resolved, with a sentence, when it cannot go on as it is."""

    settings: Settings
    dialplan: Dialplan
    catalogue: Catalogue
    store: Store
    asterisk: AsteriskProcess
    ari: AriClient
    telephony: AriTelephony
    taps: AriTaps
    recognizer: Recognizer
    house: House
    sessions: Sessions
    recovery: Recovery
    staff: Staff
    keys: PhoneKeys
    clock: SystemClock
    limit: Limit
    broken: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _arrived: list[Arrived] | None = field(default_factory=list)
    _background: set[asyncio.Task[Any]] = field(default_factory=set)

    # ------------------------------------------------------------------------------------------------- events from Asterisk
    def on_event(self, event: Any) -> None:
        for meaning in translate(event, self.clock.now()):
            match meaning:
                case ForCall():
                    self.sessions.emit(meaning.call, meaning.event)
                case ForDesk():
                    self.house.distributor.post(meaning.event)
                case Arrived():
                    self.begin(meaning)
                case TapEntered():
                    self.taps.entered(meaning.channel)
                    self.telephony.entered(meaning.channel)
                case Parted():
                    self.spawn(self.telephony.part(meaning.bridge))
                case CodeDialed():
                    self.spawn(answer_code(self.telephony, self.house.distributor, meaning, self.clock.now()))
                case OwnDialed() | OwnAnswered() | OwnOver():
                    self.spawn(OwnCalls(self.telephony, lambda: self.staff.extensions).happened(meaning))
                case TransferPressed():
                    self.spawn(self.keys.transfer(meaning))
                case Farewell():
                    self.spawn(self.telephony.hang_up(meaning.channel))

    def begin(self, arrived: Arrived) -> None:
        """A new call; held back until those of our former life are adopted."""
        if self._arrived is not None:
            self._arrived.append(arrived)
            return
        flow = self.dialplan.flow.version
        started = CallStarted(arrived.at, arrived.call, arrived.caller, arrived.dialed, flow, arrived.callback)
        if arrived.call not in self.sessions:
            self.sessions.run(Session.begin(self.house, started))

    async def recover(self) -> dict[str, int]:
        """Adopt and close what a former life left, then let new calls in."""
        await self.staff.load_day()
        await self.staff.load()
        found = await self.recovery.at_start(self.begin, self.staff.sign_in)
        held, self._arrived = self._arrived or [], None
        for arrived in held:
            self.begin(arrived)
        return found

    def on_connected(self, first: bool) -> None:
        if not first:
            self.spawn(self.take_stock())

    def on_lost(self, reason: str) -> None:
        log.warning("ari_lost", reason=reason)
        if self.ari.is_replaced:
            self.broken.set_result(f"{reason}: is this service started twice?")

    async def on_asterisk_restart(self, reason: str) -> None:
        """The event stream comes back by itself, and stock is taken then."""
        log.error("asterisk_restarted", reason=reason)

    async def take_stock(self) -> None:
        """Events may have been missed: compare what we believe with what is."""
        await self.recovery.after_silence()
        await self.staff.look_for_phones()
        await self.telephony.admit(self.limit.now)

    def spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._spawned_done)

    def part_ended(self, task: asyncio.Task[None]) -> None:
        """A part that must never end has ended: better to start anew and adopt the calls than to go on without it."""
        if not task.cancelled() and not self.broken.done():
            log.error("part_ended", part=task.get_name(), exc_info=task.exception())
            self.broken.set_result(f"the {task.get_name()} ended: {task.exception()!r}")

    def _spawned_done(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background_failed", error=repr(task.exception()))

    # --------------------------------------------------------------------------------------------------------- operations
    async def publish(self) -> str:
        """Load the dialplans again: new calls get the flow, queues and requests their rules at once; bad ones are refused
        (`FlowErrors`) and the last good ones stay."""
        dialplan = await asyncio.to_thread(load_flow, self.settings, self.catalogue)  # a quarter of a second: calls go on
        self.dialplan = dialplan
        self.house.distributor.publish(dialplan.queues)
        self.store.rules = store_rules(dialplan)
        self.spawn(self.store.keep_flow(dialplan.flow.version, dialplan.source))
        return dialplan.flow.version


class BareJournal(Store):
    """Keeps calls and requests, not what happened in them: what the journal costs is measured against it."""

    async def append(self, call: str, seq: int, entries: Sequence[Event]) -> None:
        del call, seq, entries


def journal_of(settings: Settings, store: Store) -> Store:
    return store if settings.journal else BareJournal(store.engine, store.rules)


async def make_service(settings: Settings) -> Service:
    """Check everything, then make everything; nothing is started yet but the store. Raises `CannotServe`."""
    installation = find_asterisk(settings)
    catalogue = load_prompts(settings)
    dialplan = load_flow(settings, catalogue)
    settings.var.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url, store_rules(dialplan))
    accounts = await sip_accounts(settings, store)
    plan = asterisk_plan(settings, catalogue, accounts)
    plan.spool_dir.mkdir(parents=True, exist_ok=True)
    clock, sessions = SystemClock(), Sessions()
    recognizer = open_recognizer(
        settings.recognizer, model=settings.recognizer_model, workers=settings.recognizer_workers
    )
    service: Service

    async def flow_of(version: str) -> Flow | None:
        if version == service.dialplan.flow.version:
            return service.dialplan.flow
        source = await store.flow_source(version)
        world = service.dialplan.world(prompt_arguments(catalogue))
        try:
            return parse_flow(source, world) if source else None
        except FlowErrors:
            return None

    acd = Acd(dialplan.queues, frozenset(settings.approved_numbers))
    distributor = Distributor(acd, sessions.emit, clock, DeskMemory(store, clock))
    hooks = Hooks(
        on_event=lambda event: service.on_event(event),  # noqa: PLW0108 - the service comes after what it stands on
        on_connected=lambda first: service.on_connected(first),  # noqa: PLW0108
        on_lost=lambda reason: service.on_lost(reason),  # noqa: PLW0108
    )
    ari = AriClient(
        plan.ari_url.removesuffix("/ari"), plan.ari_user, plan.ari_secret, plan.app, watch=("endpoint:PJSIP",), hooks=hooks
    )
    media = MediaServer(settings.media_port)
    telephony = AriTelephony(ari, CatalogueSounds(catalogue), clock, sessions.emit, distributor, plan.trunk)
    distributor.legs = telephony
    taps = AriTaps(ari, media)
    house = House(
        lambda: service.dialplan.flow, flow_of, telephony, journal_of(settings, store), store, distributor,
        Ears(recognizer, taps, sessions.emit, clock), clock, partial(normalised, prefixes=settings.callback_prefixes),
    )
    sessions.house = house
    asterisk = AsteriskProcess(installation, plan)
    staff = Staff(settings, store, distributor, telephony, asterisk, clock)
    service = Service(
        settings, dialplan, catalogue, store, asterisk, ari, telephony, taps, recognizer, house, sessions,
        Recovery(house, sessions, telephony, plan.spool_dir), staff,
        PhoneKeys(telephony, distributor, lambda: staff.extensions), clock, Limit(settings.max_calls),
    )
    return service


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Service]:
    """The service, up: Asterisk running (or adopted), calls taken, agents known. Left in order."""
    service = await make_service(settings)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(service.store.close)
        await service.store.keep_flow(service.dialplan.flow.version, service.dialplan.source)
        media = service.taps.media
        await media.start()
        stack.push_async_callback(media.stop)
        stack.push_async_callback(service.recognizer.stop)
        adopted = await service.asterisk.attach()
        if not adopted:
            await service.recognizer.start()  # what may fail comes before Asterisk, which would stay behind
            await service.asterisk.attach_or_start()
        await stack.enter_async_context(service.ari)
        await service.ari.connected(15)
        stack.push_async_callback(service.sessions.stop)
        tasks = [
            asyncio.create_task(service.house.distributor.run(), name="distributor"),
            asyncio.create_task(Watch(service.asterisk, service.on_asterisk_restart).run(), name="watch"),
            asyncio.create_task(
                keep_admitting(service.limit, lambda: len(service.sessions), service.telephony.admit), name="admission"
            ),
            asyncio.create_task(
                Housekeeping(service.store, service.clock, partial(nightly, settings, service.store)).run(),
                name="housekeeping",
            ),
        ]
        stack.push_async_callback(_cancel, tasks)
        for task in tasks:
            task.add_done_callback(service.part_ended)
        # Code, flow and catalogue stay: looking through them for garbage again and again would stop a busy house for a tenth
        # of a second each time, and the admission would take that for overload.
        gc.freeze()
        stack.callback(gc.unfreeze)
        found = await service.recover()
        log.info("serving", adopted_asterisk=adopted, flow=service.dialplan.flow.version, **found)
        if adopted:
            await service.recognizer.start()  # after the living calls, which ask their question again meanwhile
        yield service


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
