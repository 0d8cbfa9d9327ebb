"""What sellers fill in about products, checked before a service hears of it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.catalog.models import Brand, Category, Option, Product, ProductStatus, Variant
from core.kernel.errors import InvalidInput
from core.kernel.fields import RupiahField

MOST_OPTIONS: Final = 6
_PUBLIC_ID: Final = re.compile(r"[a-z0-9_]{1,32}")
_ROW_FIELDS: Final = (
    "sku",
    "barcode",
    "price_amount",
    "compare_at_amount",
    "cost_amount",
    "weight_grams",
    "length_mm",
    "width_mm",
    "height_mm",
)
_FACTS: Final = (
    "title",
    "description",
    "category",
    "brand",
    "tags",
    "seo_title",
    "seo_description",
    "status",
)


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files; the catalogue's services look into them."""

    def __init__(self, **kwargs: Any) -> None:
        widget = ManyFilesInput(attrs={"accept": "image/*", "multiple": True})
        super().__init__(**{"widget": widget, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [file for file in files if file]


class TagsField(forms.Field):
    """Tags with commas between them."""

    widget = forms.TextInput(attrs={"maxlength": 2_100, "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [word.strip() for word in str(value or "").split(",") if word.strip()]


def _number(label: Any, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "min": 0})
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False, widget=widget)


class ProductForm(forms.Form):
    """A product with the fields of its only variant; one that comes in options hides those."""

    title = forms.CharField(label=_("Title"), max_length=150)
    description = forms.CharField(
        label=_("Description"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Material, size, care, what is in the box. Leave a line empty to start a paragraph."),
    )
    price_amount = RupiahField(label=_("Price"), required=False)
    compare_at_amount = RupiahField(
        label=_("Price before discount"),
        required=False,
        help_text=_("Shown struck through when it is higher."),
    )
    cost_amount = RupiahField(
        label=_("Cost"), required=False, help_text=_("What you pay for one. Shoppers never see it.")
    )
    sku = forms.CharField(
        label=_("SKU"), max_length=64, required=False, help_text=_("Your own code. Left empty, we make one.")
    )
    barcode = forms.CharField(label=_("Barcode"), max_length=40, required=False)
    weight_grams = _number(_("Weight"), 5_000_000)
    length_mm = _number(_("Length"), 50_000)
    width_mm = _number(_("Width"), 50_000)
    height_mm = _number(_("Height"), 50_000)
    status = forms.ChoiceField(label=_("Status"), choices=ProductStatus.choices)
    publish_at = forms.DateTimeField(
        label=_("Publish at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("A draft goes on sale by itself at this moment."),
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    brand = forms.CharField(
        label=_("Brand"), max_length=80, required=False, widget=forms.TextInput(attrs={"list": "brand-names"})
    )
    tags = TagsField(label=_("Tags"), required=False, help_text=_("With commas between them: promo, gift."))
    slug = forms.CharField(label=_("Address"), max_length=160, required=False)
    seo_title = forms.CharField(label=_("Title in search results"), max_length=150, required=False)
    seo_description = forms.CharField(
        label=_("Description in search results"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    photos = PhotosField(label=_("Photos"), required=False)
    seen_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        categories: Sequence[Category],
        sees_costs: bool,
        product: Product | None = None,
        only: Variant | None = None,
    ) -> None:
        super().__init__(data, files, initial=_initial(product, only))
        self.product, self.only = product, only
        shelves = [(row.public_id, f"{'– ' * row.depth}{row.name}") for row in categories]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("None")), *shelves]  # type: ignore[attr-defined]
        hidden = () if sees_costs else ("cost_amount",)
        if product is None:
            hidden = (*hidden, "slug", "seen_at")
        else:
            hidden = (*hidden, "photos")
            if only is None:
                hidden = (*hidden, *_ROW_FIELDS)
        for name in dict.fromkeys(hidden):
            del self.fields[name]

    @property
    def facts(self) -> dict[str, Any]:
        """What the form says about the product."""
        told = {name: self.cleaned_data[name] for name in _FACTS}
        told["publish_at"] = self.cleaned_data["publish_at"]
        if self.cleaned_data.get("slug"):
            told["slug"] = self.cleaned_data["slug"]
        return told

    @property
    def row(self) -> Any:
        """What the form says about the only variant. An emptied SKU stays as it is."""
        told: dict[str, Any] = {name: self.cleaned_data[name] for name in _ROW_FIELDS if name in self.fields}
        if not told:
            return {}
        for name in ("price_amount", "weight_grams", "length_mm", "width_mm", "height_mm"):
            told[name] = told[name] or 0
        if not told["sku"]:
            del told["sku"]
        return told

    def clean_seen_at(self) -> datetime | None:
        """The moment whose state the person was looking at; nonsense counts as long ago."""
        text = self.cleaned_data["seen_at"]
        if not text:
            return None
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return datetime.fromtimestamp(0, timezone.get_current_timezone())

    def refuse(self, field: str, message: str) -> None:
        """Put a service's refusal beside its field, or on top when the form does not show it."""
        self.add_error(field if field in self.fields else None, message)


def _initial(product: Product | None, only: Variant | None) -> dict[str, Any]:
    if product is None:
        return {"status": ProductStatus.ACTIVE}
    told: dict[str, Any] = {name: getattr(product, name) for name in _FACTS}
    told |= {
        "category": product.category.public_id if product.category else "",
        "brand": product.brand.name if product.brand else "",
        "publish_at": product.publish_at,
        "slug": product.slug,
        "seen_at": product.updated_at.isoformat(),
    }
    if only is not None:
        told |= {name: getattr(only, name) for name in _ROW_FIELDS}
        for name in ("price_amount", "weight_grams", "length_mm", "width_mm", "height_mm"):
            told[name] = told[name] or None
    return told


class FilterForm(forms.Form):
    """How the product list is narrowed, as it stands in the address."""

    q = forms.CharField(max_length=100, required=False)
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Any")), *ProductStatus.choices], required=False
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    brand = forms.ChoiceField(label=_("Brand"), required=False)
    tag = forms.CharField(label=_("Tag"), max_length=40, required=False)
    stock = forms.ChoiceField(
        label=_("Stock"),
        choices=[("", _("Any")), ("in", _("In stock")), ("out", _("Sold out"))],
        required=False,
    )

    def __init__(
        self, *args: Any, categories: Sequence[Category] = (), brands: Sequence[Brand] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        shelves = [(row.public_id, f"{'– ' * row.depth}{row.name}") for row in categories]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("Any")), *shelves]  # type: ignore[attr-defined]
        makers = [(row.public_id, row.name) for row in brands]
        self.fields["brand"].choices = [("", _("Any")), *makers]  # type: ignore[attr-defined]

    @property
    def known(self) -> dict[str, str]:
        """The filters that say something we know; the others are left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class IdsField(forms.MultipleChoiceField):
    """Public ids of rows that were ticked; ids of nothing are left to the services."""

    def valid_value(self, value: Any) -> bool:
        return _PUBLIC_ID.fullmatch(str(value)) is not None


class BulkForm(forms.Form):
    """Rows that were ticked, and what shall become of them."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("publish", "unpublish", "archive", "tag")])
    selected = IdsField(error_messages={"required": _("Tick at least one product.")})
    tag = forms.CharField(label=_("Tag"), max_length=40, required=False)

    def clean(self) -> None:
        if self.cleaned_data.get("action") == "tag" and not self.cleaned_data.get("tag"):
            self.add_error("tag", _("Type a tag."))


class OptionsForm(forms.Form):
    """What a product comes in: up to six options, the values of each one on a line of its own."""

    def __init__(self, *args: Any, options: Sequence[Option] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at in range(MOST_OPTIONS):
            option = options[at] if at < len(options) else None
            words = [value.value for value in option.values.all()] if option else []
            self.fields[f"name_{at}"] = forms.CharField(
                label=_("Option"), max_length=40, required=False, initial=option.name if option else ""
            )
            self.fields[f"values_{at}"] = forms.CharField(
                label=_("Values"),
                max_length=140_000,
                required=False,
                initial="\n".join(words),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each option."""
        return [(self[f"name_{at}"], self[f"values_{at}"]) for at in range(MOST_OPTIONS)]

    @property
    def choices(self) -> list[tuple[str, list[str]]]:
        """The options as the services take them; rows left empty are left out."""
        return [self._option(at) for at in self._filled()]

    def refuse(self, refusal: InvalidInput) -> None:
        """Put a refusal of `options.1.values` beside the second filled row."""
        _options, at, field = [*refusal.field.split("."), "", ""][:3]
        filled = self._filled()
        if at.isdigit() and int(at) < len(filled):
            part = "name" if field == "name" else "values"
            self.add_error(f"{part}_{filled[int(at)]}", refusal.message)
        else:
            self.add_error(None, refusal.message)

    def _filled(self) -> list[int]:
        return [at for at in range(MOST_OPTIONS) if any(self._option(at))]

    def _option(self, at: int) -> tuple[str, list[str]]:
        lines = self.cleaned_data.get(f"values_{at}", "").splitlines()
        return self.cleaned_data.get(f"name_{at}", ""), [line.strip() for line in lines if line.strip()]


class NameForm(forms.Form):
    """A category's or a brand's name."""

    name = forms.CharField(label=_("Name"), max_length=80)


class CategoryForm(NameForm):
    """A new category, and below which other one it stands."""

    parent = forms.CharField(max_length=32, required=False)


class MoveForm(forms.Form):
    """Where a category shall stand."""

    parent = forms.CharField(max_length=32, required=False)
    position = forms.IntegerField(min_value=0, max_value=10_000)


class SheetForm(forms.Form):
    """A file of products; the service looks into it."""

    file = forms.FileField(
        label=_("CSV or Excel file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )


class ViewForm(forms.Form):
    """Filters to keep under a name."""

    name = forms.CharField(max_length=40)
    query = forms.CharField(max_length=500)
