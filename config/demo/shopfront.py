"""Sets a demo store up as its owner would: who they are, where goods lie, how it ships and is paid."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from config.demo.people import DemoPlace, DemoStore
from core.inventory import selectors as stock
from core.inventory import services as inventory
from core.kernel import phones, profile, regions
from core.payments import services as payments
from core.shipping import selectors as shipping_methods
from core.shipping import services as shipping
from core.shipping.services import RateRow
from storefront import selectors as storefront_selectors
from storefront import services as storefront
from tenants.permissions import SYSTEM

# What a parcel costs per kilogram, by province; "" is everywhere else.
_RATES: Final = {
    "31": 10_000, "32": 11_000, "36": 12_000, "33": 14_000, "34": 14_000, "35": 17_000, "51": 22_000,
    "18": 21_000, "16": 25_000, "12": 32_000, "13": 30_000, "14": 31_000, "73": 34_000, "64": 38_000,
    "": 46_000,
}  # fmt: skip
_PARTNER_KEY: Final = "SB-Mid-server-demo-{slug}"


def furnish(store: DemoStore, *, now: datetime) -> None:
    """Fill in everything a seller is asked for before the first sale."""
    main, second = store.places
    _say_who_we_are(store, main)
    _open_places(main, second)
    _choose_shipping(store)
    _choose_payment(store)
    _dress(store, now)


def _say_who_we_are(store: DemoStore, main: DemoPlace) -> None:
    region = regions.find(main.village_code)
    profile.edit(
        changes={
            "legal_name": store.name,
            "email": store.email,
            "phone": phones.normalise(store.phone),
            "whatsapp_phone": phones.normalise(store.phone),
            "address_line": main.street,
            "region_code": main.village_code,
            "postcode": region.postcode if region else "",
        },
        actor=SYSTEM,
    )


def _open_places(main: DemoPlace, second: DemoPlace) -> None:
    inventory.update_location(
        public_id=stock.default_location().public_id, changes=_facts(main), actor=SYSTEM
    )
    inventory.create_location(name=second.name, code="DUA", facts=_facts(second), actor=SYSTEM)


def _facts(place: DemoPlace) -> dict[str, object]:
    region = regions.find(place.village_code)
    return {
        "name": place.name,
        "address_line": place.street,
        "region_code": place.village_code,
        "postcode": region.postcode if region else "",
        "allows_pickup": True,
    }


def _choose_shipping(store: DemoStore) -> None:
    for method in shipping_methods.methods():
        if method.is_pickup:
            changes = {"is_active": True, "location_id": stock.default_location().pk}
            shipping.update_method(public_id=method.public_id, changes=changes, actor=SYSTEM)
        else:
            shipping.delete_method(public_id=method.public_id, actor=SYSTEM)
    regular = shipping.create_method(
        name="Reguler",
        kind="TABLE",
        terms={"min_days": 2, "max_days": 5, "free_over_amount": store.free_shipping_from_amount},
        actor=SYSTEM,
    )
    rows = [RateRow(province, None, 0, per_kilo) for province, per_kilo in _RATES.items()]
    shipping.set_rates(public_id=regular.public_id, rows=rows, actor=SYSTEM)
    shipping.create_method(
        name="Kilat", kind="FLAT", terms={"amount": 48_000, "min_days": 1, "max_days": 2}, actor=SYSTEM
    )


def _choose_payment(store: DemoStore) -> None:
    for bank, number, holder in store.bank_accounts:
        payments.add_bank_account(bank=bank, number=number, holder=holder, actor=SYSTEM)
    payments.edit_method(code="MANUAL_TRANSFER", changes={"is_enabled": True}, actor=SYSTEM)


def _dress(store: DemoStore, now: datetime) -> None:
    design = replace(
        storefront_selectors.latest_design(), preset=store.preset.upper(), announcement=store.tagline
    )
    sections = [
        replace(section, text=store.about) if section.kind == "HERO" else section
        for section in design.sections
    ]
    storefront.save_draft(design=replace(design, sections=tuple(sections)), now=now, actor=SYSTEM)
    storefront.publish(now=now, actor=SYSTEM)


def connect_gateway(store: DemoStore) -> None:
    """Give the store an account at the fake gateway, which must be running. Call it outside a transaction."""
    payments.connect_gateway(
        code="MIDTRANS",
        credentials={"server_key": _PARTNER_KEY.format(slug=store.slug)},
        is_live=False,
        actor=SYSTEM,
    )
