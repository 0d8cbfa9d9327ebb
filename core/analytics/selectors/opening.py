"""The way from an empty store to its first sale."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core.analytics.places import address
from core.catalog.models import Product, ProductStatus
from core.inventory.models import StockItem
from core.kernel.models import StoreProfile
from core.payments.models import BankAccount, MethodCode, PaymentMethod
from core.shipping.models import ShippingMethod
from tenants.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class Step:
    """One step of opening a store. `post` is an address to which the button posts, instead of a link."""

    code: str
    title: str
    text: str
    url: str
    action: str
    done: bool
    next: bool = False
    post: str = ""


def opening_steps(shop: StoreProfile, actor: Actor) -> list[Step]:
    """What a store needs before its first sale, with the next open step marked.

    A step that the actor's role does not allow has no button.
    """
    steps = [_step(actor, shop, *row) for row in _rows()]
    first_open = next((step.code for step in steps if not step.done), "")
    return [replace(step, next=step.code == first_open) for step in steps]


_Test = Callable[[StoreProfile], bool]
_Row = tuple[str, Any, Any, Any, str, Permission, _Test]


def _step(
    actor: Actor,
    shop: StoreProfile,
    code: str,
    *told: Any,
) -> Step:
    title, text, action, route, permission, is_done = told
    url = address(route) if actor.may(permission) else ""
    post = url if code == "look" else ""
    return Step(code, title, text, url, action, is_done(shop), post=post)


def _rows() -> list[_Row]:
    return [*_things_to_sell(), *_ways_to_sell(), *_people_to_sell_to()]


def _things_to_sell() -> list[_Row]:
    return [
        (
            "profile",
            _("Say who you are"),
            _("A phone number and an address, so that shoppers know whom they buy from."),
            _("Fill in"),
            "settings:profile",
            Permission.EDIT_SETTINGS,
            lambda shop: bool((shop.phone or shop.whatsapp_phone) and shop.region_code),
        ),
        (
            "product",
            _("Add your first product"),
            _("A photo, a name and a price are enough."),
            _("Add product"),
            "catalog:new",
            Permission.EDIT_PRODUCTS,
            lambda _shop: Product.objects.filter(status=ProductStatus.ACTIVE).exists(),
        ),
        (
            "stock",
            _("Count your stock"),
            _("Shoppers can buy what you have on hand."),
            _("Open stock"),
            "inventory:stock",
            Permission.ADJUST_STOCK,
            lambda _shop: StockItem.objects.filter(on_hand__gt=0).exists(),
        ),
    ]


def _ways_to_sell() -> list[_Row]:
    return [
        (
            "payment",
            _("Choose how you get paid"),
            _("Cash on delivery is on. Add your bank account or Midtrans."),
            _("Set up payments"),
            "payments:methods",
            Permission.EDIT_PAYMENT_SETTINGS,
            lambda _shop: _is_payable(),
        ),
        (
            "shipping",
            _("Say how you ship"),
            _("One price for all of Indonesia is set. Look whether it suits you."),
            _("Set up shipping"),
            "shipping:methods",
            Permission.EDIT_SETTINGS,
            lambda _shop: ShippingMethod.objects.filter(is_active=True).exists(),
        ),
    ]


def _people_to_sell_to() -> list[_Row]:
    return [
        (
            "look",
            _("Look at your shop"),
            _("See it as your shoppers do, on your phone too."),
            _("Open the shop"),
            "dashboard:look",
            Permission.VIEW_HOME,
            lambda shop: shop.looked_at is not None,
        ),
        (
            "share",
            _("Share your store"),
            _("WhatsApp, Instagram or a QR code at your counter."),
            _("Share"),
            "dashboard:share",
            Permission.VIEW_HOME,
            lambda shop: shop.shared_at is not None,
        ),
    ]


def _is_payable() -> bool:
    """Whether a shopper can pay: a bank transfer needs an account to go to."""
    is_transfer = Q(code=MethodCode.MANUAL_TRANSFER)
    rows = PaymentMethod.objects.filter(is_enabled=True)
    return rows.exclude(is_transfer).exists() or (
        rows.filter(is_transfer).exists() and BankAccount.objects.exists()
    )
