"""What the front page itself remembers."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.analytics import selectors
from core.kernel import profile
from core.kernel.errors import CommerceError
from tenants.permissions import Actor


class OpeningUnfinished(CommerceError):
    """The checklist stays until its last step is done."""

    code = "opening_unfinished"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("Some steps are still open. The list can be put away when all are done."))


def note_looked(*, actor: Actor, now: datetime) -> None:
    """Remember that somebody looked at the shop; the first time counts."""
    if profile.current().looked_at is None:
        profile.edit(changes={"looked_at": now}, actor=actor)


def note_shared(*, actor: Actor, now: datetime) -> None:
    """Remember that the store's address was shared; the first time counts."""
    if profile.current().shared_at is None:
        profile.edit(changes={"shared_at": now}, actor=actor)


def close_opening(*, actor: Actor, now: datetime) -> None:
    """Put the finished checklist away for good. Twice changes nothing. Raises OpeningUnfinished."""
    shop = profile.current()
    if shop.onboarding_closed_at is not None:
        return
    if not all(step.done for step in selectors.opening_steps(shop, actor)):
        raise OpeningUnfinished
    profile.edit(changes={"onboarding_closed_at": now}, actor=actor)
