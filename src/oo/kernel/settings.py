"""The instance's settings: `OO_*` variables, a `.env` file in the working folder, and `OO_*_FILE` for secrets."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "OO_"
CUSTOMARY = {"database_url": "DATABASE_URL", "nats_url": "NATS_URL"}
"""Names that other programs gave a setting; its own name goes first."""
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingWrong(Exception):
    """A setting has a value that cannot be used; the message names the variable and the mend."""


class Settings(BaseSettings):
    """What the operator may set; every value has a default, so that `oo up` needs none."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    data: Path = Field(
        default_factory=lambda: _share() / "oo",
        description="The folder that holds all oO keeps. Default: `$XDG_DATA_HOME/oo`, else `~/.local/share/oo`.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="The Postgres database that holds the data, such as `postgresql://oo@db.example.org/oo`; "
        "`DATABASE_URL` works too. Default: SQLite in the data folder.",
    )
    backed_up: str | None = Field(
        None,
        description="The revision of the Postgres database that you have backed up yourself, so that oO upgrades it "
        "without `pg_dump`.",
    )
    nats_url: SecretStr | None = Field(
        None,
        description="The NATS servers that carry events, such as `nats://nats.example.org`, several separated by "
        "commas; `NATS_URL` works too. Default: events stay in the process and the database.",
    )
    nats_replicas: int = Field(1, ge=1, le=5, description="On how many NATS servers each stream is kept.")
    nats_monitor: str | None = Field(
        None,
        description="The monitoring address of NATS, such as `http://127.0.0.1:8222`: there oO sees whether the server "
        "waits for the disk.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8042, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    public_url: str | None = Field(
        None,
        description="The address people open, such as `https://oo.example.org`; needed behind a proxy.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Addresses or networks of proxies whose `X-Forwarded-*` headers count, separated by commas."
    )
    files: Annotated[tuple[Path, ...], NoDecode] = Field(
        default_factory=lambda: (Path.home(),),
        description="Folders from which the owner may connect files, separated by `:`. Default: the home folder.",
    )
    backups: Path | None = Field(
        None,
        description="The folder for back-ups, best on another disk. Default: `backups` in the data folder.",
    )
    backup_hours: int = Field(
        1, ge=0, le=168, description="Hours between back-ups of what lies in a file; 0 makes none by the clock."
    )
    backup_passphrase: SecretStr | None = Field(
        None,
        description="Seals back-ups, which then hold `instance.key` too. Default: they are not sealed, and lack it.",
    )
    keep_days: int = Field(
        30, ge=8, le=30, description="Days that decisions and reactions are kept; the privacy page promises 30 at most."
    )
    policy: str = Field("house", pattern=r"^[a-z][a-z0-9-]*$", description="The policy that chooses the tip.")
    exploration: float = Field(
        0.0, ge=0.0, le=0.5, description="The least share of chance in a choice among the best few, from 0 to 0.5."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged: `debug`, `info`, `warning` or `error`."
    )

    @field_validator("data", "backups", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("database_url", mode="before")
    @classmethod
    def _postgres(cls, value: object) -> object:
        return (_postgres_url(value) or None) if isinstance(value, str) else value

    @field_validator("nats_url", mode="before")
    @classmethod
    def _nats(cls, value: object) -> object:
        return (_nats_urls(value) or None) if isinstance(value, str) else value

    @field_validator("files", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @field_validator("files", mode="after")
    @classmethod
    def _absolute_folders(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(folder.expanduser().absolute() for folder in value)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [ipaddress.ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip()]

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("public_url", mode="after")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        return None if not value else _origin_of(value)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then `OO_*_FILE`, then `.env`, then other programs' names."""
        return (
            init_settings,
            env_settings,
            _SecretFiles(settings_cls, env_settings, dotenv_settings),
            dotenv_settings,
            _CustomaryNames(settings_cls, env_settings, dotenv_settings),
        )


def load(kind: type[Settings] = Settings, **given: object) -> Settings:
    """The settings of this process, `given` ones first; raises `SettingWrong` with a sentence for a wrong one."""
    try:
        return kind(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        variable = name if name.startswith(PREFIX) or name.isupper() else variable_of(name)
        raise SettingWrong(f"{variable} cannot be used: {_reason(first['msg'])}.") from None


def variable_of(field: str) -> str:
    """The environment variable of a field.

    >>> variable_of("public_url")
    'OO_PUBLIC_URL'
    """
    return PREFIX + field.upper()


def unknown(environ: Mapping[str, str], kind: type[Settings] = Settings) -> list[str]:
    """The `OO_*` variables that no setting reads: typing errors, most often; `OO_TEST_*` are for the tests."""
    known = {variable_of(name) for name in kind.model_fields}
    known |= {f"{variable_of(name)}_FILE" for name, field in kind.model_fields.items() if is_secret(field)}
    foreign = (name for name in environ if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_"))
    return sorted(name for name in foreign if name not in known)


def is_secret(field: FieldInfo) -> bool:
    """Whether the field's value is a secret, which may also come from a file."""
    return "SecretStr" in str(field.annotation)


class _Variables(PydanticBaseSettingsSource):
    """Settings that come from variables other than their own, of the environment or of `.env`."""

    def __init__(self, kind: type[BaseSettings], *named: PydanticBaseSettingsSource) -> None:
        super().__init__(kind)
        self._named: dict[str, str | None] = {}
        for source in reversed(named):
            if isinstance(source, EnvSettingsSource | DotEnvSettingsSource):
                self._named.update({name.upper(): value for name, value in source.env_vars.items()})

    def __call__(self) -> dict[str, Any]:
        """Every setting that is found."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class _CustomaryNames(_Variables):
    """Reads what other programs call a setting."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value of the customary variable."""
        return self._named.get(CUSTOMARY.get(field_name, "")) or None, field_name, False


class _SecretFiles(_Variables):
    """Reads a secret from the file that `<variable>_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the named file without its last line end; raises `SettingWrong` when it can't be read."""
        variable = f"{variable_of(field_name)}_FILE"
        path = self._named.get(variable)
        if not path or not is_secret(field):
            return None, field_name, False
        try:
            return Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError):
            raise SettingWrong(
                f"{variable} names a file that cannot be read; give the path of a readable text file."
            ) from None


def _share() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _postgres_url(value: str) -> str:
    scheme, found, rest = value.strip().partition("://")
    if value.strip() and (not found or scheme.partition("+")[0] not in ("postgres", "postgresql")):
        raise ValueError(
            "it needs the address of a Postgres database, such as postgresql://oo@db.example.org/oo; "
            "without it oO keeps everything in its folder"
        )
    return f"postgresql://{rest}" if found else ""


def _nats_urls(value: str) -> str:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if any(urlsplit(part).scheme not in ("nats", "tls", "ws", "wss") or not urlsplit(part).hostname for part in parts):
        raise ValueError(
            "it needs addresses of NATS servers, such as nats://nats.example.org:4222, separated by commas; "
            "without it events stay in the process and the database"
        )
    return ",".join(parts)


def _origin_of(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it needs a scheme and a host, such as https://oo.example.org")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError("only scheme, host and port belong in it; oO lives at the root of its host")
    if parts.scheme == "http" and parts.hostname not in LOCAL_NAMES:
        raise ValueError("plain http works on 127.0.0.1 and localhost only; put https before oO (docs/how-to/https.md)")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")


def _reason(message: str) -> str:
    message = message.removeprefix("Value error, ").rstrip(".")
    return message[:1].lower() + message[1:]
