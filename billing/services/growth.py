"""How stores come along: milestones, features in use, calls of their programs, visits to the front page."""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from billing.models import CallDay, FeatureUse, FunnelStep, Step, VisitDay
from tenants import acts, calls, context
from tenants.models import Membership, Role, Store


def note_growth(store: Store, now: datetime) -> None:
    """Write down which steps a store has reached, which features it uses, and its calls."""
    with context.in_store(store):
        reached: dict[str, datetime] = import_string(settings.STORE_MILESTONES)()
        features = [name for path in settings.STORE_FEATURES for name in import_string(path)()]
    with context.in_public(), transaction.atomic():
        _note_steps(store, {Step.SIGNED_UP: store.created_at, **_verified(store), **reached})
        FeatureUse.objects.bulk_create(
            [FeatureUse(store_id=store.pk, feature=name, first_at=now, last_at=now) for name in features],
            update_conflicts=True,
            unique_fields=["store", "feature"],
            update_fields=["last_at"],
        )
        for day, (made, refused) in calls.counted(store, now).items():
            CallDay.objects.update_or_create(
                store_id=store.pk, day=day, defaults={"calls": made, "refused": refused}
            )


def note_visit(*, day: date, source: str) -> None:
    """Count one more visit to the front page. `source` is where an address says that it came from."""
    visit, _is_new = VisitDay.objects.get_or_create(day=day, source=source[:30])
    VisitDay.objects.filter(pk=visit.pk).update(visits=F("visits") + 1)


def _note_steps(store: Store, reached: dict[str, datetime]) -> None:
    FunnelStep.objects.bulk_create(
        [FunnelStep(store_id=store.pk, step=step, at=at) for step, at in reached.items()],
        ignore_conflicts=True,
    )


def _verified(store: Store) -> dict[str, datetime]:
    """When the owner confirmed a mail address: as the log has it, else when the store began."""
    owner = Membership.objects.filter(store_id=store.pk, role=Role.OWNER).order_by("created_at", "pk").first()
    if owner is None or not EmailAddress.objects.filter(user_id=owner.user_id, verified=True).exists():
        return {}
    confirmed = (
        acts.log().filter(action="email.confirmed", actor_id=str(owner.user.uid)).order_by("at").first()
    )
    return {Step.VERIFIED: max(confirmed.at, store.created_at) if confirmed else store.created_at}
