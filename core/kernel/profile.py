"""The store's own facts."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core.kernel import audit
from core.kernel.models import StoreProfile
from core.kernel.statements import Statement
from tenants.permissions import Actor


def current() -> StoreProfile:
    """The profile of the store in force; made empty at its first use."""
    found: list[StoreProfile] = _CURRENT.objects()
    return found[0] if found else StoreProfile.objects.get_or_create(pk=1)[0]


_CURRENT = Statement(lambda: StoreProfile.objects.filter(pk=1))


@transaction.atomic
def edit(*, changes: Mapping[str, Any], actor: Actor) -> StoreProfile:
    """Change some of the store's own facts, and leave an audit row with before and after."""
    profile = StoreProfile.objects.select_for_update().get_or_create(pk=1)[0]
    before = {field: getattr(profile, field) for field in changes}
    for field, value in changes.items():
        setattr(profile, field, value)
    profile.save(update_fields=list(changes))
    audit.write(
        actor=actor,
        action="profile.edited",
        subject="profile",
        subject_id="1",
        changes={field: [str(before[field]), str(value)] for field, value in changes.items()},
    )
    return profile
