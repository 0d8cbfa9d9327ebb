"""Which names may be a store's own domain, how they are written, and what their records are called."""

import ipaddress
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

import idna
from django.conf import settings
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from tenants import hosts
from tenants.errors import CommerceError

PROOF_LABEL: Final = "_smartseller"
# Leaves room for the label of the proof.
LONGEST: Final = 240
# Scripts whose letters nobody takes for Latin ones; names in others are shown as DNS writes them.
_TELLING_SCRIPTS: Final = frozenset(
    "ARABIC BALINESE BENGALI CJK DEVANAGARI HANGUL HIRAGANA JAVANESE KATAKANA SUNDANESE TAMIL THAI".split()
)
_NEVER: Final = ("arpa", "onion")


class DomainNameRefused(CommerceError):
    """What was typed is no domain of one's own; the message says what to type instead."""

    code = "domain_name_refused"
    http_status = 422
    field = "name"


@dataclass(frozen=True, slots=True)
class Record:
    """One line to type at the domain's provider: `label` is how its form calls the name."""

    kind: str
    label: str
    full_name: str
    value: str


def check(typed: str) -> str:
    """The name as DNS writes it, in lower case and ASCII. Raises DomainNameRefused."""
    text = _bare(typed)
    if "*" in text:
        raise DomainNameRefused(_("Add each address by itself: a star stands for too many of them."))
    if _is_address(text):
        raise DomainNameRefused(_("That is an IP address. Type a name, such as tokoanda.com."))
    name = _ascii(text)
    if hosts.normalise(name) is None or "." not in name or len(name) > LONGEST:
        raise DomainNameRefused(_("Type the domain as it stands in a browser, such as tokoanda.com."))
    _refuse_ours(name)
    if not _is_local(name):
        _refuse_public(name)
    return name


def _bare(typed: str) -> str:
    """The host out of what people paste: an address with https:// and a path, or a name with a dot behind."""
    text = typed.strip().lower()
    text = text.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    name, colon, port = text.rpartition(":")
    return (name if colon and port.isdecimal() and ":" not in name else text).removesuffix(".")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return text.replace(".", "").isdecimal()
    return True


def _ascii(text: str) -> str:
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError) as wrong:
        raise DomainNameRefused(
            _("This name has signs that no domain can have. Check how it is written.")
        ) from wrong


def _refuse_ours(name: str) -> None:
    own = {settings.CONSOLE_HOST, settings.DASHBOARD_SUFFIX, settings.STOREFRONT_SUFFIX}
    own |= {settings.PLATFORM_HOST, settings.STOREFRONT_TARGET}
    apart = settings.LOCAL_DOMAIN_SUFFIX
    if any(name == ours or (ours != apart and name.endswith(f".{ours}")) for ours in own):
        raise DomainNameRefused(
            _("This address belongs to %(brand)s. Add a domain that is yours.")
            % {"brand": settings.BRAND_NAME}
        )


def _is_local(name: str) -> bool:
    suffix = settings.LOCAL_DOMAIN_SUFFIX
    return bool(suffix) and name.endswith(f".{suffix}")


def _refuse_public(name: str) -> None:
    ending = name.rpartition(".")[2]
    if ending in _NEVER or _suffixes(strict=True).publicsuffix(name) is None:
        raise DomainNameRefused(
            _("There are no domains that end with .%(ending)s. Check how it is written.") % {"ending": ending}
        )
    if _suffixes(strict=True).privatesuffix(name) is None:
        raise DomainNameRefused(
            _("%(name)s is an ending that many share. Type your whole domain, such as tokoanda.%(name)s.")
            % {"name": name}
        )


@cache
def _suffixes(*, strict: bool) -> PublicSuffixList:
    """The public suffix list that came with the package; a strict one knows no endings that do not exist."""
    return PublicSuffixList(accept_unknown=not strict)


def zone_of(name: str) -> str:
    """The part that was registered: `kopi.co.id` of `www.kopi.co.id`. Its owner edits the records."""
    return _suffixes(strict=False).privatesuffix(name) or name


def is_apex(name: str) -> bool:
    """Whether nothing stands before the registered part: such a name cannot have a CNAME."""
    return zone_of(name) == name


def proof_name(name: str) -> str:
    """Where the TXT record with the token belongs."""
    return f"{PROOF_LABEL}.{name}"


def label_of(full_name: str, zone: str) -> str:
    """A record's name as the forms of domain providers want it: without the zone, `@` for the zone itself."""
    return "@" if full_name == zone else full_name.removesuffix(f".{zone}")


def proof_record(name: str, token: str) -> Record:
    """The record that proves whose the domain is."""
    where = proof_name(name)
    return Record("TXT", label_of(where, zone_of(name)), where, token)


def pointing_records(name: str) -> list[Record]:
    """The records that lead shoppers to us: our addresses for the bare domain, else one CNAME."""
    label = label_of(name, zone_of(name))
    if not is_apex(name):
        return [Record("CNAME", label, name, settings.STOREFRONT_TARGET)]
    return [
        Record("AAAA" if ":" in address else "A", label, name, address)
        for address in settings.STOREFRONT_ADDRESSES
    ]


def shown(name: str) -> str:
    """The name for people: with its own letters, unless these could be taken for others."""
    labels = []
    for label in name.split("."):
        try:
            written = idna.decode(label) if label.startswith("xn--") else label
        except idna.IDNAError:
            written = label
        labels.append(written if _is_telling(written) else label)
    return ".".join(labels)


def _is_telling(label: str) -> bool:
    """Whether all letters are plain Latin ones with or without marks, or all of one script far from Latin."""
    letters = [letter for letter in label if not (letter.isdecimal() or letter == "-")]
    if all(_is_plain_latin(letter) for letter in letters):
        return True
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in letters}
    return len(scripts) == 1 and scripts <= _TELLING_SCRIPTS


def _is_plain_latin(letter: str) -> bool:
    return unicodedata.normalize("NFKD", letter)[0] in "abcdefghijklmnopqrstuvwxyz"
