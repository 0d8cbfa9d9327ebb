"""What growth costs, as finance enters it."""

from datetime import date

from django.db import transaction

from billing.models import AcquisitionCost
from tenants import acts
from tenants.permissions import Actor


@transaction.atomic
def enter(*, month: date, idr_amount: int, reason: str, actor: Actor) -> AcquisitionCost:
    """Write what a month's marketing and sales cost, in place of what stood there. Audited.

    month        any day of it
    idr_amount   whole rupiah
    """
    first = month.replace(day=1)
    before = AcquisitionCost.objects.select_for_update().filter(month=first).first()
    cost, _is_new = AcquisitionCost.objects.update_or_create(
        month=first, defaults={"idr_amount": idr_amount, "entered_by": actor.name[:80]}
    )
    acts.note(
        actor=actor,
        action="cost.entered",
        store=None,
        subject_id=f"{first:%Y-%m}",
        reason=reason,
        changes={"idr_amount": [before.idr_amount if before else None, idr_amount]},
    )
    return cost
