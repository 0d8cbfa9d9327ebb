"""Who of the staff gets which mails."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.kernel.errors import NotFound
from core.notifications.kinds import Audience, Kind, for_audience
from core.notifications.models import MutedMail
from tenants.context import require_store
from tenants.staff import Colleague, colleagues


@dataclass(frozen=True, slots=True)
class MailChoices:
    """One member and the mails that their role allows, each with whether they want it."""

    member: Colleague
    choices: list[tuple[Kind, bool]]

    @property
    def wanted(self) -> list[str]:
        """The codes of the mails that come."""
        return [kind.code for kind, is_wanted in self.choices if is_wanted]


def mail_choices() -> list[MailChoices]:
    """Everybody who works here, with their mails."""
    muted = set(MutedMail.objects.values_list("member_id", "kind"))
    return [_choices(member, muted) for member in colleagues(require_store())]


def choices_of(member_id: str) -> MailChoices:
    """One member's mails. Raises NotFound for somebody who does not work here."""
    for choices in mail_choices():
        if choices.member.id == member_id:
            return choices
    raise NotFound(_("Nobody with this id works here."))


def readers(kind: Kind) -> list[str]:
    """The addresses of the staff who may read such mails and want them."""
    assert kind.permission is not None
    muted = set(MutedMail.objects.filter(kind=kind.code).values_list("member_id", flat=True))
    staff = colleagues(require_store())
    return [member.email for member in staff if member.may(kind.permission) and member.id not in muted]


def _choices(member: Colleague, muted: set[tuple[str, str]]) -> MailChoices:
    allowed = [kind for kind in for_audience(Audience.STAFF) if kind.permission in member.permissions]
    return MailChoices(member, [(kind, (member.id, kind.code) not in muted) for kind in allowed])
