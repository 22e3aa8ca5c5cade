"""What values of settings have to be."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

ADMIN_TOKEN_LENGTH = 32
"""Characters that a token for programs has at least: it is never a word that somebody thought of."""
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def postgres_url(value: str) -> str:
    """The address of a Postgres database in libpq's scheme, empty for none; raises `ValueError`."""
    scheme, found, rest = value.strip().partition("://")
    if value.strip() and (not found or scheme.partition("+")[0] not in ("postgres", "postgresql")):
        raise ValueError(
            "it needs the address of a Postgres database, such as postgresql://oo@db.example.org/oo; "
            "without it oO keeps everything in its folder"
        )
    return f"postgresql://{rest}" if found else ""


def nats_urls(value: str) -> str:
    """Addresses of NATS servers, without spaces; raises `ValueError`."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if any(urlsplit(part).scheme not in ("nats", "tls", "ws", "wss") or not urlsplit(part).hostname for part in parts):
        raise ValueError(
            "it needs addresses of NATS servers, such as nats://nats.example.org:4222, separated by commas; "
            "without it events stay in the process and the database"
        )
    return ",".join(parts)


def origin_of(value: str) -> str:
    """The origin that people open, without default port; raises `ValueError`."""
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


def safe_address(value: str) -> str:
    """An address that secrets may be sent to, as it is; raises `ValueError`."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("it needs a scheme and a host, such as https://id.example.org")
    if parts.scheme == "http" and parts.hostname not in LOCAL_NAMES:
        raise ValueError("a sign-in goes over https; plain http works for 127.0.0.1 and localhost only")
    return value


def gateway_url(value: str | None) -> str | None:
    """The address of a gateway to models, without a slash at its end; None for an empty one; raises `ValueError`."""
    address = (value or "").strip()
    parts = urlsplit(address)
    plain = not (parts.query or parts.fragment or parts.username)
    if address and not (parts.scheme in ("http", "https") and parts.hostname and plain):
        raise ValueError(
            "it needs the address of an OpenAI-compatible gateway, such as http://127.0.0.1:4000; a key belongs in "
            "OO_LLM_KEY"
        )
    return address.rstrip("/") or None


def provider_names(value: object) -> object:
    """Names of providers, lower case; raises `ValueError`."""
    if not isinstance(value, str):
        return value
    names = [part.strip() for part in value.split(",") if part.strip()]
    if not all(name.isascii() and name.isalpha() and name.islower() and len(name) <= 20 for name in names):
        raise ValueError("it needs names in lower case, such as anthropic, separated by commas")
    return names


def process_address(value: str) -> str:
    """The address of another process of oO, without a slash at its end; raises `ValueError`."""
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("it needs the address of a process of oO, such as http://10.0.0.7:8043")
    return value.strip().rstrip("/")


def hard_to_guess(value: str) -> str:
    """A token for programs, empty for none; raises `ValueError` for a short one."""
    if value and len(value) < ADMIN_TOKEN_LENGTH:
        raise ValueError(f"it has fewer than {ADMIN_TOKEN_LENGTH} characters; make one with: openssl rand -base64 32")
    return value


def host_names(value: str) -> list[str]:
    """Hosts that are separated by commas, in lower case."""
    return [part.strip().lower() for part in value.split(",") if part.strip()]


def share() -> Path:
    """The folder for the data of a person's programs."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def reason(message: str) -> str:
    """What a check said, as one clause."""
    message = message.removeprefix("Value error, ").rstrip(".")
    return message[:1].lower() + message[1:]
