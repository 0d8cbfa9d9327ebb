"""Seal the secrets of second factors, which were kept in the clear.

Public, once; one small UPDATE per person with a second factor. New code reads both forms, so it may start
before or after; code of the release before would refuse codes of sealed secrets, so end it first.
Back: opens them again, while the keys that sealed them are still in SEALING_KEYS.
"""

from typing import Any

from django.db import migrations

from tenants import sealing

PLACE = "platform|mfa_authenticator"
SECRETS = ("secret", "seed")


def _rewrite(apps: Any, change: Any) -> None:
    rows = apps.get_model("mfa", "Authenticator").objects.filter(type__in=("totp", "recovery_codes"))
    for row in rows.select_for_update().order_by("pk"):
        for name in SECRETS:
            if name in row.data:
                row.data[name] = change(row.data[name])
        row.save(update_fields=["data"])


def seal(apps: Any, schema_editor: Any) -> None:
    """What is sealed already stays as it is."""
    _rewrite(apps, lambda text: text if sealing.key_of(text) else sealing.seal(text, bound_to=PLACE))


def unseal(apps: Any, schema_editor: Any) -> None:
    """What was never sealed stays as it is."""
    _rewrite(apps, lambda text: sealing.unseal(text, bound_to=PLACE) if sealing.key_of(text) else text)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_breaches"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal, unseal)]
