from __future__ import annotations

import pytest

from oo.kernel.http.problems import Refusal
from oo.kernel.http.site import Site, Sites
from oo.kernel.settings import load


def sites(public_url: str | None = None, trusted: str = "") -> Sites:
    return Sites(public_url, load(trusted_proxies=trusted).trusted_proxies)


def of(these: Sites, host: str, scheme: str = "http", client: str = "192.0.2.7", **headers: str) -> Site:
    sent = {
        b"host": host.encode(),
        **{name.replace("_", "-").encode(): value.encode() for name, value in headers.items()},
    }
    return these.of({"scheme": scheme, "client": (client, 1)}, sent)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8042", "localhost:8042", "[::1]:8042", "LOCALHOST"])
def test_ones_own_machine_works_over_plain_http(host: str) -> None:
    site = of(sites(), host)
    assert (site.cookie, site.secure) == ("oo", False)
    assert "Secure" not in site.session_cookie("x", 1)


def test_https_has_a_cookie_that_is_bound_to_the_host() -> None:
    site = of(sites("https://oo.example.org"), "oo.example.org", "https")
    assert site.session_cookie("x", 60) == "__Host-oo=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    assert "Max-Age=0" in site.ended_cookie()


@pytest.mark.parametrize(
    "host", ["oo.example.org", "192.168.1.5:8042", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_plain_http_from_afar_is_refused_with_the_mend(host: str) -> None:
    with pytest.raises(Refusal, match="OO_PUBLIC_URL") as refused:
        of(sites(), host)
    assert refused.value.status == 403
    assert "docs/how-to/https.md" in refused.value.detail
    assert "OO_TRUSTED_PROXIES" in refused.value.detail


def test_plain_http_to_a_public_address_names_the_right_one() -> None:
    with pytest.raises(Refusal, match=r"open https://oo\.example\.org"):
        of(sites("https://oo.example.org"), "oo.example.org")


@pytest.mark.parametrize("host", ["", "a b", "oo.example.org/x", "user@oo.example.org", "[::1", "x" * 300])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(Refusal) as refused:
        of(sites(), host)
    assert refused.value.status == 400


def test_another_host_than_the_public_one_is_refused_over_https() -> None:
    with pytest.raises(Refusal) as refused:
        of(sites("https://oo.example.org"), "evil.example", "https")
    assert refused.value.status == 421


def test_a_trusted_proxy_says_scheme_and_host() -> None:
    behind = sites("https://oo.example.org", "10.0.0.0/8")
    site = of(behind, "127.0.0.1:8042", client="10.1.2.3", x_forwarded_proto="https", x_forwarded_host="oo.example.org")
    assert (site.origin, site.secure) == ("https://oo.example.org", True)


def test_of_several_proxies_the_nearest_is_believed() -> None:
    behind = sites("https://oo.example.org", "10.0.0.0/8")
    with pytest.raises(Refusal):
        of(behind, "oo.example.org", client="10.1.2.3", x_forwarded_proto="https, http")


@pytest.mark.parametrize("header", ["x_forwarded_proto", "x_forwarded_for", "x_forwarded_host", "forwarded"])
def test_a_proxy_that_nobody_vouched_for_is_refused_with_the_mend(header: str) -> None:
    with pytest.raises(Refusal, match=r"OO_TRUSTED_PROXIES=192\.0\.2\.7"):
        of(sites(), "127.0.0.1", **{header: "https"})


def test_the_clients_address_is_seen_through_trusted_proxies_only() -> None:
    behind = sites(None, "10.0.0.0/8")
    forwarded = {b"x-forwarded-for": b"203.0.113.1, 198.51.100.2, 10.0.0.2"}
    assert behind.client({"client": ("10.0.0.1", 1)}, forwarded) == "198.51.100.2"
    assert behind.client({"client": ("192.0.2.7", 1)}, forwarded) == "192.0.2.7"
    assert behind.client({"client": ("2001:db8::1", 1)}, {}) == "2001:db8::/64"
    assert behind.client({"client": None}, {}) == "unknown"


def test_what_is_remembered_of_hosts_has_a_limit() -> None:
    these = sites()
    for port in range(1, 1000):
        of(these, f"localhost:{port}")
    assert len(these._known) <= 256
