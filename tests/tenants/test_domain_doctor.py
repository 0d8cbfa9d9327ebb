"""The doctor: broken DNS, and the advice that mends it."""

from collections.abc import Callable

import dns.resolver
import pytest
from django.utils import translation

from tenants.domains import doctor, words
from tenants.domains.doctor import Code, Leads, Proof
from tenants.domains.resolvers import DnsResolver, Outcome, TableResolver, local
from tests.fakes.dns import ELSEWHERE, OURS, Silent, Zone, resolvers

NAME, TOKEN = "www.kopi.co.id", "smartseller-abc"
TARGET = "toko.localhost"
CLOUDFLARE = "104.16.7.7"


def whole(name: str = NAME) -> Zone:
    """Everything as it should be."""
    zone = Zone().put(f"_smartseller.{name}", "TXT", TOKEN).put("kopi.co.id", "NS", "ns1.host.id")
    if name == NAME:
        return zone.put(name, "CNAME", TARGET).put(TARGET, "A", OURS)
    return zone.put(name, "A", OURS)


def told(zone: Zone, name: str = NAME) -> tuple[doctor.Diagnosis, dict[str, words.Advice]]:
    found = doctor.examine(name, TOKEN, resolvers(zone))
    with translation.override("en"):
        advice = [words.advice(name, TOKEN, finding.as_json()) for finding in found.findings]
    return found, {each.code: each for each in advice}


def without_txt(zone: Zone) -> None:
    zone.drop(f"_smartseller.{NAME}", "TXT")


def txt_at(name: str) -> Callable[[Zone], None]:
    def move(zone: Zone) -> None:
        without_txt(zone)
        zone.put(name, "TXT", TOKEN)

    return move


def nobody_registered(zone: Zone) -> None:
    zone.rows.clear()


# What is broken -> the code of the advice, words that it must contain, and the record that it names.
BROKEN: list[tuple[str, str, Callable[[Zone], object], Code, str, str]] = [
    ("not registered", NAME, nobody_registered, Code.NO_SUCH_DOMAIN, "kopi.co.id", ""),
    ("no proof", NAME, without_txt, Code.PROOF_MISSING, "add this record", "TXT _smartseller.www"),
    (
        "another value",
        NAME,
        lambda zone: zone.put(f"_smartseller.{NAME}", "TXT", "google-site=1"),
        Code.PROOF_WRONG,
        "google-site=1",
        "TXT _smartseller.www",
    ),
    (
        "name typed whole",
        NAME,
        txt_at(f"_smartseller.{NAME}.kopi.co.id"),
        Code.PROOF_NAME_DOUBLED,
        "Type only _smartseller.www into",
        "TXT _smartseller.www",
    ),
    (
        "no label",
        "kopi.co.id",
        lambda zone: (
            zone.drop("_smartseller.kopi.co.id", "TXT"),
            zone.put("kopi.co.id", "TXT", "v=spf1 -all", f'"{TOKEN}"'),
        ),
        Code.PROOF_WITHOUT_LABEL,
        "Type _smartseller into",
        "TXT _smartseller",
    ),
    (
        "parking page",
        "kopi.co.id",
        lambda zone: zone.put("kopi.co.id", "A", ELSEWHERE),
        Code.LEADS_ELSEWHERE,
        ELSEWHERE,
        "A @",
    ),
    (
        "no address",
        NAME,
        lambda zone: zone.drop(NAME, "CNAME"),
        Code.NO_ADDRESS,
        "add what stands",
        "CNAME www",
    ),
    (
        "former shop",
        NAME,
        lambda zone: zone.put(NAME, "CNAME", "shops.other.com").put("shops.other.com", "A", ELSEWHERE),
        Code.WRONG_CNAME,
        "shops.other.com",
        "CNAME www",
    ),
    (
        "value without dot",
        NAME,
        lambda zone: zone.put(NAME, "CNAME", f"{TARGET}.kopi.co.id"),
        Code.CNAME_NAME_DOUBLED,
        "dot at its end",
        "CNAME www",
    ),
    (
        "old IPv6",
        "kopi.co.id",
        lambda zone: zone.put("kopi.co.id", "AAAA", "2001:db8::7"),
        Code.LEFTOVER_RECORDS,
        "AAAA 2001:db8::7",
        "",
    ),
    (
        "orange cloud",
        "kopi.co.id",
        lambda zone: zone.put("kopi.co.id", "A", CLOUDFLARE),
        Code.BEHIND_PROXY,
        "DNS only",
        "",
    ),
    (
        "other issuer only",
        NAME,
        lambda zone: zone.put("kopi.co.id", "CAA", "issue digicert.com", "iodef mailto:x@kopi.co.id"),
        Code.CAA_FORBIDS,
        "letsencrypt.org",
        "",
    ),
]


@pytest.mark.parametrize(
    ("name", "breaks", "code", "says", "record"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_broken_dns_gets_the_advice_that_mends_it(
    name: str, breaks: Callable[[Zone], object], code: Code, says: str, record: str
):
    zone = whole(name)
    breaks(zone)
    _found, advice = told(zone, name)

    assert code in advice, advice
    assert says in advice[code].title + advice[code].text
    assert [f"{each.kind} {each.label}" for each in advice[code].records][:1] == ([record] if record else [])
    assert "%(" not in advice[code].title + advice[code].text


@pytest.mark.parametrize("name", [NAME, "kopi.co.id"])
def test_whole_dns_needs_no_advice(name: str):
    found, advice = told(whole(name), name)

    assert (found.proof, found.leads) == (Proof.FOUND, Leads.HERE)
    assert set(advice) == {Code.PROOF_FOUND, Code.LEADS_HERE}


def test_a_change_that_one_resolver_has_not_seen_is_on_its_way():
    old = whole()
    without_txt(old)
    found = doctor.examine(NAME, TOKEN, [old, whole()])

    assert found.proof == Proof.ON_ITS_WAY
    assert found.findings[0].code == Code.ON_ITS_WAY


@pytest.mark.parametrize("order", [1, -1])
def test_one_silent_resolver_does_not_matter(order: int):
    asked = [Silent(), whole()][::order]

    assert doctor.examine(NAME, TOKEN, asked).leads == Leads.HERE


def test_silence_says_nothing():
    found = doctor.examine(NAME, TOKEN, [Silent(), Silent()])

    assert (found.proof, found.leads) == (Proof.UNKNOWN, Leads.UNKNOWN)
    assert [finding.code for finding in found.findings] == [Code.DNS_SILENT]


@pytest.mark.parametrize(
    "rules",
    [("issue letsencrypt.org",), ("issue digicert.com", "issue letsencrypt.org; validationmethods=http-01")],
)
def test_a_caa_record_that_names_our_issuer_is_fine(rules: tuple[str, ...]):
    assert Code.CAA_FORBIDS not in told(whole().put("kopi.co.id", "CAA", *rules))[1]


def test_the_nearest_caa_record_decides():
    zone = whole().put("kopi.co.id", "CAA", "issue ;")

    assert Code.CAA_FORBIDS in told(zone)[1]
    assert Code.CAA_FORBIDS not in told(zone.put(NAME, "CAA", "issue letsencrypt.org"))[1]


def test_every_finding_has_words_in_both_languages():
    facts = {"zone": "x", "found": "x", "at": "x", "operator": "x", "until": "2026-12-01T00:00:00+00:00"}
    for language in ("id", "en"):
        with translation.override(language):
            for code in Code:
                told = words.advice(NAME, TOKEN, {"code": str(code), "facts": facts})
                assert told.title and told.text and "%(" not in told.title + told.text


# The resolvers themselves


class Broken:
    def __init__(self, error: type[Exception]) -> None:
        self.error, self.asked = error, 0

    def resolve(self, *args: object, **more: object) -> None:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (dns.resolver.NXDOMAIN, Outcome.NO_NAME),
        (dns.resolver.NoNameservers, Outcome.SILENT),
        (dns.resolver.LifetimeTimeout, Outcome.SILENT),
        (dns.resolver.YXDOMAIN, Outcome.SILENT),
    ],
)
def test_what_goes_wrong_on_the_network_has_an_outcome(error: type[Exception], outcome: Outcome):
    resolver = DnsResolver(["192.0.2.1"])
    resolver._dns = Broken(error)  # type: ignore[assignment]

    assert resolver.ask("kopi.com", "A").outcome == outcome


def test_after_a_time_out_nobody_waits_again():
    resolver = DnsResolver(["192.0.2.1"])
    resolver._dns = network = Broken(dns.resolver.LifetimeTimeout)  # type: ignore[assignment]
    for kind in ("A", "AAAA", "TXT"):
        assert resolver.ask("kopi.com", kind).outcome == Outcome.SILENT

    assert network.asked == 1


def test_development_answers_from_a_file(settings, tmp_path):
    settings.LOCAL_DNS_FILE = tmp_path / "dns.txt"
    settings.LOCAL_DNS_FILE.write_text("# mine\n_smartseller.warung.localhost TXT a-token\nnonsense\n")
    [resolver] = local()

    assert resolver.ask("_smartseller.warung.localhost", "TXT").values == ("a-token",)
    assert resolver.ask("warung.localhost", "A").values == (OURS,)
    assert doctor.examine("warung.localhost", "a-token", local()).leads == Leads.HERE


def test_a_table_follows_names():
    table = TableResolver(
        {"a.com": {"CNAME": ["b.com"]}, "b.com": {"A": ["1.2.3.4"]}, "x.c.com": {"A": ["1.1.1.1"]}}
    )

    assert table.ask("a.com", "A").values == ("1.2.3.4",)
    assert table.ask("c.com", "A").outcome == Outcome.EMPTY
    assert table.ask("d.com", "A").outcome == Outcome.NO_NAME
