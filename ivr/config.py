"""Settings: defaults, one TOML file, CRUC_* variables. An unknown key is an error, never ignored."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ivr.core.verbs.typed import PREFIXES

ROOT: Final = Path(__file__).resolve().parent.parent
PREFIX: Final = "CRUC_"
FILE_VARIABLE: Final = "CRUC_SETTINGS"
STORES: Final = ("sqlite:///", "postgresql://", "postgres://")


class SettingsError(ValueError):
    """The settings cannot be used; one line a problem."""


class Trunk(BaseModel):
    """The operator's exchange, known by its addresses; ``contact`` is where calls go out, its first address unless given."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    peers: tuple[str, ...]
    contact: str = ""


class Settings(BaseSettings):
    """Everything that an installation may choose. Paths are taken from the installation's folder."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(Path("var"), description="where all state lives")
    store: str = Field("", description="sqlite:///path, postgresql://user@host/name or memory: ; empty for store.db in home")
    dialplans: Path = Field(Path("dialplans"), description="the folder of call flows")
    prompts: Path = Field(Path("prompts/fr"), description="the folder of the catalogue")
    recognizer: Literal["soundswallower", "vosk", "scripted", "none"] = Field(
        "soundswallower", description="the speech engine; none: keypad only"
    )
    recognizer_model: str = Field("", description="folder of the engine's model (vosk)")
    recognizer_workers: int = Field(1, ge=1, le=16, description="recogniser processes")
    sip_port: int = Field(5060, ge=1, le=65535, description="SIP over UDP")
    sip_bind: str = Field("127.0.0.1", description="address on which SIP is served; a site gives its own")
    agent_networks: tuple[str, ...] = Field(("127.0.0.0/8",), description="from where telephones may register")
    rtp_first: int = Field(10000, ge=1024, le=65000, description="first port for audio")
    rtp_last: int = Field(13998, ge=1024, le=65535, description="last port for audio")
    http_port: int = Field(8088, ge=1, le=65535, description="Asterisk's ARI, on loopback")
    media_port: int = Field(8765, ge=1, le=65535, description="callers' audio for the recogniser, on loopback")
    trunks: tuple[Trunk, ...] = Field((), description="the operators' exchanges")
    max_calls: int = Field(300, ge=1, le=5000, description="calls in progress beyond which new ones are refused")
    callback_prefixes: tuple[str, ...] = Field(PREFIXES, description="how the ten digits of a number we call back may begin")
    approved_numbers: tuple[str, ...] = Field((), description="outside numbers that agents may consult and transfer to")
    journal: bool = Field(True, description="keep every event; only benchmarks switch it off")
    demo: bool = Field(False, description="demonstration accounts: a caller's softphone may dial in")

    @field_validator("store")
    @classmethod
    def _of_a_store(cls, url: str) -> str:
        """The address is not repeated: there may be a password in it."""
        if url and url != "memory:" and not url.startswith(STORES):
            raise ValueError(f"the address of a store begins with {', '.join(STORES)}, or is memory:")
        return url

    @field_validator("callback_prefixes")
    @classmethod
    def _of_the_plan(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if not (prefix.isascii() and prefix.isdigit() and len(prefix) <= 10 and prefix.startswith(PREFIXES)):
                raise ValueError(f"{prefix!r} begins no number of the plan: {', '.join(PREFIXES)}")
        return prefixes

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, settings_file())

    def path(self, relative: Path) -> Path:
        return relative if relative.is_absolute() else ROOT / relative

    @property
    def var(self) -> Path:
        return self.path(self.home)

    @property
    def store_url(self) -> str:
        return self.store or f"sqlite:///{self.var / 'store.db'}"

    @property
    def sounds(self) -> Path:
        return self.var / "prompts" / "fr"

    @property
    def moments(self) -> Path:
        """The sounds of `cruc moment say`."""
        return self.var / "moments"

    @property
    def run_dir(self) -> Path:
        return self.var / "asterisk-run"

    @property
    def recordings(self) -> Path:
        """Where Asterisk writes voice messages."""
        return self.run_dir / "spool" / "recording"


def settings_file() -> Path:
    """The TOML file: $CRUC_SETTINGS, else cruc.toml in the installation's folder (which may be absent)."""
    return Path(os.environ.get(FILE_VARIABLE, ROOT / "cruc.toml"))


def load_settings(**given: Any) -> Settings:
    """The settings, checked. Raises `SettingsError` with a line for each problem."""
    file = os.environ.get(FILE_VARIABLE)
    if file and not Path(file).is_file():
        raise SettingsError(f"{FILE_VARIABLE} names {file}, which does not exist.")
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and not _is_known(name))
    if unknown:
        raise SettingsError("\n".join(f"{name} is no setting. {_known()}" for name in unknown))
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(problem) for problem in error.errors())) from None
    except ValueError as error:
        raise SettingsError(f"{settings_file()}: not readable as TOML: {error}.") from None


def _is_known(variable: str) -> bool:
    name = variable.removeprefix(PREFIX).lower()
    return variable == FILE_VARIABLE or name in Settings.model_fields or name.startswith("test_")


def _sentence(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{settings_file().name}: {name!r} is no setting. {_known()}"
    given = "" if name == "store" else f" (it is {problem['input']!r})"  # an address may hold a password
    return f"setting {name!r}: {problem['msg'][:1].lower()}{problem['msg'][1:]}{given}."


def _known() -> str:
    return f"Known: {', '.join(sorted(Settings.model_fields))}."
