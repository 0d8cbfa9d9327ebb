"""What the storefront's pages ask about themselves: dress, front page, texts."""

from django.utils.translation import gettext as _

from core.kernel.errors import NotFound
from storefront.models import HomeSection, Page, PageKind, Theme


def theme() -> Theme:
    """The store's dress; the preset's own look where none was saved yet."""
    return Theme.objects.filter(pk=1).first() or Theme(pk=1)


def home_sections() -> list[HomeSection]:
    """What the front page shows, in order."""
    return list(HomeSection.objects.filter(is_shown=True).order_by("position", "pk"))


def all_sections() -> list[HomeSection]:
    """Every section of the front page, hidden ones too."""
    return list(HomeSection.objects.order_by("position", "pk"))


def footer_pages() -> list[Page]:
    """The published pages without their bodies."""
    return list(Page.objects.filter(is_published=True).defer("body").order_by("position", "pk"))


def all_pages() -> list[Page]:
    """Every page, hidden ones too, for the seller."""
    return list(Page.objects.order_by("position", "pk"))


def page(slug: str) -> Page:
    """A published page. Raises NotFound."""
    found = Page.objects.filter(slug=slug, is_published=True).first()
    if found is None:
        raise NotFound(_("There is no such page."))
    return found


def page_by_id(public_id: str) -> Page:
    """Any page, for the seller. Raises NotFound."""
    found = Page.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such page."))
    return found


def contact_slug() -> str:
    """Where the contact page is; empty when there is none."""
    return (
        Page.objects.filter(kind=PageKind.CONTACT, is_published=True).values_list("slug", flat=True).first()
        or ""
    )
