"""The local inbox: what development would have mailed."""

from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

from tests.conftest import client_at


@pytest.fixture
def folder(tmp_path: Path, settings, db: None) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings.EMAIL_FILE_PATH


def post(subject: str, *, to: str = "ayu@example.com", html: str = "") -> None:
    """Write a mail the way development does."""
    line = get_connection("django.core.mail.backends.filebased.EmailBackend")
    letter = EmailMultiAlternatives(
        subject, "Buka http://localhost/x untuk lanjut.", "toko@example.com", [to], connection=line
    )
    if html:
        letter.attach_alternative(html, "text/html")
    letter.send()


def test_an_empty_inbox_says_so(platform: Client, folder: Path):
    page = platform.get("/inbox/")

    assert page.status_code == 200
    assert page.context["letters"] == []


def test_mails_are_listed_and_found(platform: Client, folder: Path):
    post("Pesanan baru é")
    post("Kata sandi", to="budi@example.com")

    assert {letter.subject for letter in platform.get("/inbox/").context["letters"]} == {
        "Pesanan baru é",
        "Kata sandi",
    }
    found = platform.get("/inbox/", {"q": "BUDI sandi"}).context["letters"]
    assert [letter.recipients for letter in found] == ["budi@example.com"]


def test_a_mail_tells_when_it_was_sent_in_the_readers_zone(platform: Client, folder: Path):
    dated = b"Subject: Halo\nDate: Wed, 25 Nov 2026 16:38:06 -0000\nContent-Type: text/plain\n\nHalo\n"
    folder.mkdir()
    (folder / "dated.log").write_bytes(dated)

    assert "23.38 WIB" in platform.get("/inbox/").content.decode()


def test_several_mails_of_one_connection_are_told_apart(platform: Client, folder: Path):
    line = get_connection("django.core.mail.backends.filebased.EmailBackend")
    line.send_messages([EmailMultiAlternatives(f"Nomor {n}", "-" * 79, "a@b.c", ["d@e.f"]) for n in range(3)])

    letters = platform.get("/inbox/").context["letters"]

    assert sorted(letter.subject for letter in letters if letter.subject) == ["Nomor 0", "Nomor 1", "Nomor 2"]


def test_a_mail_is_shown_as_it_looks_and_as_text(platform: Client, folder: Path):
    post("Halo", html='<p>Hai <a href="http://localhost/x">x</a></p>')
    letter = platform.get("/inbox/").context["letters"][0]

    page = platform.get(f"/inbox/{letter.id}/").content.decode()
    assert f'src="/inbox/{letter.id}/body/"' in page
    text = platform.get(f"/inbox/{letter.id}/", {"as": "text"}).content.decode()
    assert 'href="http://localhost/x"' in text


def test_the_html_of_a_mail_can_do_nothing(platform: Client, folder: Path):
    post("Jahat", html="<script>alert(1)</script><form action=x>")
    letter = platform.get("/inbox/").context["letters"][0]

    answer = platform.get(f"/inbox/{letter.id}/body/")

    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "allow-scripts" not in policy and "default-src 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("path", ["nothing", "nothing/body", "0" * 20])
def test_a_mail_that_is_gone_is_not_found(platform: Client, folder: Path, path: str):
    assert platform.get(f"/inbox/{path}/").status_code == 404


def test_stores_have_no_inbox(kopi: object, folder: Path):
    assert client_at("kopi.app.localhost").get("/inbox/").status_code == 404
