"""Files of products that were brought, and how far they are."""

from django.utils.translation import gettext as _

from core.catalog.models import ImportState, ProductImport
from core.kernel import paging
from core.kernel.errors import NotFound

# What changes by itself: a page about it asks again.
MOVING = (ImportState.CHECKING, ImportState.RUNNING)


def product_imports(*, after: str = "", limit: int = 20) -> tuple[list[ProductImport], str | None]:
    """Imports, newest first, without their mistakes, and the next page's cursor."""
    return paging.page(ProductImport.objects.defer("errors"), after=after, limit=limit)


def import_by_public_id(public_id: str) -> ProductImport:
    """One import with its mistakes. Raises NotFound."""
    found = ProductImport.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This import does not exist."))
    return found
