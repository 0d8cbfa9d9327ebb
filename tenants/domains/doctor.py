"""Looks at a domain in DNS and says which record is wrong. Only asks; `words` puts it into sentences."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.conf import settings

from tenants.domains import names, proxies
from tenants.domains.resolvers import Answer, Outcome, Resolver


class Proof(StrEnum):
    """Whether the token is in DNS."""

    FOUND = "FOUND"
    ON_ITS_WAY = "ON_ITS_WAY"  # one resolver has it, another not yet
    MISSING = "MISSING"
    UNKNOWN = "UNKNOWN"


class Leads(StrEnum):
    """Where shoppers who type the domain arrive."""

    HERE = "HERE"
    PARTLY = "PARTLY"
    HIDDEN = "HIDDEN"  # to a proxy, which may lead here
    ELSEWHERE = "ELSEWHERE"
    UNKNOWN = "UNKNOWN"


class Code(StrEnum):
    """What was found. The first group is about the domain, then the proof, where it leads, certificates."""

    DNS_SILENT = "DNS_SILENT"
    NO_SUCH_DOMAIN = "NO_SUCH_DOMAIN"
    ON_ITS_WAY = "ON_ITS_WAY"
    PROOF_FOUND = "PROOF_FOUND"
    PROOF_MISSING = "PROOF_MISSING"
    PROOF_WRONG = "PROOF_WRONG"
    PROOF_NAME_DOUBLED = "PROOF_NAME_DOUBLED"
    PROOF_WITHOUT_LABEL = "PROOF_WITHOUT_LABEL"
    LEADS_HERE = "LEADS_HERE"
    NO_ADDRESS = "NO_ADDRESS"
    LEADS_ELSEWHERE = "LEADS_ELSEWHERE"
    WRONG_CNAME = "WRONG_CNAME"
    CNAME_NAME_DOUBLED = "CNAME_NAME_DOUBLED"
    LEFTOVER_RECORDS = "LEFTOVER_RECORDS"
    BEHIND_PROXY = "BEHIND_PROXY"
    CAA_FORBIDS = "CAA_FORBIDS"
    IN_QUARANTINE = "IN_QUARANTINE"
    IN_USE = "IN_USE"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, with what the sentence about it needs. `facts` are plain JSON."""

    code: Code
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept on the claim."""
        return {"code": str(self.code), "facts": self.facts}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The outcome of one look: two verdicts that rules depend on, and findings for people."""

    proof: Proof
    leads: Leads
    findings: list[Finding]


_SILENT: Final = Diagnosis(Proof.UNKNOWN, Leads.UNKNOWN, [Finding(Code.DNS_SILENT)])


def examine(name: str, token: str, resolvers: Sequence[Resolver]) -> Diagnosis:
    """Look at everything that matters for one domain, through each resolver in turn.

    token   what the proof must say; empty when no proof is asked for
    """
    looks = [_look(name, token, resolver) for resolver in resolvers]
    known = [look for look in looks if look.proof != Proof.UNKNOWN and look.leads != Leads.UNKNOWN]
    if not known:
        return _SILENT
    best, *_rest = sorted(known, key=_agreement)
    proofs, leads = {look.proof for look in known}, {look.leads for look in known}
    if len(proofs) == len(leads) == 1:
        return best
    proof = Proof.ON_ITS_WAY if len(proofs) > 1 else best.proof
    # A change that only some have seen is no reason yet to call the domain broken, nor whole.
    where = Leads.PARTLY if len(leads) > 1 else best.leads
    worst = sorted(known, key=_agreement)[-1]
    return Diagnosis(proof, where, [Finding(Code.ON_ITS_WAY), *worst.findings])


def _agreement(look: Diagnosis) -> tuple[bool, bool]:
    return look.proof != Proof.FOUND, look.leads != Leads.HERE


def _look(name: str, token: str, resolver: Resolver) -> Diagnosis:
    zone = names.zone_of(name)
    if resolver.ask(zone, "NS").outcome == Outcome.NO_NAME:
        missing = Finding(Code.NO_SUCH_DOMAIN, {"zone": zone})
        return Diagnosis(Proof.MISSING if token else Proof.FOUND, Leads.ELSEWHERE, [missing])
    proof, proof_findings = _proof(name, token, resolver)
    leads, leads_findings = _leads(name, resolver)
    if proof == Proof.UNKNOWN or leads == Leads.UNKNOWN:
        return Diagnosis(proof, leads, [Finding(Code.DNS_SILENT)])
    return Diagnosis(proof, leads, [*proof_findings, *leads_findings, *_certificate(name, zone, resolver)])


# Whose it is


def _proof(name: str, token: str, resolver: Resolver) -> tuple[Proof, list[Finding]]:
    if not token:
        return Proof.FOUND, []
    where, zone = names.proof_name(name), names.zone_of(name)
    answer = resolver.ask(where, "TXT")
    if answer.outcome == Outcome.SILENT:
        return Proof.UNKNOWN, []
    if token in _cleaned(answer):
        return Proof.FOUND, [Finding(Code.PROOF_FOUND)]
    if token in _cleaned(resolver.ask(f"{where}.{zone}", "TXT")):
        return Proof.MISSING, [Finding(Code.PROOF_NAME_DOUBLED, {"found": f"{where}.{zone}"})]
    if token in _cleaned(resolver.ask(name, "TXT")):
        return Proof.MISSING, [Finding(Code.PROOF_WITHOUT_LABEL, {"found": name})]
    if answer.values:
        return Proof.MISSING, [Finding(Code.PROOF_WRONG, {"found": _few(answer.values)})]
    return Proof.MISSING, [Finding(Code.PROOF_MISSING)]


def _cleaned(answer: Answer) -> set[str]:
    """The texts without quotes and blanks that forms let people type around them."""
    return {value.strip().strip('"').strip() for value in answer.values}


# Where it leads


def _leads(name: str, resolver: Resolver) -> tuple[Leads, list[Finding]]:
    cname = resolver.ask(name, "CNAME")
    answers = [cname, resolver.ask(name, "A"), resolver.ask(name, "AAAA")]
    if any(answer.outcome == Outcome.SILENT for answer in answers):
        return Leads.UNKNOWN, []
    target = cname.values[0] if cname.values else ""
    if target == settings.STOREFRONT_TARGET:
        return Leads.HERE, [Finding(Code.LEADS_HERE)]
    addresses = [value for answer in answers[1:] for value in answer.values]
    if target and target.startswith(f"{settings.STOREFRONT_TARGET}."):
        return Leads.ELSEWHERE, [Finding(Code.CNAME_NAME_DOUBLED, {"found": target})]
    if not addresses:
        code = Code.WRONG_CNAME if target else Code.NO_ADDRESS
        return Leads.ELSEWHERE, [Finding(code, {"found": target} if target else {})]
    return _by_address(target, addresses)


def _by_address(target: str, addresses: list[str]) -> tuple[Leads, list[Finding]]:
    ours = {ipaddress.ip_address(address) for address in settings.STOREFRONT_ADDRESSES}
    foreign = [address for address in addresses if ipaddress.ip_address(address) not in ours]
    if not foreign:
        return Leads.HERE, [Finding(Code.LEADS_HERE)]
    proxy = next((operator for operator in map(proxies.operator_of, foreign) if operator), "")
    if proxy:
        return Leads.HIDDEN, [Finding(Code.BEHIND_PROXY, {"operator": proxy, "found": _few(foreign)})]
    if len(foreign) < len(addresses):
        records = [{"kind": _kind(address), "value": address} for address in foreign[:5]]
        return Leads.PARTLY, [Finding(Code.LEFTOVER_RECORDS, {"records": records})]
    if target:
        return Leads.ELSEWHERE, [Finding(Code.WRONG_CNAME, {"found": target})]
    return Leads.ELSEWHERE, [Finding(Code.LEADS_ELSEWHERE, {"found": _few(foreign)})]


def _kind(address: str) -> str:
    return "AAAA" if ":" in address else "A"


def _few(values: Sequence[str]) -> str:
    return ", ".join(value[:80] for value in values[:3])


# Whether we may get a certificate


def _certificate(name: str, zone: str, resolver: Resolver) -> list[Finding]:
    """CAA counts from the name upwards: the first name that has any decides."""
    while True:
        rules = resolver.ask(name, "CAA").values
        issuers = [rule.split(None, 1)[1:] for rule in rules if rule.startswith("issue ")]
        if issuers:
            allowed = {"".join(issuer).split(";")[0].strip() for issuer in issuers}
            if allowed & set(settings.CERTIFICATE_ISSUERS):
                return []
            return [Finding(Code.CAA_FORBIDS, {"at": name, "found": ", ".join(sorted(allowed)) or ";"})]
        if rules or name == zone or "." not in name:
            return []
        name = name.partition(".")[2]
