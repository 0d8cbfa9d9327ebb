"""Shapes of the design API."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self

from ninja import Schema
from pydantic import Field, StringConstraints

from core.kernel import ids
from core.kernel.schemas import PublicId, StrictSchema
from storefront.design import DRESS, MOST_PRODUCTS, MOST_SECTIONS, Design, Section
from storefront.models import Corner, Density, Page, PageKind, Preset, SectionKind, Typeface
from storefront.services import PageFacts
from storefront.services.pages import LONGEST_BODY

Color = Annotated[str, StringConstraints(pattern=r"^(#[0-9A-Fa-f]{6})?$")]
Title = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
Text = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")]
_AS_THE_PRESET = "As the preset has it: an empty text."


class SectionIn(StrictSchema):
    """A section of the front page. Without an id it is a new one."""

    id: PublicId | None = None
    kind: SectionKind
    title: Title = ""
    text: Text = ""
    category_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{0,32}$")] = ""
    product_ids: Annotated[list[PublicId], Field(max_length=MOST_PRODUCTS)] = []
    is_shown: bool = True

    def section(self) -> Section:
        """The same for the services."""
        told = self.model_dump(exclude={"id", "product_ids"})
        return Section(**told, id=self.id or ids.new_id("sec"), product_ids=tuple(self.product_ids))


class ThemeIn(StrictSchema):
    """What shall change; fields left out stay. `sections` replaces the whole front page."""

    preset: Preset | None = None
    primary_color: Color | None = Field(default=None, description=_AS_THE_PRESET)
    accent_color: Color | None = Field(default=None, description=_AS_THE_PRESET)
    body_font: Typeface | None = None
    heading_font: Typeface | None = None
    corner: Corner | None = None
    density: Density | None = None
    announcement: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")] | None = None
    sections: Annotated[list[SectionIn], Field(max_length=MOST_SECTIONS)] | None = None

    def applied(self, design: Design) -> Design:
        """The design with these changes. null in a choice means: as the preset has it."""
        told = self.model_dump(exclude_unset=True, exclude={"sections"})
        dress: dict[str, Any] = {name: value or "" for name, value in told.items()}
        changed = replace(design, **dress)
        if self.sections is None:
            return changed
        return replace(changed, sections=tuple(each.section() for each in self.sections))


class SectionOut(Schema):
    """A section of the front page."""

    id: str
    kind: SectionKind
    title: str
    text: str
    category_id: str
    product_ids: list[str]
    is_shown: bool


class ThemeOut(Schema):
    """A design: dress and front page. An empty choice means: as the preset has it."""

    preset: Preset
    primary_color: str
    accent_color: str
    body_font: str
    heading_font: str
    corner: str
    density: str
    announcement: str
    logo: str
    logo_width: int
    logo_height: int
    sections: list[SectionOut]

    @classmethod
    def of(cls, design: Design) -> Self:
        dress = {name: getattr(design, name) for name in DRESS}
        return cls(
            **{**dress, "logo": f"/media/{design.logo}" if design.logo else ""},
            sections=[
                SectionOut(**{name: getattr(each, name) for name in SectionOut.model_fields})
                for each in design.sections
            ],
        )


class VersionOut(Schema):
    """A design that was published."""

    published_at: datetime
    by: str


class VersionsOut(Schema):
    """What was published, newest first; the first one is what shoppers see."""

    items: list[VersionOut]
    next: str | None = None


class PreviewOut(Schema):
    """Where the draft can be seen, for twelve hours."""

    url: str


class PageEdit(StrictSchema):
    """What shall change; fields left out stay."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")] | None = None
    body: Annotated[str, StringConstraints(max_length=LONGEST_BODY, pattern=r"^[^\x00]*$")] | None = None
    kind: PageKind | None = None
    is_published: bool | None = None

    def facts(self, page: Page) -> PageFacts:
        """What the page says with these changes."""
        told: dict[str, Any] = self.model_dump(exclude_none=True)
        names = ("title", "body", "kind", "is_published")
        return PageFacts(**{name: told.get(name, getattr(page, name)) for name in names})


class PageIn(StrictSchema):
    """A new page. `## ` opens a heading, `- ` a list entry, an empty line a paragraph; never HTML."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
    body: Annotated[str, StringConstraints(max_length=LONGEST_BODY, pattern=r"^[^\x00]*$")] = ""
    kind: PageKind = PageKind.TEXT
    is_published: bool = True


class PageOut(Schema):
    """A text of the shop. Its address is made from its first title and stays."""

    id: str
    slug: str
    url: str
    title: str
    body: str
    kind: PageKind
    is_published: bool
    position: int
    changed_at: datetime

    @classmethod
    def of(cls, page: Page) -> Self:
        names = ("slug", "title", "body", "kind", "is_published", "position", "changed_at")
        return cls(
            id=page.public_id, url=f"/pages/{page.slug}/", **{name: getattr(page, name) for name in names}
        )


class PagesOut(Schema):
    """Every page in the order of the menu."""

    items: list[PageOut]
    next: str | None = None

    @classmethod
    def of(cls, pages: Iterable[Page]) -> Self:
        return cls(items=[PageOut.of(page) for page in pages])


class PageOrder(StrictSchema):
    """Ids in the order they shall have; pages left out follow as they stood."""

    page_ids: Annotated[list[PublicId], Field(max_length=100)]
