"""`.env` -> typed settings, read once a process.

Every value has a default that suits the demo on one machine; `interlude setup` writes the secrets. Ports and addresses
are loopback unless somebody says otherwise, because the engine has old dependencies and must never be public.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """What a deployment may set. Names in `.env` are these in capitals; the environment wins over the file."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    mode: Literal["demo", "live"] = "demo"
    root: Path = PROJECT

    # Ports, all on 127.0.0.1.
    gateway_port: Port = 8000
    portal_port: Port = 8001
    site_port: Port = 8002
    engine_port: Port = 5005
    actions_port: Port = 5055
    mailbox_port: Port = 8025
    mailbox_smtp_port: Port = 8026

    # What people type; without a value it follows the port. `localhost` and not 127.0.0.1: cookies with the __Host-
    # prefix and passkeys need it.
    public_url_client: str = Field(default_factory=lambda given: _local(given["gateway_port"]))
    public_url_staff: str = Field(default_factory=lambda given: _local(given["portal_port"]))
    # Sites allowed to show the chat in a frame (origins, comma separated).
    widget_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default_factory=lambda given: (_local(given["site_port"]),)
    )

    # Where a running practice writes: logs of the parts, run.json, the demo's passwords.
    state_dir: Path = Path("var")
    # Stores. The keys are a file apart so that a backup of the records never brings erased keys back.
    database_url: str = "sqlcipher:///var/records.db"
    keys_url: str = "sqlcipher:///var/keys.db"
    practice_key_file: Path = Path("var/practice.key")
    # Backups. Two folders, because a backup of the records must never hold the keys.
    backup_dir: Path = Path("var/backups/records")
    keys_backup_dir: Path = Path("var/backups/keys")
    backups_kept: Annotated[int, Field(ge=1, le=1_000)] = 14

    # Mail. The demo sends to its own mailbox.
    smtp_host: str = "127.0.0.1"
    smtp_port: Port = Field(default_factory=lambda given: given["mailbox_smtp_port"])
    smtp_username: str = ""
    smtp_password: str = Field(default="", repr=False)
    smtp_starttls: bool = False
    smtp_from: str = "notices@interlude.example"
    # Pinged every 30 s while the worker lives; a dead machine can tell nobody.
    heartbeat_url: str = ""
    # Text messages go as signed JSON to this address of the practice's SMS provider.
    sms_gateway_url: str = ""
    sms_gateway_token: str = Field(default="", repr=False)
    # host:port of webhooks inside the practice's own network; everything else must be a public https address.
    webhook_private_hosts: Annotated[tuple[str, ...], NoDecode] = ()

    # Shared secrets between the parts.
    engine_token: str = Field(default="", repr=False)
    actions_token: str = Field(default="", repr=False)

    # Deadlines: the first is the promise of the safety card, the second what a person waits before an honest line.
    commit_deadline_s: Seconds = 2.0
    engine_deadline_s: Seconds = 8.0
    # Characters of one message; assessed whole. The engine gets the first 1,000.
    max_chars: Annotated[int, Field(ge=1_000, le=40_000)] = 40_000

    @field_validator("widget_origins", "webhook_private_hosts", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url_client", "public_url_staff")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in and the environment; `.env` is put there by `get_settings`."""
        return init_settings, env_settings

    def path(self, relative: Path | str) -> Path:
        """A path of the settings, made absolute against the project's root."""
        return self.root / relative

    def stored_at(self, url: str) -> str:
        """`sqlcipher:///var/x.db` with its path made absolute; any other address unchanged."""
        prefix = "sqlcipher:///"
        return f"{prefix}{self.path(url.removeprefix(prefix))}" if url.startswith(prefix) else url


def _local(port: int) -> str:
    return f"http://localhost:{port}"


def env_file() -> Path:
    """The file that settings come from: `INTERLUDE_ENV` if set, else `.env` at the project's root."""
    return Path(os.environ.get("INTERLUDE_ENV", PROJECT / ".env"))


@functools.cache
def get_settings() -> Settings:
    """The settings of this process. Raises pydantic.ValidationError naming each bad value."""
    for name, value in dotenv_values(env_file()).items():
        if value is not None:
            os.environ.setdefault(name, value)
    return Settings()
