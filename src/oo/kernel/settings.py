"""The instance's settings: `OO_*` variables, a `.env` file in the working folder, and `OO_*_FILE` for secrets."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from oo.kernel.setting_values import LOCAL_NAMES as LOCAL_NAMES
from oo.kernel.setting_values import (
    gateway_url,
    hard_to_guess,
    host_names,
    nats_urls,
    origin_of,
    postgres_url,
    process_address,
    provider_names,
    reason,
    safe_address,
    share,
)
from oo.kernel.variables import CUSTOMARY as CUSTOMARY
from oo.kernel.variables import PREFIX as PREFIX
from oo.kernel.variables import CustomaryNames, Provided, SecretFiles
from oo.kernel.variables import SettingWrong as SettingWrong
from oo.kernel.variables import is_secret as is_secret
from oo.kernel.variables import variable_of as variable_of

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
        default_factory=lambda: share() / "oo",
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
    google_client_id: str | None = Field(
        None, description="The client id for signing in with Google (docs/how-to/sign-in.md)."
    )
    google_client_secret: SecretStr | None = Field(None, description="The secret of that client.")
    google_issuer: str = Field("https://accounts.google.com", description="Where Google's sign-in is described.")
    google_auth_url: str | None = Field(
        None, description="Google's page for signing in. Default: the one that its issuer describes."
    )
    google_token_url: str | None = Field(
        None, description="Where Google exchanges codes. Default: the one that its issuer describes."
    )
    google_keys_url: str | None = Field(
        None, description="Where Google's public keys are. Default: the one that its issuer describes."
    )
    oidc_issuer: str | None = Field(
        None,
        description="The issuer of another provider of OpenID Connect, such as `https://id.example.org/realms/home`, "
        "exactly as it calls itself.",
    )
    oidc_client_id: str | None = Field(None, description="The client id at that provider.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="The secret of that client; a public client has none."
    )
    oidc_name: str | None = Field(
        None, max_length=40, description="What the button for that provider says. Default: its host's name."
    )
    oidc_auth_url: str | None = Field(
        None, description="That provider's page for signing in. Default: the one that its issuer describes."
    )
    oidc_token_url: str | None = Field(
        None, description="Where that provider exchanges codes. Default: the one that its issuer describes."
    )
    oidc_keys_url: str | None = Field(
        None, description="Where that provider's public keys are. Default: the one that its issuer describes."
    )
    admin_seed_email: str | None = Field(
        None,
        description="Whoever a provider knows by this address, and says that it is verified, becomes the owner as long "
        "as nobody is; `ADMIN_SEED_EMAIL` works too.",
    )
    admin_token: SecretStr | None = Field(
        None,
        description="Lets programs in as the owner, by `POST /api/auth/token`; at least 32 characters; `ADMIN_TOKEN` "
        "works too. Default: no program is let in.",
    )
    contact: str | None = Field(
        None,
        description="Where push services reach whoever runs oO, by mail or https. Default: the address people open.",
    )
    push_hosts: str = Field(
        "fcm.googleapis.com,updates.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com",
        description="Push services that a browser may name, separated by commas; `*.` stands for anything before.",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="The mail server, as `smtp://name:password@mail.example.org:587` (STARTTLS) or `smtps://…:465` "
        "(TLS at once). Default: oO writes no mail.",
    )
    mail_from: str | None = Field(None, description="Whom mail comes from, such as `oO <oo@example.org>`.")
    channel_hosts: str = Field(
        "",
        description="Hosts at home that ntfy and webhooks may name although they are not public, separated by commas.",
    )
    private_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Hosts of your own network that sources may be at, such as `nas.home` or `192.168.1.5:8080`, "
        "separated by commas. Default: sources are on the public internet.",
    )
    providers: dict[str, SecretStr] = Field(
        default_factory=dict, exclude=True, description="What `OO_<PROVIDER>_…` variables say, by `<provider>_…`."
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
    llm_url: Annotated[str | None, AfterValidator(gateway_url)] = Field(
        None,
        description="The gateway to language models, such as `http://127.0.0.1:4000`; `LITELLM_URL` works too. "
        "Default: no model writes anything, and tips are in the words of their tasks.",
    )
    llm_key: SecretStr | None = Field(
        None, description="The gateway's key, where it asks for one; `LITELLM_MASTER_KEY` works too."
    )
    llm_clouds: Annotated[tuple[str, ...], NoDecode, BeforeValidator(provider_names)] = Field(
        (),
        description="Clouds whose models the gateway has as `tip-generator-<cloud>`, such as `anthropic`, separated by "
        "commas; each person says whether one may write for them. Default: none.",
    )
    llm_parallel: int = Field(1, ge=1, le=64, description="How many calls of the model run at once.")
    traces_url: str | None = Field(
        None,
        description="Where spans go (OTLP), such as `http://127.0.0.1:4318/v1/traces`. Default: none are made.",
    )
    serving_url: str | None = Field(
        None,
        description="The address of an `oo serving`, which runs agents and asks models. Default: this process does.",
    )
    service_keys: Path | None = Field(
        None,
        description="The keys of passes between oO's processes. Default: `service-keys.json` in the data folder.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged: `debug`, `info`, `warning` or `error`."
    )

    @field_validator("data", "backups", "service_keys", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("database_url", mode="before")
    @classmethod
    def _postgres(cls, value: object) -> object:
        return (postgres_url(value) or None) if isinstance(value, str) else value

    @field_validator("nats_url", mode="before")
    @classmethod
    def _nats(cls, value: object) -> object:
        return (nats_urls(value) or None) if isinstance(value, str) else value

    @field_validator("files", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @field_validator("private_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        return host_names(value) if isinstance(value, str) else value

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

    @field_validator(
        *("google_issuer", "google_auth_url", "google_token_url", "google_keys_url"),
        *("oidc_issuer", "oidc_auth_url", "oidc_token_url", "oidc_keys_url"),
        mode="after",
    )
    @classmethod
    def _reached_safely(cls, value: str | None) -> str | None:
        return None if not value else safe_address(value)

    @field_validator("admin_token", mode="after")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and hard_to_guess(value.get_secret_value()) else None

    @field_validator("public_url", mode="after")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        return None if not value else origin_of(value)

    @field_validator("serving_url", "traces_url", mode="after")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return None if not value else process_address(value)

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
            Provided(settings_cls, env_settings, dotenv_settings),
            env_settings,
            SecretFiles(settings_cls, env_settings, dotenv_settings),
            dotenv_settings,
            CustomaryNames(settings_cls, env_settings, dotenv_settings),
        )


def load(kind: type[Settings] = Settings, **given: object) -> Settings:
    """The settings of this process, `given` ones first; raises `SettingWrong` with a sentence for a wrong one."""
    try:
        return kind(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        variable = name if name.startswith(PREFIX) or name.isupper() else variable_of(name)
        raise SettingWrong(f"{variable} cannot be used: {reason(first['msg'])}.") from None
