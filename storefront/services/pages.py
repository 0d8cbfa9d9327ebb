"""The texts a store publishes: written, ordered, hidden, removed. Never HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.catalog import texts
from core.kernel import audit, ids
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from storefront.models import Page, PageKind
from tenants.permissions import Actor

MOST_PAGES: Final = 40
LONGEST_BODY: Final = 20_000


class TooManyPages(CommerceError):
    code = "too_many_pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What a page says. `## ` opens a heading, `- ` a list entry, an empty line a paragraph."""

    title: str
    body: str = ""
    kind: str = PageKind.TEXT
    is_published: bool = True


@transaction.atomic
def create_page(*, facts: PageFacts, actor: Actor) -> Page:
    """Add a page at the end of the menu. Its address comes from its title and stays.

    Raises   InvalidInput, TooManyPages
    Locks    every page, so that two new ones get different addresses
    """
    rows = lock_pages()
    if len(rows) >= MOST_PAGES:
        raise TooManyPages(_("A store has at most %(most)s pages.") % {"most": MOST_PAGES})
    told = _checked(facts)
    last = Page.objects.aggregate(last=Max("position"))["last"]
    page = Page.objects.create(
        public_id=ids.new_id("pag"),
        slug=_free_slug(told.title, {row.slug for row in rows}),
        position=0 if last is None else last + 1,
        **_columns(told),
    )
    _tell(page, actor, "page.created")
    return page


@transaction.atomic
def edit_page(*, public_id: str, facts: PageFacts, actor: Actor) -> Page:
    """Change what a page says; its address stays. Raises NotFound, InvalidInput."""
    page = _page(public_id)
    for name, value in _columns(_checked(facts)).items():
        setattr(page, name, value)
    page.save()
    _tell(page, actor, "page.edited")
    return page


@transaction.atomic
def remove_page(*, public_id: str, actor: Actor) -> str:
    """Remove a page for good. Returns its title. Raises NotFound."""
    page = _page(public_id)
    _tell(page, actor, "page.removed")
    page.delete()
    return page.title


@transaction.atomic
def order_pages(*, order: Sequence[str], actor: Actor) -> list[Page]:
    """Put the menu into this order; pages not named follow as they stood. Unknown ids are refused.

    Locks    every page
    """
    rows = {row.public_id: row for row in lock_pages()}
    if unknown := [public_id for public_id in order if public_id not in rows]:
        raise InvalidInput(_("There is no such page."), unknown[0])
    listed = [rows.pop(public_id) for public_id in dict.fromkeys(order)]
    ordered = [*listed, *rows.values()]
    for position, row in enumerate(ordered):
        row.position = position
    Page.objects.bulk_update(ordered, ["position"])
    audit.write(actor=actor, action="page.ordered", subject="page", subject_id="")
    return ordered


def lock_pages() -> list[Page]:
    """Every page in order, locked until the caller commits."""
    return list(Page.objects.select_for_update().order_by("position", "pk"))


def _page(public_id: str) -> Page:
    found = Page.objects.select_for_update().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such page."))
    return found


def _checked(facts: PageFacts) -> PageFacts:
    if facts.kind not in PageKind.values:
        raise InvalidInput(_("Choose one from the list."), "kind")
    return PageFacts(
        title=texts.line(facts.title, most=80, field="title", required=True),
        body=texts.paragraphs(facts.body, most=LONGEST_BODY, field="body"),
        kind=facts.kind,
        is_published=facts.is_published,
    )


def _columns(facts: PageFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in ("title", "body", "kind", "is_published")}


def _free_slug(title: str, taken: set[str]) -> str:
    wanted = texts.slug_of(title, most=50) or "halaman"
    if wanted not in taken:
        return wanted
    return next(each for number in range(2, 1000) if (each := f"{wanted}-{number}") not in taken)


def _tell(page: Page, actor: Actor, action: str) -> None:
    audit.write(
        actor=actor, action=action, subject="page", subject_id=page.public_id, changes={"title": page.title}
    )
