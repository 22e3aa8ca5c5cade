"""Which addresses a request may go to: the public internet, and hosts that the operator named (against SSRF)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection

from oo.kernel.http.failures import AddressRefused, Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet; one that carries another inside is judged by that one.

    >>> [is_public(ipaddress.ip_address(one)) for one in ("93.184.215.14", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


async def addresses_of(host: str, port: int, allowed: Collection[str]) -> list[str]:
    """The addresses to connect to, looked up once; raises `AddressRefused` when one of them is not public.

    `allowed` names hosts (`localhost`, or `localhost:8080`) that may be anywhere.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(host) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if host in allowed or f"{host}:{port}" in allowed:
        return addresses
    # All of them, not any: a name with one private address is one that somebody points where it should not.
    if not addresses or not all(is_public(ipaddress.ip_address(one.partition("%")[0])) for one in addresses):
        raise AddressRefused(host)
    return addresses
