"""Settings: environment variables `FS_APP_…` or the file named by `FS_APP_CONFIG` (lines `NAME=value`).

Everything is checked at start; a wrong value ends the program with a sentence that names it. The table in
docs/settings.md is compared with this file by a test.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fs_app.errors import ConfigError
from fs_app.outward import networks

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32
DATABASES = ("sqlite", "postgresql", "postgres")


class Settings(BaseSettings):
    """All settings. Seconds and bytes unless the name says otherwise; addresses are `HOST:PORT`."""

    model_config = SettingsConfigDict(env_prefix="FS_APP_", extra="ignore")

    switch: str = Field("sim", description="`sim` for the simulated switch, or `esl://:PASSWORD@HOST:8021`")
    data_dir: Path = Field(ROOT / "var", description="Journal, database file, recordings, secrets")
    database_url: str = Field(
        "", description="`sqlite:///FILE` or `postgresql://…`; empty: SQLite in data_dir"
    )
    migrations_dir: Path = Field(ROOT / "migrations", description="Schema changes, applied at start")
    sounds_dir: Path = Field(ROOT / "sounds", description="Prompts and hold music, as this program sees them")
    switch_sounds_dir: str = Field(
        "", description="The same folder as FreeSWITCH sees it; empty: the same path"
    )
    library_dir: Path | None = Field(
        None, description="The accounts' own sounds, as this program sees them; empty: in data_dir"
    )
    switch_library_dir: str = Field(
        "", description="The same folder as FreeSWITCH sees it; empty: the same path"
    )
    voices_dir: Path | None = Field(
        None, description="Voices of Piper (`*.onnx`) for prompts that are spoken by the machine"
    )
    recordings_dir: Path | None = Field(
        None, description="Recordings, as this program sees them; empty: in data_dir"
    )
    switch_recordings_dir: str = Field(
        "", description="The same folder as FreeSWITCH sees it; empty: the same path"
    )
    recordings_reserve_mb: int = Field(
        200, ge=0, le=1_000_000, description="Recording stops when less than this is free on its disk, in MiB"
    )
    import_most_mb: int = Field(
        1000, ge=1, le=20_000, description="The largest file that can be imported, in MiB"
    )
    phone_absence_s: float = Field(
        10.0,
        ge=1,
        le=600,
        description="An agent whose telephone is not registered for this long becomes unavailable",
    )
    cdr_spool: Path | None = Field(
        None, description="Where mod_xml_cdr writes one file per leg; empty: in data_dir"
    )
    keep_cdr: bool = Field(False, description="Keep used CDR files under `done/` of the spool")
    web_listen: str = Field("127.0.0.1:8080", description="Where browsers come")
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="Reverse proxies before us whose X-Forwarded-* count"
    )
    cookie_secure: bool = Field(False, description="Cookies over HTTPS only; true behind a TLS proxy")
    secret_key: str = Field("", description="Signs forms; empty: made once and kept in data_dir")
    outbound_listen: str = Field(
        "127.0.0.1:8084", description="Where FreeSWITCH's `socket` application connects"
    )
    directory_listen: str = Field("127.0.0.1:8085", description="Where mod_xml_curl asks for telephones")
    event_timeout_s: float = Field(5.0, gt=0, le=60, description="Deadline of a command to FreeSWITCH")
    lease_s: int = Field(
        3, ge=2, le=30, description="For how long a sign of life is believed by the dialplan"
    )
    reconcile_s: float = Field(5.0, gt=0, le=60, description="How often states are compared with FreeSWITCH")
    music_chunk_s: int = Field(300, ge=5, le=600, description="Hold music is renewed this often")
    dial_string: str = Field(
        "sofia/gateway/trunk/{number}",
        description="How numbers outside are dialled: `{number}` is E.164 with the plus, `{digits}` without",
    )
    private_targets: str = Field(
        "",
        description="Networks, with commas between, in which mail servers, SMS gateways and web services may be "
        "although they are private; empty: public addresses only",
    )
    log_format: Literal["console", "json"] = Field("console", description="How log lines look")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged")
    password_login_limit: str = Field("10 per minute", description="Failed logins per address")
    api_limit: str = Field("600 per minute", description="Requests to the API per key and address")
    metrics_token: str = Field(
        "",
        description="Lets /metrics be read from other machines (Authorization: Bearer …); empty: loopback only",
    )
    session_hours: int = Field(14, ge=1, le=720, description="A login ends after this time")

    @field_validator("web_listen", "outbound_listen", "directory_listen")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError("must look like HOST:PORT")
        return value

    @field_validator("outbound_listen", "directory_listen")
    @classmethod
    def _has_port(cls, value: str) -> str:
        if value.endswith(":0"):
            raise ValueError("must name the port: FreeSWITCH is told the same one")
        return value

    @field_validator(
        "data_dir", "migrations_dir", "sounds_dir", "library_dir", "voices_dir", "recordings_dir", "cdr_spool"
    )
    @classmethod
    def _is_absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None  # FreeSWITCH has another folder

    @field_validator("dial_string")
    @classmethod
    def _is_dial_string(cls, value: str) -> str:
        places = value.count("{number}") + value.count("{digits}")
        inside = value.replace("{number}", "1").replace("{digits}", "1")
        if places != 1 or not re.fullmatch(r"[A-Za-z0-9_./+;:=@*#-]{1,200}", inside):
            raise ValueError(
                "must be a dial string with {number} or {digits} once, without blanks and brackets"
            )
        return value

    @field_validator("private_targets")
    @classmethod
    def _is_networks(cls, value: str) -> str:
        try:
            networks(value)
        except ValueError as error:
            raise ValueError(f"must be networks like 10.0.0.0/8, 192.0.2.7: {error}") from error
        return value

    @field_validator("switch")
    @classmethod
    def _is_switch(cls, value: str) -> str:
        if value == "sim":
            return value
        parts = urlsplit(value)
        if parts.scheme != "esl" or not parts.hostname or not parts.password:
            raise ValueError("must be `sim` or esl://:PASSWORD@HOST:8021 (with a password)")
        try:
            port = parts.port
        except ValueError:
            port = 0
        if port == 0:
            raise ValueError("the port after the host must be a number from 1 to 65535")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: str) -> str:
        kind, _, rest = value.partition("://")
        if value and (kind not in DATABASES or not rest.strip("/")):
            raise ValueError("must be sqlite:////FOLDER/FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
        return value

    # --- derived -------------------------------------------------------------------------------------------
    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'fs_app.db'}"

    @property
    def journal_dir(self) -> Path:
        return self.data_dir / "journal"

    @property
    def recordings(self) -> Path:
        return self.recordings_dir or self.data_dir / "recordings"

    @property
    def library(self) -> Path:
        return self.library_dir or self.data_dir / "sounds"

    @property
    def spool(self) -> Path:
        return self.cdr_spool or self.data_dir / "cdr"

    @property
    def directory_snapshot(self) -> Path:
        return self.data_dir / "directory.json"

    def recordings_on_switch(self) -> str:
        return self.switch_recordings_dir or str(self.recordings)

    def sounds_on_switch(self) -> str:
        return self.switch_sounds_dir or str(self.sounds_dir)

    def library_on_switch(self) -> str:
        return self.switch_library_dir or str(self.library)

    def dialled(self, number: str) -> str:
        """The dial string of a number outside (E.164)."""
        return self.dial_string.replace("{number}", number).replace("{digits}", number.lstrip("+"))

    def esl_address(self) -> tuple[str, int, str]:
        """(host, port, password) of the event socket; only for a real switch."""
        parts = urlsplit(self.switch)
        return str(parts.hostname), parts.port or 8021, unquote(parts.password or "")


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT` as a pair."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def read() -> Settings:
    """Read and check the settings; nothing is made. Raises ConfigError in words."""
    file = os.environ.get("FS_APP_CONFIG")
    if file and not os.access(file, os.R_OK):
        raise ConfigError(f"FS_APP_CONFIG: {file} can't be read")
    try:
        return Settings(_env_file=file or None)  # type: ignore[call-arg]
    except ValidationError as error:
        raise ConfigError("; ".join(_in_words(e["loc"], e["msg"]) for e in error.errors())) from error


def load() -> Settings:
    """Read and check the settings; make the data folder and the secret. Raises ConfigError in words."""
    settings = read()
    try:
        for folder in (
            settings.data_dir,
            settings.journal_dir,
            settings.recordings,
            settings.library,
            settings.spool,
        ):
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise ConfigError(f"FS_APP_DATA_DIR: the folder {folder} can't be written to")
        if not settings.secret_key:
            settings.secret_key = _kept_secret(settings.data_dir / "secret_key")
    except OSError as error:
        raise ConfigError(
            f"FS_APP_DATA_DIR: {error.filename} can't be made or read: {error.strerror}"
        ) from error
    return settings


def _in_words(place: tuple[int | str, ...], message: str) -> str:
    name = "_".join(str(part) for part in place).upper()
    return f"FS_APP_{name}: {message.removeprefix('Value error, ')}"


def _kept_secret(path: Path) -> str:
    kept = path.read_text().strip() if path.exists() else ""
    if len(kept) < SHORTEST_SECRET:  # made on a full disk, or by a program that died: nobody may guess it
        kept = secrets.token_urlsafe(48)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(kept)
        os.replace(fresh, path)
    return kept
