"""Let products be found by what their shelf and their brand are called now."""

from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.catalog.models import Product
from core.catalog.services.cards import refresh_words
from tenants.work import store_task

_RUN: Final = 200


def rewrite_words(products: QuerySet[Product]) -> None:
    """Have the search words of these products written anew soon, a run at a time.

    Call it before the products leave the shelf or the brand, and after `queue_up`: then nobody joins them
    meanwhile.
    """
    pks = list(products.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), _RUN):
        rewrite_run(product_ids=pks[start : start + _RUN])


@store_task(label=_("Renew what products are found by"))
def rewrite_run(*, product_ids: list[int]) -> None:
    """Write the search words of some products anew. Safe to run twice.

    Locks    the products in primary-key order
    """
    rows = Product.objects.select_for_update(of=("self",)).filter(pk__in=product_ids)
    for product in rows.select_related("category", "brand").order_by("pk"):
        refresh_words(product)
