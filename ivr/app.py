"""The composition root: the only file that names concrete adapters. All is made here, once, and taken down in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from ivr.admission import Limit, keep_admitting
from ivr.ari.asterisk.configure import write_accounts
from ivr.ari.asterisk.installation import Installation, find_system_asterisk, system_installation
from ivr.ari.asterisk.plan import AsteriskPlan, SipAccount, kept_secret
from ivr.ari.asterisk.process import AsteriskProcess
from ivr.ari.asterisk.provision import installed
from ivr.ari.asterisk.watch import Watch
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.ari.events import Hooks
from ivr.ari.media import AriTaps, MediaServer
from ivr.ari.telephony import AriTelephony
from ivr.ari.translate import Arrived, CodeDialed, ForCall, ForDesk, Parted, TapEntered, translate
from ivr.clock import SystemClock
from ivr.codes import answer_code
from ivr.config import Settings
from ivr.core.acd import Acd
from ivr.core.flow import Flow, FlowErrors, World
from ivr.core.messages import CallStarted, Event
from ivr.core.offers import AgentRemoved, AgentSet, EquipmentChanged, Rules, WishChanged
from ivr.dialplan import Dialplan, load_dialplan, parse_flow
from ivr.distributor import Distributor
from ivr.ears import Ears
from ivr.house import House
from ivr.ports import Recognizer
from ivr.prompts import Catalogue, load_catalogue
from ivr.recovery import Recovery
from ivr.session import Session
from ivr.sessions import Sessions
from ivr.sounds import CatalogueSounds
from ivr.speech.registry import open_recognizer
from storage import Rules as StoreRules
from storage import Store, open_store

log = structlog.get_logger()


class CannotServe(RuntimeError):
    """Something without which there is no service; the message is one sentence, and nothing was left half-done."""


def find_asterisk(settings: Settings) -> Installation:
    """The system's Asterisk when it is recent enough, else the private one. Raises `CannotServe`."""
    version = find_system_asterisk()
    installation = system_installation(version) if version else installed(settings.var / "asterisk")
    if installation is None:
        raise CannotServe("Asterisk is not installed. Run `make setup`, which unpacks a private one in var/.")
    return installation


def load_prompts(settings: Settings) -> Catalogue:
    return load_catalogue(settings.path(settings.prompts) / "catalog.yaml", settings.sounds)


def load_flow(settings: Settings, catalogue: Catalogue) -> Dialplan:
    """Raises `FlowErrors`."""
    return load_dialplan(settings.path(settings.dialplans), prompt_arguments(catalogue))


def prompt_arguments(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    return {name: frozenset(prompt.args) for name, prompt in catalogue.prompts.items()}


def store_rules(dialplan: Dialplan) -> StoreRules:
    """Delays and business days as the store wants them."""
    units = {"business_days": "jours ouvrés", "days": "jours"}
    delays = {code: (each.delay, units[each.unit]) for code, each in dialplan.categories.items() if each.delay is not None}
    calendar = next(iter(dialplan.calendars.values()))
    return StoreRules(delays=delays, business_days_after=calendar.add_business_days)


def asterisk_plan(settings: Settings, catalogue: Catalogue, accounts: tuple[SipAccount, ...]) -> AsteriskPlan:
    fallback = catalogue.render("technique.application_absente")[0]
    try:
        return AsteriskPlan(
            run_dir=settings.run_dir, http_port=settings.http_port, sip_port=settings.sip_port, rtp_first=settings.rtp_first,
            rtp_last=settings.rtp_last, media_port=settings.media_port, ari_secret=kept_secret(settings.var / "ari.secret"),
            fallback_sound=settings.path(settings.sounds) / fallback, spool_dir=settings.var / "absent", accounts=accounts,
            max_calls=2 * settings.max_calls + 50, sip_bind=settings.sip_bind, agent_networks=settings.agent_networks,
        )
    except ValueError as error:
        raise CannotServe(f"Asterisk cannot be set up as the settings say: {error}") from None


async def sip_accounts(settings: Settings, store: Store) -> tuple[SipAccount, ...]:
    """Agents from the store, trunks from the settings, and in a demonstration one softphone for a caller."""
    agents = [
        SipAccount(agent.id, kept_secret(secret_file(settings, agent.id)), "agent", agent.extension)
        for agent in await store.list_agents()
    ]
    trunks = [SipAccount(trunk.id, "", "trunk", peers=trunk.peers) for trunk in settings.trunks]
    if settings.demo:
        agents.append(SipAccount("demo", kept_secret(secret_file(settings, "demo")), "caller", "0700000001"))
    return (*agents, *trunks)


def secret_file(settings: Settings, account: str) -> Any:
    folder = settings.var / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{account}.secret"


@dataclass(slots=True)
class Service:
    """The service as a whole, running."""

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
    clock: SystemClock
    limit: Limit
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
                case Parted():
                    self.spawn(self.telephony.part(meaning.bridge))
                case CodeDialed():
                    self.spawn(answer_code(self.telephony, self.house.distributor, meaning, self.clock.now()))

    def begin(self, arrived: Arrived) -> None:
        """A new call; held back until those of our former life are adopted."""
        if self._arrived is not None:
            self._arrived.append(arrived)
            return
        flow = self.dialplan.flow.version
        started = CallStarted(arrived.at, arrived.call, arrived.caller, arrived.dialed, flow)
        if arrived.call not in self.sessions:
            self.sessions.run(Session.begin(self.house, started))

    async def recover(self) -> dict[str, int]:
        """Adopt and close what a former life left, then let new calls in."""
        await self.load_agents()
        found = await self.recovery.at_start(self.begin)
        held, self._arrived = self._arrived or [], None
        for arrived in held:
            self.begin(arrived)
        return found

    def on_connected(self, first: bool) -> None:
        if not first:
            self.spawn(self.take_stock())

    async def on_asterisk_restart(self, reason: str) -> None:
        log.error("asterisk_restarted", reason=reason)
        await self.ari.connected(30)
        await self.take_stock()
        await self.telephony.admit(self.limit.now)

    async def take_stock(self) -> None:
        """Events may have been missed: compare what we believe with what is."""
        await self.recovery.after_silence()
        await self.look_for_phones()

    def spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._spawned_done)

    def _spawned_done(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background_failed", error=repr(task.exception()))

    # --------------------------------------------------------------------------------------------------------- operations
    async def load_agents(self) -> None:
        """Agents and their wishes from the store; where their phones are, from Asterisk."""
        desk, now = self.house.distributor, self.clock.now()
        for agent in await self.store.list_agents():
            desk.post(AgentSet(now, agent.id, tuple(agent.queues)))
            if agent.wish in {"ready", "paused"}:
                desk.post(WishChanged(now, agent.id, agent.wish, agent.reason or ""))  # type: ignore[arg-type]

        await self.look_for_phones()

    async def look_for_phones(self) -> None:
        reachable = await self.telephony.reachable_agents()
        for agent in await self.store.list_agents():
            self.house.distributor.post(EquipmentChanged(self.clock.now(), agent.id, agent.id in reachable))

    async def reload_agents(self) -> int:
        """Agents added, changed or removed in the store count from now on, their telephones included; calls go on.

        Raises `AsteriskError`, `StoreUnavailable`, or ValueError for an account that cannot be written.
        """
        plan = replace(self.asterisk.plan, accounts=await sip_accounts(self.settings, self.store))
        write_accounts(plan)
        self.asterisk.plan = plan
        await self.asterisk.reload("res_pjsip.so")
        known = {agent.id for agent in await self.store.list_agents()}
        for gone in set(self.house.distributor.acd.agents) - known:
            self.house.distributor.post(AgentRemoved(self.clock.now(), gone))
        await self.load_agents()
        return len(known)

    async def publish(self) -> str:
        """Load the dialplans again: new calls get them; bad ones are refused (`FlowErrors`) and the last good ones stay."""
        dialplan = await asyncio.to_thread(load_flow, self.settings, self.catalogue)  # a quarter of a second: calls go on
        self.dialplan = dialplan
        self.house.distributor.acd.rules = queue_rules(dialplan)
        self.spawn(self.store.keep_flow(dialplan.flow.version, dialplan.source))
        return dialplan.flow.version


def queue_rules(dialplan: Dialplan) -> dict[str, Rules]:
    return {name: Rules(each.ring, each.wrap_up, each.most, each.misses) for name, each in dialplan.queues.items()}


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

    async def keep_wish(agent: str, wish: str, reason: str) -> None:
        if await store.agent(agent) is not None:  # else removed meanwhile
            await store.set_wish(agent, wish, reason)

    async def flow_of(version: str) -> Flow | None:
        if version == service.dialplan.flow.version:
            return service.dialplan.flow
        source = await store.flow_source(version)
        world = World(
            prompt_arguments(catalogue), frozenset(service.dialplan.queues), frozenset(service.dialplan.categories),
            service.dialplan.calendars,
        )
        try:
            return parse_flow(source, world) if source else None
        except FlowErrors:
            return None

    distributor = Distributor(Acd(queue_rules(dialplan)), sessions.emit, clock, keep_wish)
    hooks = Hooks(
        on_event=lambda event: service.on_event(event),  # noqa: PLW0108 - the service comes after what it stands on
        on_connected=lambda first: service.on_connected(first),  # noqa: PLW0108
        on_lost=lambda reason: log.warning("ari_lost", reason=reason),
    )
    ari = AriClient(
        plan.ari_url.removesuffix("/ari"), plan.ari_user, plan.ari_secret, plan.app, watch=("endpoint:PJSIP",), hooks=hooks
    )
    media = MediaServer(settings.media_port)
    telephony = AriTelephony(ari, CatalogueSounds(catalogue), clock, sessions.emit, distributor)
    distributor.legs = telephony
    taps = AriTaps(ari, media)
    house = House(
        lambda: service.dialplan.flow, flow_of, telephony, journal_of(settings, store), store, distributor,
        Ears(recognizer, taps, sessions.emit, clock), clock,
    )
    sessions.house = house
    service = Service(
        settings, dialplan, catalogue, store, AsteriskProcess(installation, plan), ari, telephony, taps, recognizer, house,
        sessions, Recovery(house, sessions, telephony, plan.spool_dir), clock, Limit(settings.max_calls),
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
        ]
        stack.push_async_callback(_cancel, tasks)
        found = await service.recover()
        log.info("serving", adopted_asterisk=adopted, flow=service.dialplan.flow.version, **found)
        if adopted:
            await service.recognizer.start()  # after the living calls, which ask their question again meanwhile
        yield service


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception) and not isinstance(result, AriError):
            log.error("task_failed", error=repr(result))
