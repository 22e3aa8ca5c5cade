"""Manifests of plugins: what each says of itself in `manifest.toml`, read before any of its code."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Manifest(BaseModel):
    """What every plugin says; its id is the name of its folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="The name a person sees.")
    summary: str = Field(description="One line of what it does.")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    stage: Literal["shadow", "live", "retired"] = "live"


class FileRules(BaseModel):
    """Which files a connector reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suffixes: tuple[str, ...] = Field(description="Endings of a file that is named outright, lower case, with the dot.")
    patterns: tuple[str, ...] = Field(
        description="Shell patterns of the files it takes from a folder, lower case; with `**/` from those in it too."
    )
    siblings: dict[str, str] = Field(
        default_factory=dict,
        description="Words between the dots of a file's name that, replaced so, name a file beside it to read too.",
    )
    task: str = Field(
        default="",
        description="What a task in it looks like, where such files often hold none: `oo tip` refuses those without.",
    )
    max_bytes: int = Field(default=1_000_000, gt=0, description="The largest file it reads.")


class OAuthRules(BaseModel):
    """How a person lets oO into an account at a provider (OAuth 2, authorization code).

    The settings `OO_<PROVIDER>_CLIENT_ID` and `_CLIENT_SECRET` are the instance's own; `_AUTH_URL`, `_TOKEN_URL`,
    `_API_URL` and `_REVOKE_URL` replace the addresses here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: str = Field(pattern=r"^[a-z][a-z0-9]*$", description="The word in the settings' names.")
    authorize: str = Field(description="Where the person is sent to allow it.")
    token: str = Field(description="Where codes and refresh tokens are exchanged.")
    api: str = Field(description="What addresses of requests are relative to; ends in a slash.")
    revoke: str = Field(default="", description="Where a token is given back (RFC 7009); none: it can't be.")
    issuer: str = Field(
        default="", description="What `iss` of a callback has to be; by default the origin of `authorize`."
    )
    scopes: tuple[str, ...] = Field(description="What is asked for.")
    needed: tuple[str, ...] | None = Field(
        default=None, description="The scopes without which nothing works; by default all."
    )
    separator: str = Field(default=" ", description="Between scopes.")
    token_auth: Literal["post", "basic", "none"] = Field(
        default="post", description="How the client shows who it is: in the form, by Basic, or by PKCE alone."
    )
    revoke_auth: Literal["post", "basic", "none"] = Field(default="none", description="The same when revoking.")
    revoking_ends: Literal["token", "grant"] = Field(
        default="token",
        description="What ends when a token is given back: it and those that came with it, or all that the person ever "
        "allowed this client, so that nothing is given back while another connection to the account lives.",
    )
    pkce: bool = Field(default=True, description="Whether the provider takes PKCE (S256).")
    rotating: bool = Field(default=False, description="Whether each refresh brings a new refresh token.")
    extra: dict[str, str] = Field(default_factory=dict, description="More parameters of the authorize address.")
    console: str = Field(default="", description="The page at the provider where the owner makes a client.")
    steps: tuple[str, ...] = Field(
        default=(),
        description="What to do there, a sentence each; `{redirect}` is the exact redirect address, `{hook}` the "
        "address for webhooks.",
    )


class AddressRules(BaseModel):
    """What a person gives to connect a source that has an address of its own: a feed, or a server with a password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = Field(description="What the address is called on the page.")
    example: str = Field(default="", description="An address as an example.")
    hint: str = Field(default="", description="One line of where to find it.")
    password: Literal["none", "optional", "needed"] = Field(
        default="none", description="Whether a user and an app password are asked for."
    )
    schemes: tuple[str, ...] = Field(
        default=("https", "webcal"), description="Which addresses are taken; `webcal` is asked by https."
    )
    folder: bool = Field(default=False, description="Whether it is a server or folder, so that a slash is added.")


class ConnectorManifest(Manifest):
    """A connector: what it reads, writes and keeps, in words for the connect page."""

    reads: str
    writes: str
    keeps: str
    kind: Literal["files", "document", "account", "address"] = Field(
        description="`files`: chosen on disk; `document`: kept by oO, encrypted; `account`: at a provider, by "
        "`[oauth]`; `address`: elsewhere, by what `[address]` asks for."
    )
    why: str = Field(default="", description="Why it is worth reading, in one line.")
    files: FileRules | None = None
    oauth: OAuthRules | None = None
    address: AddressRules | None = None
    actions: tuple[Literal["complete"], ...] = ()
    history_days: int = Field(
        default=0, ge=0, le=400, description="How far back the first read asks for what was done."
    )
    minutes: int = Field(
        default=15, ge=1, le=15, description="Minutes between reads at most; fewer while much changes."
    )

    @model_validator(mode="after")
    def _rules_of_its_kind(self) -> ConnectorManifest:
        """An account has `[oauth]`, and an address `[address]`."""
        if (self.kind == "account") != (self.oauth is not None):
            raise ValueError("kind `account` and `[oauth]` belong together")
        if (self.kind == "address") != (self.address is not None):
            raise ValueError("kind `address` and `[address]` belong together")
        return self


class PolicyManifest(Manifest):
    """A policy: how it chooses, in one sentence."""


class Parameter(BaseModel):
    """Something that an agent infers about a person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    evidence: Literal["completions", "timed_completions", "reactions"] = Field(
        description="What is counted before anything is inferred; timed are those whose hour is known."
    )
    minimum: int = Field(ge=1, description="How many of them it takes; below, the default counts.")
    default: float | str | bool | list[float] | list[str] | dict[str, float] = Field(
        description="The value before anything is known."
    )
    unit: str = Field(
        default="",
        description="The unit of its value, which says how it is shown: `h`, `weekday`, `quarter` (of a day), `share`, "
        "`ratio`, what begins with `±`, and what has `project` in it, as what they are; all else as a whole number.",
    )
    says: str = Field(
        default="",
        description="What the person reads of it in Settings, with `{value}`; the conformance suite asks for one.",
    )
    says_one: str = Field(default="", description="What they read when it is one, where `says` speaks of several.")
    says_none: str = Field(
        default="", description="What they read when it is nothing, an empty list or an empty table; those need it."
    )


class AgentManifest(Manifest):
    """An agent: what it may see, when it is silent, what it infers."""

    ttl_minutes: int = Field(ge=1, le=1440, description="How long what it said counts, in minutes.")
    consents: tuple[str, ...] = Field(default=(), description="What the person has to allow before it takes part.")
    silenced_in: tuple[Literal["work", "home", "focus", "holiday"], ...] = Field(
        default=(), description="The contexts in which it says nothing."
    )
    features: tuple[str, ...] = Field(default=(), description="The features that it reads; it sees no others.")
    parameters: dict[str, Parameter] = Field(default_factory=dict, description="What it infers, by name.")


class ChannelField(BaseModel):
    """Something that a person types to be reached by a channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z_]{1,40}$", description="Its name among the values of an address.")
    label: str = Field(description="What stands beside the field.")
    kind: Literal["text", "email", "url", "password"] = "text"
    needed: bool = True


class ChannelManifest(Manifest):
    """A channel: whom it reaches, what it needs, and how much it may be used."""

    reaches: Literal["device", "inbox"] = Field(
        description="`device`: shows up at once, on every device of the person; `inbox`: is read when they look, and "
        "is used for people who have no device."
    )
    settings: tuple[str, ...] = Field(
        default=(), description="Settings that it is given, without `OO_`; it is offered once those it needs are set."
    )
    needs: tuple[str, ...] = Field(default=(), description="Those of its settings without which it can't work.")
    fields: tuple[ChannelField, ...] = Field(
        default=(), description="What a person types; none where the browser gives the address."
    )
    confirms: bool = Field(
        default=False, description="Whether an address is asked first whether it wants this, and used after its yes."
    )
    a_day: int = Field(default=8, ge=1, description="The most messages to one address in a day, tests included.")
    person_a_day: int = Field(
        default=40, ge=1, description="The most messages to one person in 24 hours, over all their addresses."
    )
    minutes_between: int = Field(default=20, ge=0, description="The least time between two messages to one address.")


SEAMS: dict[str, type[Manifest]] = {
    "agents": AgentManifest,
    "channels": ChannelManifest,
    "connectors": ConnectorManifest,
    "policies": PolicyManifest,
}
"""Every seam with the manifest that its plugins write; the folder below `oo/plugins` has the seam's name."""
