from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, SecretStr, ValidationError

from oo.kernel.settings import Settings, SettingWrong, load
from oo.kernel.variables import unknown


class Keyed(Settings):
    key: SecretStr | None = Field(None, description="A secret.")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "DATA",
        "HOST",
        "PORT",
        "PUBLIC_URL",
        "TRUSTED_PROXIES",
        "FILES",
        "POLICY",
        "EXPLORATION",
        "LOG_LEVEL",
    ):
        monkeypatch.delenv(f"OO_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = load()
    assert settings.data == tmp_path / "oo"
    assert (settings.host, settings.policy, settings.exploration) == ("127.0.0.1", "house", 0.0)
    assert settings.files == (Path.home(),)


def test_lists_are_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OO_FILES", "/srv/a:~/b")
    monkeypatch.setenv("OO_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    settings = load()
    assert settings.files == (Path("/srv/a"), Path.home() / "b")
    assert [str(network) for network in settings.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8"]


def test_the_env_file_counts_less_than_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OO_PORT=9001\nOO_HOST=10.0.0.1\n")
    monkeypatch.setenv("OO_PORT", "9002")
    settings = load()
    assert (settings.port, settings.host) == (9002, "10.0.0.1")
    assert load(port=9003).port == 9003


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("OO_PORT", "many", "OO_PORT cannot be used: input should be a valid integer"),
        ("OO_PORT", "70000", "OO_PORT cannot be used: input should be less than or equal to 65535"),
        ("OO_PUBLIC_URL", "oo.example.org", "a scheme and a host"),
        ("OO_PUBLIC_URL", "http://oo.example.org", "docs/how-to/https.md"),
        ("OO_PUBLIC_URL", "https://oo.example.org/app", "the root of its host"),
        ("OO_TRUSTED_PROXIES", "caddy", "OO_TRUSTED_PROXIES cannot be used"),
        ("OO_LOG_LEVEL", "loud", "OO_LOG_LEVEL cannot be used"),
        ("OO_EXPLORATION", "2", "OO_EXPLORATION cannot be used"),
        ("OO_DATABASE_URL", "mysql://oo@db/oo", "OO_DATABASE_URL cannot be used: it needs the address of a Postgres"),
        ("DATABASE_URL", "db.example.org", "keeps everything in its folder"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(
    variable: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingWrong) as wrong:
        load()
    assert says in str(wrong.value)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://OO.example.org/", "https://oo.example.org"),
        ("https://oo.example.org:443", "https://oo.example.org"),
        ("http://localhost:8042", "http://localhost:8042"),
        ("", None),
    ],
)
def test_the_public_address_is_kept_as_an_origin(given: str, kept: str | None) -> None:
    assert load(public_url=given).public_url == kept


def test_a_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("OO_KEY_FILE", str(tmp_path / "key"))
    settings = load(Keyed)
    assert isinstance(settings, Keyed)
    assert settings.key is not None
    assert settings.key.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


def test_a_secret_file_that_is_missing_is_named_without_its_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OO_KEY_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingWrong, match="OO_KEY_FILE names a file that cannot be read"):
        load(Keyed)


def test_only_secrets_are_read_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "host").write_text("10.0.0.1")
    monkeypatch.setenv("OO_HOST_FILE", str(tmp_path / "host"))
    assert load().host == "127.0.0.1"
    found = unknown({"OO_HOST_FILE": "x", "OO_PROT": "1", "OO_PORT": "1", "HOME": "/"}, Settings)
    assert found == ["OO_HOST_FILE", "OO_PROT"]
    assert unknown({"OO_KEY_FILE": "x"}, Keyed) == []


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"OO_DATABASE_URL": "postgresql://oo:s3cret@db/oo"}, "postgresql://oo:s3cret@db/oo"),
        ({"DATABASE_URL": "postgres://db/oo"}, "postgresql://db/oo"),
        ({"DATABASE_URL": "postgres://db/theirs", "OO_DATABASE_URL": "postgresql+psycopg:///oo"}, "postgresql:///oo"),
        ({"OO_DATABASE_URL": ""}, None),
    ],
)
def test_the_database_has_a_customary_name_and_its_own_goes_first(
    variables: dict[str, str], url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert database_url() == url
    assert "s3cret" not in repr(load())


def test_the_database_s_address_may_be_a_file_or_a_line_of_dotenv(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("DATABASE_URL=postgres://db/line\n")
    assert database_url() == "postgresql://db/line"
    Path("url").write_text("postgres://db/file\n")
    monkeypatch.setenv("OO_DATABASE_URL_FILE", "url")
    assert database_url() == "postgresql://db/file"


def database_url() -> str | None:
    """The address that is set."""
    found = load().database_url
    return None if found is None else found.get_secret_value()


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"NATS_URL": "nats://theirs"}, "nats://theirs"),
        (
            {"NATS_URL": "nats://theirs", "OO_NATS_URL": "nats://oo:s3cret@one, tls://two:4222"},
            "nats://oo:s3cret@one,tls://two:4222",
        ),
        ({"OO_NATS_URL": ""}, None),
        ({}, None),
    ],
)
def test_nats_has_a_customary_name_and_may_be_several_servers(
    variables: dict[str, str], url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = load().nats_url
    assert (None if found is None else found.get_secret_value()) == url
    assert "s3cret" not in repr(load())


@pytest.mark.parametrize("url", ["localhost:4222", "http://nats", "nats://", "nats://one, two"])
def test_what_is_no_address_of_nats_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OO_NATS_URL", url)
    with pytest.raises(SettingWrong, match="OO_NATS_URL cannot be used: it needs addresses of NATS servers"):
        load()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load().port = 1  # type: ignore[misc]


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
