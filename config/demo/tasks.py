"""Work of the demo that may be done when people look around already."""

from django.utils.translation import gettext_lazy as _

from config.demo import goods
from config.demo.catalogue import CATALOGUES
from tenants.context import require_store
from tenants.work import store_task


@store_task(atomic=False, dedupe=True, label=_("Draw pictures for the demo"))
def hang_pictures(*, number: int) -> None:
    """Draw and upload every picture of one product of this demo store. Safe to run twice.

    number   its place in the catalogue
    """
    goods.hang_pictures(CATALOGUES[require_store().slug]().products[number])
