"""What the storefront's pages ask about themselves: dress, front page, texts."""

from django.utils.translation import gettext as _

from core.kernel.errors import NotFound
from storefront import drawing
from storefront.design import Design, from_json, of_rows, sections_of, theme_of
from storefront.models import DesignVersion, HomeSection, Page, PageKind, Theme, VersionState


def theme() -> Theme:
    """The store's dress, or the one being previewed; the preset's own look where none was saved yet."""
    design = drawing.previewed()
    if design is not None:
        return theme_of(design)
    return Theme.objects.filter(pk=1).first() or Theme(pk=1)


def home_sections() -> list[HomeSection]:
    """What the front page shows, or would show in the design being previewed, in order."""
    design = drawing.previewed()
    if design is not None:
        return [section for section in sections_of(design) if section.is_shown]
    return list(HomeSection.objects.filter(is_shown=True).order_by("position", "pk"))


def published_design() -> Design:
    """What shoppers see."""
    theme = Theme.objects.filter(pk=1).first() or Theme(pk=1)
    return of_rows(theme, HomeSection.objects.order_by("position", "pk"))


def draft() -> DesignVersion | None:
    """The design being drawn, if there is one."""
    return DesignVersion.objects.filter(state=VersionState.DRAFT).first()


def latest_design() -> Design:
    """The draft, else what shoppers see."""
    drawn = draft()
    return from_json(drawn.design) if drawn else published_design()


def versions() -> list[DesignVersion]:
    """What was published, newest first; the first one is what shoppers see."""
    return list(DesignVersion.objects.filter(state=VersionState.SHOWN).order_by("-pk"))


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
