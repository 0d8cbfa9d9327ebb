"""Every component on one page, for development: the place to look before making another one."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from config import gallery_samples
from config.context import Entry, Navigation
from tenants.permissions import public

STORE = {"name": "Kopi Senja"}
PRESETS = ("pasar", "galeri", "bersih")
STOREFRONT_PARTS = frozenset(
    {
        "address",
        "buy_bar",
        "countdown",
        "gallery",
        "image",
        "pagination",
        "price",
        "product_card",
        "variant_picker",
    }
)

# Their inline styles are for mail programs; the policy of a page refuses them.
MAIL_PARTS = frozenset({"email/button", "email/facts", "email/lines", "email/paragraph"})


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One component and what its samples look like."""

    name: str
    drawn: list[SafeString]


def exhibits() -> list[Exhibit]:
    """Draw every component from its samples alone, as an `include ... only` would."""
    return [
        Exhibit(name, [SafeString(render_to_string(f"components/{name}.html", one)) for one in sets])
        for name, sets in sorted(gallery_samples.samples().items())
    ]


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the dashboard's components, or with `?preset=` a storefront dressed in that preset."""
    preset = request.GET.get("preset", "")
    if preset in PRESETS:
        return render(request, "components/_gallery_storefront.html", _storefront(preset))
    shown = [exhibit for exhibit in exhibits() if exhibit.name not in STOREFRONT_PARTS | MAIL_PARTS]
    return render(
        request,
        "components/_gallery.html",
        {"exhibits": shown, "presets": PRESETS, "nav": _menu(), "store": STORE},
    )


def _menu() -> Navigation:
    primary = (("Home", "house"), ("Orders", "shopping-bag"), ("Products", "tag"), ("Stock", "boxes"))
    more = (
        ("Customers", "users"),
        ("Payments", "credit-card"),
        ("Shipping", "truck"),
        ("Settings", "settings"),
    )
    return Navigation(
        primary=tuple(_entry(label, icon, active=label == "Home") for label, icon in primary),
        more=tuple(_entry(label, icon) for label, icon in more),
        account=(_entry("Sign out", "log-out", post=True),),
    )


def _entry(label: str, icon: str, **told: bool) -> Entry:
    return Entry(label, "#", icon, label.lower(), count=12 if label == "Orders" else 0, **told)


def _storefront(preset: str) -> dict[str, Any]:
    samples = gallery_samples.samples()
    return {
        "store": STORE,
        "theme": {"preset": preset, "announcement": "Gratis ongkir ke seluruh Jawa mulai Rp200.000"},
        "menu": [{"label": label, "url": "#"} for label in ("Kopi", "Cangkir", "Kain", "Hadiah")],
        "footer_menu": [{"label": label, "url": "#"} for label in ("Cara pesan", "Pengembalian", "Privasi")],
        "contact": {"whatsapp_url": "#", "phone": "+62 812-3456-7890", "address": "Jl. Braga 12, Bandung"},
        "languages": [
            {"code": "id", "label": "Bahasa Indonesia", "url": "#", "active": True},
            {"code": "en", "label": "English", "url": "#"},
        ],
        "products": [one["product"] for one in samples["product_card"]],
        "pictures": [gallery_samples.picture(hue) for hue in ("10", "215", "40")],
        "hero": gallery_samples.picture("28", 1600, 900),
        "picker": samples["variant_picker"][0],
        "sums": samples["key_values"][0]["rows"],
        "address": samples["address"][0]["address"],
        "countdown": samples["countdown"][0],
        "pages": samples["pagination"][0]["pages"],
    }
