"""Let staff say which mails they want."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from core.kernel import audit
from core.kernel.errors import InvalidInput
from core.notifications import selectors
from core.notifications.models import MutedMail
from core.notifications.selectors import MailChoices
from tenants.permissions import Actor


@transaction.atomic
def choose_mails(*, member_id: str, wanted: Collection[str], actor: Actor) -> MailChoices:
    """Have one member get exactly these mails; the others are muted. The same choice again changes nothing.

    wanted   codes of mails that the member's role allows
    Raises   NotFound for somebody who does not work here, InvalidInput for a mail they may not read
    """
    before = selectors.choices_of(member_id)
    allowed = {kind.code for kind, _is_wanted in before.choices}
    if not allowed.issuperset(wanted):
        raise InvalidInput(_("This person's role does not allow one of these mails."), "wanted")
    if set(before.wanted) == set(wanted):
        return before

    muted = sorted(allowed.difference(wanted))
    MutedMail.objects.filter(member_id=member_id).exclude(kind__in=muted).delete()
    MutedMail.objects.bulk_create(
        [MutedMail(member_id=member_id, kind=kind) for kind in muted], ignore_conflicts=True
    )
    audit.write(
        actor=actor,
        action="mails.chosen",
        subject="member",
        subject_id=member_id,
        changes={"wanted": [sorted(before.wanted), sorted(wanted)]},
    )
    return selectors.choices_of(member_id)
