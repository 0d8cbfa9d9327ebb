"""A store's whole design as one value: it can be drafted, shown to the seller, published and taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from core.catalog import texts
from core.kernel.errors import InvalidInput
from storefront import palette
from storefront.models import Corner, Density, HomeSection, Preset, SectionKind, Theme, Typeface

MOST_SECTIONS: Final = 12
MOST_PRODUCTS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One block of the front page; see HomeSection."""

    id: str
    kind: str
    title: str = ""
    text: str = ""
    category_id: str = ""
    product_ids: tuple[str, ...] = ()
    is_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Dress and front page. An empty choice means: as the preset has it; `logo` is a path below /media/."""

    preset: str = Preset.PASAR
    primary_color: str = ""
    accent_color: str = ""
    body_font: str = ""
    heading_font: str = ""
    corner: str = ""
    density: str = ""
    announcement: str = ""
    logo: str = ""
    logo_width: int = 0
    logo_height: int = 0
    sections: tuple[Section, ...] = ()

    def section(self, section_id: str) -> Section | None:
        """The section with that id."""
        return next((each for each in self.sections if each.id == section_id), None)


DRESS: Final = tuple(field.name for field in fields(Design) if field.name != "sections")
_CHOICES: Final = {
    "preset": Preset,
    "body_font": Typeface,
    "heading_font": Typeface,
    "corner": Corner,
    "density": Density,
}


def of_rows(theme: Theme, sections: Iterable[HomeSection]) -> Design:
    """The design that is stored in these rows."""
    return Design(
        **{name: getattr(theme, name) for name in DRESS},
        sections=tuple(
            Section(
                id=row.public_id,
                kind=row.kind,
                title=row.title,
                text=row.text,
                category_id=row.category_public_id,
                product_ids=tuple(row.product_public_ids),
                is_shown=row.is_shown,
            )
            for row in sections
        ),
    )


def theme_of(design: Design) -> Theme:
    """The row of its dress, not saved."""
    return Theme(pk=1, **{name: getattr(design, name) for name in DRESS})


def sections_of(design: Design) -> list[HomeSection]:
    """The rows of its front page in order, not saved."""
    return [
        HomeSection(
            public_id=each.id,
            kind=each.kind,
            title=each.title,
            text=each.text,
            category_public_id=each.category_id,
            product_public_ids=list(each.product_ids),
            is_shown=each.is_shown,
            position=position,
        )
        for position, each in enumerate(design.sections)
    ]


def as_json(design: Design) -> dict[str, Any]:
    """The design as plain values."""
    return asdict(design)


def from_json(told: Mapping[str, Any]) -> Design:
    """The design that `as_json` wrote. What a later version added is left out, what it lacked is default."""
    ours = {name: told[name] for name in DRESS if name in told}
    known = {field.name for field in fields(Section)}
    sections = ({name: value for name, value in each.items() if name in known} for each in told["sections"])
    return Design(
        **ours,
        sections=tuple(
            Section(**{**each, "product_ids": tuple(each.get("product_ids", ()))}) for each in sections
        ),
    )


def checked(design: Design) -> Design:
    """The same design, cleaned. Raises InvalidInput for the first thing that could not be shown."""
    for name, choices in _CHOICES.items():
        told = getattr(design, name)
        if told not in choices.values and (told or name == "preset"):
            raise InvalidInput(_("Choose one from the list."), name)
    if len(design.sections) > MOST_SECTIONS:
        message = _("A front page has at most %(most)s sections.") % {"most": MOST_SECTIONS}
        raise InvalidInput(message, "sections")
    if len({each.id for each in design.sections}) < len(design.sections):
        raise InvalidInput(_("A section is named twice."), "sections")
    return replace(
        design,
        primary_color=palette.checked(design.primary_color, field="primary_color", reads_on_white=True),
        accent_color=palette.checked(design.accent_color, field="accent_color", reads_on_white=False),
        announcement=texts.line(design.announcement, most=120, field="announcement"),
        sections=tuple(_checked_section(each) for each in design.sections),
    )


def _checked_section(section: Section) -> Section:
    if section.kind not in SectionKind.values:
        raise InvalidInput(_("Choose one from the list."), f"kind-{section.id}")
    if len(section.product_ids) > MOST_PRODUCTS:
        message = _("Choose at most %(most)s products.") % {"most": MOST_PRODUCTS}
        raise InvalidInput(message, f"products-{section.id}")
    return replace(
        section,
        title=texts.line(section.title, most=80, field=f"title-{section.id}"),
        text=texts.paragraphs(section.text, most=400, field=f"text-{section.id}"),
        product_ids=tuple(dict.fromkeys(section.product_ids)),
    )
