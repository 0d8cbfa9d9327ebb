"""What may be asked on the platform's own pages. Forms validate; services write."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants import slugs
from tenants.models import User
from tenants.slugs import SlugRefused


class StoreForm(forms.Form):
    """A store's name, and its address: proposed from the name when left empty."""

    store_name = forms.CharField(
        label=_("Store name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = forms.CharField(label=_("Store address"), max_length=40, required=False)

    def clean_slug(self) -> str:
        """The address as typed; empty means: make one from the name."""
        typed = str(self.cleaned_data["slug"]).strip().lower()
        if not typed:
            return ""
        try:
            slug = slugs.check(typed)
        except SlugRefused as refusal:
            raise ValidationError(refusal.message) from refusal
        if not slugs.is_free(slug):
            raise ValidationError(_("This address is already taken. Choose another one."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Fill in the address."""
        cleaned = super().clean() or {}
        if cleaned.get("slug") == "" and cleaned.get("store_name"):
            cleaned["slug"] = slugs.propose(cleaned["store_name"])
        return cleaned


class SignUpForm(StoreForm):
    """Three fields to a store."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters. Three or four words in a row work well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )
    field_order = ("email", "password", "store_name", "slug")

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, with the person's own words in view."""
        cleaned = super().clean()
        if cleaned.get("password"):
            person = User(email=cleaned.get("email", ""), name=cleaned.get("store_name", ""))
            try:
                validate_password(cleaned["password"], person)
            except ValidationError as weak:
                self.add_error("password", weak)
        return cleaned
