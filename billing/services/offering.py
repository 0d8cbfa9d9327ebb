"""What is sold besides plans, and what partners get, written where it is missing."""

from billing.models import AddOn, CommissionTier, Service
from billing.offers import ADD_ONS, COMMISSION_TIERS, SERVICES


def load_offers() -> None:
    """Write the add-ons, services and tiers that we start with. Never changes one that exists."""
    for position, seed in enumerate(ADD_ONS):
        AddOn.objects.get_or_create(code=seed.code, defaults={**seed.columns, "position": position})
    for position, (code, name_id, name_en, scope_id, scope_en, amount) in enumerate(SERVICES):
        told = {"name_id": name_id, "name_en": name_en, "scope_id": scope_id, "scope_en": scope_en}
        Service.objects.get_or_create(
            code=code, defaults={**told, "idr_amount": amount, "position": position}
        )
    if not CommissionTier.objects.exists():
        CommissionTier.objects.bulk_create(
            CommissionTier(from_stores=stores, basis_points=points, months=months)
            for stores, points, months in COMMISSION_TIERS
        )
