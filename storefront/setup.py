"""What a new store needs before its first shopper comes: a dress, a front page, and texts."""

from core.kernel.ids import new_id
from storefront.models import HomeSection, Page, SectionKind, Theme
from storefront.starting_pages import STARTING_PAGES
from tenants.models import Store

_SECTIONS = (
    (SectionKind.HERO, "", ""),
    (SectionKind.CATEGORIES, "", ""),
    (SectionKind.NEWEST, "", ""),
)


def prepare(store: Store) -> None:
    """Make the theme, the home sections and the pages. Safe to run twice: what exists stays as it is."""
    if not Theme.objects.exists():
        Theme.objects.bulk_create([Theme(pk=1)])
        HomeSection.objects.bulk_create(
            HomeSection(public_id=new_id("sec"), kind=kind, title=title, text=text, position=position)
            for position, (kind, title, text) in enumerate(_SECTIONS)
        )
    Page.objects.bulk_create(
        [
            Page(
                public_id=new_id("pag"),
                slug=page.slug,
                title=page.title,
                kind=page.kind,
                body=page.body.replace("{store}", store.name),
                position=position,
            )
            for position, page in enumerate(STARTING_PAGES)
        ],
        ignore_conflicts=True,
    )
