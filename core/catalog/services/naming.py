"""Names that must be unique in a store: addresses and SKUs."""

from collections.abc import Iterable

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from core.catalog import texts
from core.catalog.models import Product, SlugRedirect, Variant
from core.kernel.errors import CommerceError, InvalidInput
from tenants import entitlements

SLUG_LENGTH = 160
SKU_LENGTH = 64


class SkuTaken(CommerceError):
    """Another variant of the store has this SKU, perhaps a retired one."""

    code = "sku_taken"
    http_status = 409

    def __init__(self, sku: str, field: str = "sku") -> None:
        self.sku, self.field = sku, field
        super().__init__(_("The SKU %(sku)s is already in use.") % {"sku": sku})


def queue_up() -> None:
    """Wait for everybody else who is naming something in this store, so that two cannot take one name.

    Locks    an advisory lock of the store, until the caller commits
    """
    entitlements.claim("catalog_names")


def free_slug(text: str, model: type[Model], fallback: str) -> str:
    """An address for a new row, with a number when the plain one is taken."""
    wanted = texts.slug_of(text, SLUG_LENGTH) or fallback
    taken = set(model._default_manager.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if model is Product:
        taken |= set(SlugRedirect.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return _numbered(wanted, taken)


def _numbered(wanted: str, taken: set[str]) -> str:
    free, number = wanted, 2
    while free in taken:
        free, number = f"{wanted}-{number}", number + 1
    return free


def move_to_slug(product: Product, wanted: str) -> None:
    """Give a product the address its seller chose; the old one leads there from now on.

    Raises   InvalidInput when another product has it, or has had it
    """
    slug = texts.slug_of(texts.line(wanted, most=SLUG_LENGTH, field="slug"), SLUG_LENGTH)
    if not slug:
        raise InvalidInput(_("Use letters a to z, digits and hyphens."), "slug")
    if slug == product.slug:
        return
    is_taken = Product.objects.filter(slug=slug).exists()
    if is_taken or SlugRedirect.objects.filter(slug=slug).exclude(product=product).exists():
        raise InvalidInput(_("Another product uses this address."), "slug")

    SlugRedirect.objects.filter(slug=slug).delete()
    # A product that is only being made has no address to leave.
    if product.pk and product.slug:
        SlugRedirect.objects.create(slug=product.slug, product=product)
    product.slug = slug
    product.updated_at = timezone.now()


def refuse_taken_skus(skus: Iterable[str], *, own: Iterable[int] = ()) -> None:
    """Raise SkuTaken for the first SKU that occurs twice here, or belongs to a variant not in `own`."""
    seen: set[str] = set()
    for sku in skus:
        if sku in seen:
            raise SkuTaken(sku)
        seen.add(sku)
    taken = Variant.objects.filter(sku__in=seen).exclude(pk__in=list(own)).values_list("sku", flat=True)
    if taken:
        raise SkuTaken(min(taken))


class SkuMaker:
    """Makes up SKUs from a product's title and the values of a combination: `KEMEJA-MEGA-MERAH-L`."""

    def __init__(self, product: Product, reserved: Iterable[str] = ()) -> None:
        self._stem = texts.slug_of(product.title, 24).upper() or product.public_id[-8:].upper()
        known = Variant.objects.filter(sku__startswith=self._stem).values_list("sku", flat=True)
        self._taken = set(known) | set(reserved)

    def make(self, values: Iterable[str]) -> str:
        """A SKU that nobody has."""
        parts = [self._stem, *(texts.slug_of(value, 10).upper() for value in values)]
        sku = _numbered("-".join(part for part in parts if part)[: SKU_LENGTH - 6], self._taken)
        self._taken.add(sku)
        return sku
