"""Asking DNS: over the network, or in development out of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import dns.exception
import dns.rdata
import dns.resolver
from django.conf import settings
from django.utils.module_loading import import_string

KINDS: Final = ("A", "AAAA", "CNAME", "TXT", "CAA")
# Two operators, so that a change that only one of them has seen shows as being on its way.
OPERATORS: Final = (("1.1.1.1", "1.0.0.1"), ("8.8.8.8", "8.8.4.4"))
PATIENCE_SECONDS: Final = 2.0


class Outcome(StrEnum):
    """How DNS took a question."""

    FOUND = "FOUND"
    EMPTY = "EMPTY"  # the name exists, with other kinds of records
    NO_NAME = "NO_NAME"
    SILENT = "SILENT"  # no answer, or a broken one: nothing is known


@dataclass(frozen=True, slots=True)
class Answer:
    """What DNS said. Addresses as text, names without the last dot, CAA as `issue letsencrypt.org`."""

    outcome: Outcome
    values: tuple[str, ...] = ()


class Resolver(Protocol):
    """Somebody who can be asked."""

    def ask(self, name: str, kind: str) -> Answer:
        """The records of one kind at a name; addresses are found through a CNAME."""


class DnsResolver:
    """One operator's servers. After a first silence it is not asked again: its answer would be late."""

    def __init__(self, nameservers: Sequence[str]) -> None:
        self._dns = dns.resolver.Resolver(configure=False)
        self._dns.nameservers = list(nameservers)
        self._dns.lifetime = PATIENCE_SECONDS
        self._dns.timeout = PATIENCE_SECONDS / 2
        self._is_silent = False

    def ask(self, name: str, kind: str) -> Answer:
        """Ask over the network, at most two seconds."""
        if self._is_silent:
            return Answer(Outcome.SILENT)
        try:
            answer = self._dns.resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return Answer(Outcome.NO_NAME)
        except dns.exception.Timeout:
            self._is_silent = True
            return Answer(Outcome.SILENT)
        except dns.exception.DNSException:
            return Answer(Outcome.SILENT)
        values = tuple(_text(record, kind) for record in answer.rrset or ())
        return Answer(Outcome.FOUND, values) if values else Answer(Outcome.EMPTY)


def _text(record: dns.rdata.Rdata, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode(errors="replace")  # type: ignore[attr-defined]
    if kind == "CAA":
        tag, value = record.tag.decode(), record.value.decode(errors="replace")  # type: ignore[attr-defined]
        return f"{tag} {value}".lower()
    return record.to_text().removesuffix(".").lower()


class TableResolver:
    """Answers out of a table: name -> kind -> values. Follows a CNAME as real resolvers do."""

    def __init__(self, table: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._table = table

    def ask(self, name: str, kind: str) -> Answer:
        """Look it up; a name that only leads to others exists as well."""
        row = self._table.get(name)
        if row is None:
            is_above = any(known.endswith(f".{name}") for known in self._table)
            return Answer(Outcome.EMPTY if is_above else Outcome.NO_NAME)
        if kind != "CNAME" and kind not in row and "CNAME" in row:
            return self.ask(row["CNAME"][0], kind)
        values = tuple(row.get(kind, ()))
        return Answer(Outcome.FOUND, values) if values else Answer(Outcome.EMPTY)


def current() -> list[Resolver]:
    """The resolvers of this environment."""
    return list(import_string(settings.DOMAIN_RESOLVERS)())


def public() -> list[Resolver]:
    """Two public operators, over the network."""
    return [DnsResolver(servers) for servers in OPERATORS]


def local() -> list[Resolver]:
    """Development's DNS: names below the local suffix lead to this machine, the rest stands in a file."""
    return [_Local(_read(settings.LOCAL_DNS_FILE))]


class _Local(TableResolver):
    def ask(self, name: str, kind: str) -> Answer:
        found = super().ask(name, kind)
        is_here = name.endswith(f".{settings.LOCAL_DOMAIN_SUFFIX}") and not name.startswith("_")
        if is_here and found.outcome != Outcome.FOUND and super().ask(name, "A").outcome != Outcome.FOUND:
            addresses = tuple(settings.STOREFRONT_ADDRESSES) if kind == "A" else ()
            return Answer(Outcome.FOUND, addresses) if addresses else Answer(Outcome.EMPTY)
        return found


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = {}
    for name, kind, value in _lines(path):
        table.setdefault(name.lower(), {}).setdefault(kind.upper(), []).append(value.strip('"'))
    return table


def _lines(path: Path) -> Iterator[list[str]]:
    """Lines such as `_smartseller.warung.localhost TXT smartseller-...`; others are passed over."""
    if path.is_file():
        for line in path.read_text().splitlines():
            parts = line.split("#", 1)[0].split(None, 2)
            if len(parts) == 3 and parts[1].upper() in KINDS:
                yield parts
