"""Where settings come from beside their own variables: files for secrets, and the names that other programs use."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, PydanticBaseSettingsSource

PREFIX = "OO_"
CUSTOMARY = {
    "database_url": "DATABASE_URL",
    "nats_url": "NATS_URL",
    "admin_token": "ADMIN_TOKEN",
    "admin_seed_email": "ADMIN_SEED_EMAIL",
    "llm_url": "LITELLM_URL",
    "llm_key": "LITELLM_MASTER_KEY",
    "traces_url": "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
}
"""Names that other programs gave a setting; its own name goes first."""


PROVIDED = re.compile(r"OO_([A-Z][A-Z0-9]*)_(CLIENT_ID|CLIENT_SECRET|AUTH_URL|TOKEN_URL|API_URL|REVOKE_URL)")
"""Variables of a provider of accounts: which ones there are, the manifests of connectors say."""


class SettingWrong(Exception):
    """A setting has a value that cannot be used; the message names the variable and the mend."""


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


class CustomaryNames(_Variables):
    """Reads what other programs call a setting."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value of the customary variable."""
        return self._named.get(CUSTOMARY.get(field_name, "")) or None, field_name, False


class SecretFiles(_Variables):
    """Reads a secret from the file that `<variable>_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the named file without its last line end; raises `SettingWrong` when it can't be read."""
        variable = f"{variable_of(field_name)}_FILE"
        path = self._named.get(variable)
        if not path or not is_secret(field):
            return None, field_name, False
        return _text_of(variable, path), field_name, False


class Provided(_Variables):
    """Reads what is set of providers, whichever there are."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Nothing: only `providers` is read, as a whole."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Every value, by the variable's name in lower case without `OO_`; a secret may be in a file."""
        found: dict[str, str] = {}
        for name, value in self._named.items():
            variable = name.removesuffix("_FILE")
            if not value or PROVIDED.fullmatch(variable) is None or (name != variable and self._named.get(variable)):
                continue
            text = value if name == variable else _text_of(name, value)
            found[variable.removeprefix(PREFIX).lower()] = text.strip()
        return {"providers": found} if found else {}


def variable_of(field: str) -> str:
    """The environment variable of a field.

    >>> variable_of("public_url")
    'OO_PUBLIC_URL'
    """
    return PREFIX + field.upper()


def is_secret(field: FieldInfo) -> bool:
    """Whether the field's value is a secret, which may also come from a file."""
    return "SecretStr" in str(field.annotation)


def unknown(environ: Mapping[str, str], kind: type[BaseSettings], providers: Collection[str] = ()) -> list[str]:
    """The `OO_*` variables that no setting reads: typing errors, most often; `OO_TEST_*` are for the tests.

    `providers` are those that the installed connectors speak to.
    """
    known = {variable_of(name) for name in kind.model_fields}
    known |= {f"{variable_of(name)}_FILE" for name, field in kind.model_fields.items() if is_secret(field)}
    foreign = (name for name in environ if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_"))
    return sorted(name for name in foreign if name not in known and not is_provided(name, providers))


def is_provided(variable: str, providers: Collection[str]) -> bool:
    """Whether it is a variable of one of these providers."""
    found = PROVIDED.fullmatch(variable.removesuffix("_FILE"))
    return found is not None and found[1].lower() in providers


def _text_of(variable: str, path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SettingWrong(
            f"{variable} names a file that cannot be read; give the path of a readable text file."
        ) from None
