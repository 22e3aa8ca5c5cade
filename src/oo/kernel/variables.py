"""Where settings come from beside their own variables: files for secrets, and the names that other programs use."""

from __future__ import annotations

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
}
"""Names that other programs gave a setting; its own name goes first."""


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
        try:
            return Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError):
            raise SettingWrong(
                f"{variable} names a file that cannot be read; give the path of a readable text file."
            ) from None


def variable_of(field: str) -> str:
    """The environment variable of a field.

    >>> variable_of("public_url")
    'OO_PUBLIC_URL'
    """
    return PREFIX + field.upper()


def is_secret(field: FieldInfo) -> bool:
    """Whether the field's value is a secret, which may also come from a file."""
    return "SecretStr" in str(field.annotation)
