"""What a seller says about the shop's design and texts. Forms read a dict; services check and write."""

import re
from dataclasses import fields, replace
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from storefront.design import DRESS, Design, Section
from storefront.models import Corner, Density, PageKind, Preset, Typeface
from storefront.services.pages import LONGEST_BODY, PageFacts

_AS_THE_PRESET: Final = ("", _("As the preset has it"))
_AN_ID: Final = re.compile(r"^[a-z0-9_]{1,32}$")


class DesignForm(forms.Form):
    """The dress. The front page comes beside it: `section` names the order, `title-<id>` and so on facts."""

    preset = forms.ChoiceField(label=_("Character"), choices=Preset.choices, widget=forms.RadioSelect)
    primary_color = forms.CharField(
        label=_("Main colour"),
        help_text=_("Buttons, links and prices."),
        max_length=7,
        required=False,
    )
    accent_color = forms.CharField(
        label=_("Second colour"),
        help_text=_("Reductions and the announcement bar."),
        max_length=7,
        required=False,
    )
    heading_font = forms.ChoiceField(
        label=_("Headings"), choices=[_AS_THE_PRESET, *Typeface.choices], required=False
    )
    body_font = forms.ChoiceField(
        label=_("Text"), choices=[_AS_THE_PRESET, *Typeface.choices], required=False
    )
    corner = forms.ChoiceField(label=_("Corners"), choices=[_AS_THE_PRESET, *Corner.choices], required=False)
    density = forms.ChoiceField(
        label=_("Spacing"), choices=[_AS_THE_PRESET, *Density.choices], required=False
    )
    announcement = forms.CharField(
        label=_("Announcement bar"),
        help_text=_("One line above every page. Empty: no bar."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 120}),
    )

    @classmethod
    def of(cls, design: Design) -> "DesignForm":
        """The form as it stands for a design."""
        return cls(initial={name: getattr(design, name) for name in DRESS})

    def design(self, known: Design) -> Design:
        """The design that is meant. Call it on a valid form only.

        known   the design the form was made from; a section that is not named (a form left open while another
                one was added) stays where it is
        """
        dress = {name: self.cleaned_data[name] for name in DRESS if name in self.cleaned_data}
        return replace(known, **dress, sections=self._sections(known))

    def _sections(self, known: Design) -> tuple[Section, ...]:
        named = dict.fromkeys(self.data.getlist("section"))  # type: ignore[attr-defined]
        listed = [found for section_id in named if (found := known.section(section_id))]
        rest = [each for each in known.sections if each.id not in named]
        return (*(self._read(each) for each in listed), *rest)

    def _read(self, section: Section) -> Section:
        told = self.data
        chosen = told.getlist(f"products-{section.id}")  # type: ignore[attr-defined]
        category = told.get(f"category-{section.id}", "")
        return replace(
            section,
            title=told.get(f"title-{section.id}", ""),
            text=told.get(f"text-{section.id}", ""),
            category_id=category if _AN_ID.match(category) else "",
            product_ids=tuple(each for each in chosen if _AN_ID.match(each)),
            is_shown=f"shown-{section.id}" in told,
        )


class PageForm(forms.Form):
    """A text of the store."""

    title = forms.CharField(label=_("Title"), max_length=80)
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("An empty line begins a paragraph. ## begins a heading, - an entry of a list."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=PageKind.choices,
        help_text=_("A contact page also shows the phone, e-mail and address of your settings."),
    )
    is_published = forms.BooleanField(
        label=_("Shown to shoppers"),
        help_text=_("A hidden page has no address and stands in no menu."),
        required=False,
    )

    @classmethod
    def of(cls, page: Any) -> "PageForm":
        """The form as it stands for a page."""
        return cls(initial={field.name: getattr(page, field.name) for field in fields(PageFacts)})

    def facts(self) -> PageFacts:
        """What the page shall say. Call it on a valid form only."""
        return PageFacts(**self.cleaned_data)
