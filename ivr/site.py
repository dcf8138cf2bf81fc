"""What an installation has: its Asterisk, prompts, flows, accounts and secrets, found where the settings say."""

from __future__ import annotations

from pathlib import Path

from ivr.ari.asterisk.installation import Installation, find_system_asterisk, system_installation
from ivr.ari.asterisk.plan import AsteriskPlan, SipAccount, kept_secret
from ivr.ari.asterisk.provision import installed
from ivr.config import Settings
from ivr.dialplan import Dialplan, load_dialplan
from ivr.prompts import Catalogue, load_catalogue
from storage import Rules as StoreRules
from storage import Store


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
    return load_catalogue(settings.path(settings.prompts) / "catalog.yaml", settings.sounds, settings.moments)


def load_flow(settings: Settings, catalogue: Catalogue) -> Dialplan:
    """Raises `FlowErrors`."""
    return load_dialplan(settings.path(settings.dialplans), prompt_arguments(catalogue))


def prompt_arguments(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    return {name: frozenset(prompt.args) for name, prompt in catalogue.prompts.items()}


def store_rules(dialplan: Dialplan) -> StoreRules:
    """What the dialplans say of requests, as the store wants it. A category without motifs of its own takes any of them."""
    units = {"business_days": "jours ouvrés", "days": "jours", "immediate": "immédiat"}
    categories = dialplan.categories.values()
    calendar = next(iter(dialplan.calendars.values()))
    texts = {motif: closing.text for motif, closing in dialplan.closings.items()}
    return StoreRules(
        delays={each.code: (each.delay, units[each.unit]) for each in categories if each.delay is not None},
        business_days_after=calendar.add_business_days,
        categories=frozenset(each.code for each in categories if each.direction),
        directions={each.code: each.direction for each in categories if each.direction},
        walled=frozenset(each.code for each in categories if each.walled),
        closings={each.code: {motif: texts[motif] for motif in each.closings} for each in categories} | {"": texts},
    )


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
    trunks = [SipAccount(each.id, "", "trunk", peers=each.peers, contact=each.contact) for each in settings.trunks]
    if settings.demo:
        agents.append(SipAccount("demo", kept_secret(secret_file(settings, "demo")), "caller", "0700000001"))
    return (*agents, *trunks)


def secret_file(settings: Settings, account: str) -> Path:
    folder = settings.var / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{account}.secret"
