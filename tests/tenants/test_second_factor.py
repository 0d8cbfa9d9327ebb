"""Secrets of second factors are sealed where they are kept, and still work."""

import base64
import importlib

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.apps import apps

from tenants import sealing, second_factor
from tenants.models import User

NEW = f"new:{base64.b64encode(b'n' * 32).decode()}"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.fixture
def secret(sari: User) -> str:
    """Of Sari's authenticator app; she has recovery codes as well."""
    secret = generate_totp_secret()
    TOTP.activate(sari, secret)
    RecoveryCodes.activate(sari)
    return secret


def kept(kind: str, name: str) -> str:
    return Authenticator.objects.get(type=kind).data[name]


def codes(sari: User) -> list[str]:
    return RecoveryCodes(Authenticator.objects.get(user=sari, type="recovery_codes")).get_unused_codes()


def is_right(sari: User, secret: str) -> bool:
    return TOTP(Authenticator.objects.get(user=sari, type="totp")).validate_code(code_of(secret))


def test_no_secret_is_kept_in_the_clear(sari: User, secret: str):
    assert secret not in kept("totp", "secret")
    assert sealing.key_of(kept("totp", "secret")) == "test"
    assert sealing.key_of(kept("recovery_codes", "seed")) == "test"
    assert is_right(sari, secret)
    assert len(codes(sari)) == 10


def test_secrets_of_the_release_before_still_work_and_are_sealed_by_the_rotation(sari: User, secret: str):
    Authenticator.objects.filter(type="totp").update(data={"secret": secret})
    assert is_right(sari, secret)

    assert second_factor.reseal() == 1
    assert secret not in kept("totp", "secret")
    assert second_factor.reseal() == 0


def test_a_rotation_changes_no_code(sari: User, secret: str, settings):
    before = codes(sari)
    settings.SEALING_KEYS = f"{NEW},{settings.SEALING_KEYS}"

    assert second_factor.reseal() == 2
    settings.SEALING_KEYS = NEW

    assert codes(sari) == before
    assert is_right(sari, secret)


def test_the_migration_seals_once_and_leads_back(sari: User, secret: str):
    migration = importlib.import_module("tenants.migrations.0006_seal_second_factors")
    before = codes(sari)

    migration.unseal(apps, None)
    assert kept("totp", "secret") == secret
    for _ in range(2):
        migration.seal(apps, None)

    assert sealing.key_of(kept("totp", "secret")) == "test"
    assert codes(sari) == before
    assert is_right(sari, secret)
