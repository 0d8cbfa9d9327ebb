"""Which names may be a store's own domain, and how they are shown."""

import pytest
from django.conf import settings

from tenants.domains import names
from tenants.domains.names import DomainNameRefused


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("kopi-senja.com", "kopi-senja.com"),
        ("  WWW.Kopi-Senja.Co.ID. ", "www.kopi-senja.co.id"),
        ("https://kopi-senja.com/produk?x=1#y", "kopi-senja.com"),
        ("kopi-senja.com:8443", "kopi-senja.com"),
        ("kafé.com", "xn--kaf-dma.com"),
        ("faß.de", "xn--fa-hia.de"),
        ("ｋｏｐｉ.com", "kopi.com"),
        ("toko。com", "toko.com"),
        ("warung.localhost", "warung.localhost"),
    ],
)
def test_a_domain_is_kept_as_dns_writes_it(typed: str, name: str):
    assert names.check(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", ".", "com", "kopi", "kopi senja.com", "kopi_senja.com", "-kopi.com", "kopi..com"),
        *("*.kopi.com", "*", "www.*.com"),
        *(
            "127.0.0.1",
            "203.0.113.9",
            "2001:db8::1",
            "[2001:db8::1]",
            "2130706433",
            "1.2.3",
            "http://10.0.0.1/",
        ),
        *("co.id", "desa.id", "github.io", "com", "id", "blogspot.com"),
        *("kopi.invalid", "kopi.local", "kopi.internal", "kopi.nosuchending", "1.0.0.10.in-addr.arpa"),
        *(
            "abcdefghij.onion",
            "user@kopi.com",
            "kopi.com\x00.evil.com",
            "kopi\u200b\u202e.com",
            "a" * 64 + ".com",
        ),
        ".".join(["a" * 60] * 4) + ".com",
    ],
)
def test_what_is_no_domain_of_ones_own_is_refused(typed: str):
    with pytest.raises(DomainNameRefused):
        names.check(typed)


@pytest.mark.parametrize(
    "name",
    [
        settings.PLATFORM_HOST,
        settings.CONSOLE_HOST,
        settings.STOREFRONT_TARGET,
        settings.DASHBOARD_SUFFIX,
        f"kopi.{settings.STOREFRONT_SUFFIX}",
        f"a.b.{settings.DASHBOARD_SUFFIX}",
    ],
)
def test_our_own_names_are_refused(name: str):
    with pytest.raises(DomainNameRefused):
        names.check(name)


def test_below_a_real_platform_host_nothing_is_anybodys(settings):
    settings.PLATFORM_HOST, settings.LOCAL_DOMAIN_SUFFIX = "smartseller.co.id", ""
    for name in ("smartseller.co.id", "mail.smartseller.co.id", "warung.localhost"):
        with pytest.raises(DomainNameRefused):
            names.check(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("kopi-senja2.com", "kopi-senja2.com"),
        ("xn--kaf-dma.com", "kafé.com"),
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),  # "apple", all Cyrillic
        ("xn--pple-43d.com", "xn--pple-43d.com"),  # "apple" with one Cyrillic letter
        ("xn--ggle-0nda.com", "xn--ggle-0nda.com"),  # "google" with Greek letters
        ("xn--fsq.com", "例.com"),
        ("xn--.com", "xn--.com"),
    ],
)
def test_letters_that_look_like_others_are_shown_as_dns_writes_them(name: str, shown: str):
    assert names.shown(name) == shown


def test_records_are_named_as_providers_forms_want_it():
    apex, www = names.pointing_records("kopi.co.id"), names.pointing_records("www.kopi.co.id")

    assert [(record.kind, record.label, record.value) for record in apex] == [("A", "@", "127.0.0.1")]
    assert [(record.kind, record.label, record.value) for record in www] == [
        ("CNAME", "www", "toko.localhost")
    ]
    assert names.proof_record("kopi.co.id", "t").label == "_smartseller"
    assert names.proof_record("www.kopi.co.id", "t").label == "_smartseller.www"
    assert names.proof_record("www.kopi.co.id", "t").full_name == "_smartseller.www.kopi.co.id"


def test_a_bare_domain_gets_every_address_we_have(settings):
    settings.STOREFRONT_ADDRESSES = ["203.0.113.10", "2001:db8::10"]

    assert [record.kind for record in names.pointing_records("kopi.com")] == ["A", "AAAA"]
