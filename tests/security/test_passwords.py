"""What people may log in with (ASVS V6.2), and that nothing about it is changed on the way."""

from collections.abc import Callable

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from tenants.models import Store, User
from tests.architecture.source import ROOT
from tests.conftest import PASSWORD
from tests.tenants.conftest import _no_limits_left_over, log_in

__all__ = ["_no_limits_left_over", "log_in"]
ACCOUNT_PAGES = ["/signup/", "/accounts/login/", "/accounts/password/change/"]


@pytest.mark.parametrize(
    "password", ["smartseller2026", "SmartSeller!!", "kopisenja123", "tokoku-toko-77", "sarisari12345"]
)
def test_the_names_that_everybody_knows_are_no_password(kopi: Store, sari: User, password: str):
    sari.name = "Sarisari"

    with pytest.raises(ValidationError):
        validate_password(password, sari)


@pytest.mark.parametrize("password", ["password12", "1234567890", "qwertyuiop", "iloveyou12", "aaaaaaaaaa"])
def test_what_thousands_use_is_no_password(password: str):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "kuda laut tertawa",
        "ALLCAPITALS-ONLY",
        "only lower case letters",
        "84715093628417",
        "密码密码密码密码密码",
        "☕" * 10,
        "x9" * 64,
    ],
)
def test_any_signs_will_do(kopi: Store, sari: User, password: str):
    validate_password(password, sari)
    sari.set_password(password)
    sari.save()

    assert User.objects.get(pk=sari.pk).check_password(password)


@pytest.mark.parametrize(
    "near", [PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD} ", PASSWORD[:-1], PASSWORD + "x"]
)
def test_a_password_is_taken_to_the_letter(platform: Client, sari: User, near: str):
    platform.post("/accounts/login/", {"login": sari.email, "password": near})

    assert platform.get("/stores/").status_code == 302


def test_a_very_long_password_is_not_cut(platform: Client, sari: User):
    sari.set_password("p9 " * 40 + "end")
    sari.save()

    platform.post("/accounts/login/", {"login": sari.email, "password": "p9 " * 40 + "enD"})
    assert platform.get("/stores/").status_code == 302
    platform.post("/accounts/login/", {"login": sari.email, "password": "p9 " * 40 + "end"})
    assert platform.get("/stores/").status_code == 200


@pytest.mark.parametrize("path", ACCOUNT_PAGES)
def test_fields_hide_what_is_typed_and_help_password_managers(
    log_in: Callable[[User], Client], platform: Client, sari: User, path: str
):
    browser = log_in(sari) if "change" in path else platform
    page = browser.get(path).content.decode()

    fields = [
        part.partition(">")[0]
        for part in page.split("<input")[1:]
        if 'type="password"' in part.partition(">")[0]
    ]
    assert fields
    assert all("autocomplete=" in field and 'autocomplete="off"' not in field for field in fields)
    assert "onpaste" not in page
    assert all("maxlength=" not in field or 'maxlength="128"' in field for field in fields)


def test_changing_a_password_takes_the_old_one(log_in: Callable[[User], Client], sari: User):
    browser, fresh = log_in(sari), "empat kata yang acak"
    told = {"password1": fresh, "password2": fresh}

    browser.post("/accounts/password/change/", {"oldpassword": "salah sekali", **told})
    assert User.objects.get(pk=sari.pk).check_password(PASSWORD)
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, **told})
    assert User.objects.get(pk=sari.pk).check_password(fresh)


def test_whoever_changes_the_address_shows_who_they_are(
    log_in: Callable[[User], Client], sari: User, monkeypatch
):
    browser = log_in(sari)
    monkeypatch.setattr("allauth.account.app_settings.REAUTHENTICATION_TIMEOUT", -1, raising=False)
    later = browser.session
    later["account_authentication_methods"] = []
    later.save()

    answer = browser.post("/accounts/email/", {"email": "baru@example.com", "action_add": "1"})

    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


def test_a_fresh_install_has_no_account_of_anybody():
    """No migration and no setting makes a user."""
    made = [
        str(path.relative_to(ROOT))
        for room in ("tenants", "billing", "core", "storefront")
        for path in (ROOT / room).rglob("migrations/*.py")
        if "create_user" in path.read_text() or "User.objects" in path.read_text()
    ]
    assert made == []


def test_nothing_is_asked_that_others_could_know():
    """No hints and no secret questions."""
    assert {field.name for field in User._meta.concrete_fields} == {
        "id",
        "password",
        "last_login",
        "uid",
        "email",
        "name",
        "language",
        "is_active",
        "is_staff",
        "staff_role",
        "created_at",
    }
