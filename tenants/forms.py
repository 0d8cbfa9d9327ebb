"""What may be asked on the platform's own pages. Forms validate; services write."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants import roles, slugs
from tenants.models import User
from tenants.permissions import Actor
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


class RoleForm(forms.Form):
    """Which role somebody is to have, out of those that the actor may give."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, choices=[])

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = roles.choices_for(actor)
        self.fields["role"].choices = [(role, label) for role, label, _words in choices]  # type: ignore[attr-defined]
        self.words = {role: words for role, _label, words in choices}

    def role_choices(self) -> list[dict[str, Any]]:
        """The roles as the page shows them: name, what it may do, and whether it is the chosen one."""
        chosen = self["role"].value()
        return [
            {"value": role, "label": label, "help": self.words[role], "checked": role == chosen}
            for role, label in self.fields["role"].choices  # type: ignore[attr-defined]
        ]


class InvitationForm(RoleForm):
    """Whom to ask, and for which role."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        help_text=_("The invitation works for this address only, once, within 7 days."),
    )
    field_order = ("email", "role")


class JoinForm(forms.Form):
    """What an invited person without an account tells."""

    name = forms.CharField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters. Three or four words in a row work well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """Hold the password against the rules, with the person's own words in view."""
        password = str(self.cleaned_data["password"])
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class AccountForm(forms.Form):
    """What a person may change about themselves at once."""

    name = forms.CharField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language of mails to you"), choices=settings.LANGUAGES)


class TypedAddressForm(forms.Form):
    """The store's own address, typed by hand: so that nobody does by mistake what cannot be taken back."""

    address = forms.CharField(
        label=_("Address of the store"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, slug: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug = slug
        asked = _("Type %(slug)s to say that you mean this store.")
        self.fields["address"].help_text = asked % {"slug": slug}

    def clean_address(self) -> str:
        """Refuse any other address."""
        typed = str(self.cleaned_data["address"]).strip().lower()
        if typed != self.slug:
            raise ValidationError(_("Type %(slug)s, exactly so.") % {"slug": self.slug})
        return typed
