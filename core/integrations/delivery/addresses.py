"""Which addresses a stranger may have us call: public ones, by name, over TLS.

Our machines can reach what the world cannot: the database, the cloud's metadata, a neighbour's admin page.
So a URL is read strictly, its name is resolved once, and every address behind it must be public.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import idna

from core.integrations.ports import AddressForbidden, Failure, NoAnswer

LONGEST_URL: Final = 500
PORTS: Final = frozenset({443, 80})
# A last label that begins with a letter leaves out every way to write a number: 2130706433, 0x7f.1, 127.1.
_NAME: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_LOOPBACK: Final = re.compile(r"127\.0\.0\.1|::1|([a-z0-9-]+\.)*localhost")
_UNSAFE: Final = re.compile(r"[\s\\\x00-\x20\x7f]")
# Global for Python, and still doors into private ground: relays, and IPv6 with an IPv4 address inside.
_RELAYS_4: Final = (IPv4Network("192.88.99.0/24"), IPv4Network("192.0.0.0/24"))
_UNICAST_6: Final = IPv6Network("2000::/3")
_TUNNELS_6: Final = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))

Resolver = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called, in parts. `path` has its query; only development knows loopback ones."""

    scheme: str
    host: str
    port: int
    path: str
    is_loopback: bool = False

    @property
    def is_standard_port(self) -> bool:
        return self.port == {"https": 443, "http": 80}[self.scheme]

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.is_standard_port else f"{host}:{self.port}"


def read(url: str, *, may_loop_back: bool = False) -> Target:
    """Take a URL apart that somebody typed. Raises AddressForbidden.

    may_loop_back   also take http and any port on this machine itself, for development
    """
    if len(url) > LONGEST_URL or _UNSAFE.search(url):
        raise AddressForbidden("not_a_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressForbidden("not_a_url") from None
    host = _host(parts)
    is_loopback = may_loop_back and _LOOPBACK.fullmatch(host) is not None
    _check(parts, host, port, is_loopback=is_loopback)

    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise AddressForbidden("not_a_url")
    return Target(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], path, is_loopback)


def _host(parts: SplitResult) -> str:
    """The host in ASCII and lower case; empty when it is none."""
    host = (parts.hostname or "").lower()
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _check(parts: SplitResult, host: str, port: int | None, *, is_loopback: bool) -> None:
    if parts.scheme != "https" and not (is_loopback and parts.scheme == "http"):
        raise AddressForbidden("not_https")
    if "@" in parts.netloc:
        raise AddressForbidden("has_login")
    if parts.fragment or "#" in parts.geturl():
        raise AddressForbidden("not_a_url")
    if is_loopback:
        return
    if not _NAME.fullmatch(host):
        raise AddressForbidden("not_public")
    if port is not None and port not in PORTS:
        raise AddressForbidden("other_port")


def system_resolver(host: str, port: int) -> list[str]:
    """What the machine's own resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for _family, _type, _protocol, _name, sockaddr in found]


def addresses_of(target: Target, resolve: Resolver = system_resolver) -> list[str]:
    """Where the target is, each address once. One that is not public condemns the name.

    Raises   AddressForbidden, NoAnswer when the name leads nowhere
    """
    try:
        found = list(dict.fromkeys(resolve(target.host, target.port)))
    except (OSError, UnicodeError):
        raise NoAnswer(Failure.NAME) from None
    if not found:
        raise NoAnswer(Failure.NAME)
    may_call = _is_loopback if target.is_loopback else is_public
    if not all(may_call(address) for address in found):
        raise AddressForbidden("not_public")
    return found


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the open Internet and hides no other one."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return _is_public_4(address) if isinstance(address, IPv4Address) else _is_public_6(address)


def _is_public_4(address: IPv4Address) -> bool:
    is_unicast = address.is_global and not address.is_multicast
    return is_unicast and not any(address in net for net in _RELAYS_4)


def _is_public_6(address: IPv6Address) -> bool:
    is_unicast = address in _UNICAST_6 and address.scope_id is None
    return is_unicast and address.is_global and not any(address in net for net in _TUNNELS_6)


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False
