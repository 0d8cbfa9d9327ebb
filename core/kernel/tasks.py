"""What the kernel does by itself, again and again."""

from django.utils.translation import gettext_lazy as _

from core.kernel import invariants
from tenants.routines import every
from tenants.work import store_task

_LABEL = _("Check that all figures add up")


@store_task(dedupe=True, retries=2, label=_LABEL)
def check_invariants() -> None:
    """Look at every rule of this store; what is broken becomes an alert for the staff."""
    invariants.check_and_tell()


@every(hours=1, label=_LABEL)
def check_every_hour() -> None:
    """A duty per store, so that a large one keeps nobody waiting."""
    check_invariants()
