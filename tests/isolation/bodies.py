"""A valid body for every operation that takes one. `@thing` stands for something of the store (stage.py)."""

from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.catalog import picture_file
from tests.factories.shopping import DAGO
from tests.isolation.places import Things

RP = {"amount": 25_000, "currency": "IDR"}
LATER = "2099-01-01T00:00:00Z"
OPTIONS = {"options": [{"name": "Warna", "values": ["Merah", "Biru", "Hijau"]}]}
SKU = {"sku": "@sku", "location_id": "@location"}
MOVED = {"lines": [{"sku": "@transfer_sku", "quantity": 1}]}

BODIES: dict[str, dict[str, Any]] = {
    "create_product": {
        "title": "Sarung",
        "category_id": "@category",
        "options": [{"name": "Ukuran", "values": ["S"]}],
        "variants": [{"price": RP, "values": ["S"]}],
    },
    "change_products": {"action": "tag", "product_ids": ["@product"], "tag": "promo"},
    "update_product": {"title": "Kemeja Baru", "category_id": "@category"},
    "set_options": OPTIONS,
    "preview_options": OPTIONS,
    "update_variants": {"variants": [{"id": "@variant", "price": RP}]},
    "order_media": {"order": ["@picture"]},
    "describe_media": {"alt_text": "Kemeja merah"},
    "create_category": {"name": "Rak Baru", "parent_id": "@category"},
    "update_category": {"name": "Rak Lain"},
    "create_brand": {"name": "Merek Baru"},
    "rename_brand": {"name": "Merek Lain"},
    "save_product_view": {"name": "Promo", "query": "tag=promo"},
    "adjust_stock": {**SKU, "by": 2, "reason": "Opname"},
    "set_count": {**SKU, "counted": 5},
    "receive_stock": {**SKU, "quantity": 3},
    "set_stock_rules": {**SKU, "safety": 1, "low_stock_threshold": 2},
    "reserve_stock": {**SKU, "quantity": 1, "reference": "pameran"},
    "release_reservation": {"reference": "@reservation"},
    "create_location": {"name": "Gudang Tiga", "code": "GD3"},
    "update_location": {"name": "Gudang Empat"},
    "create_transfer": {"source_id": "@location", "destination_id": "@second_location", **MOVED},
    "edit_transfer": MOVED,
    "receive_transfer": MOVED,
    "update_order": {"staff_note": "Titip satpam", "tags": ["hadiah"]},
    "edit_order_address": {
        "recipient_name": "Dewi",
        "phone": "081234567890",
        "address_line": "Jl. Riau 1",
        "region_code": DAGO,
    },
    "cancel_order": {"reason": "Diminta pembeli"},
    "print_packing_slips": {"order_ids": ["@order"]},
    "save_order_view": {"name": "Belum lunas", "query": "payment=UNPAID"},
    "start_order_action": {"action": "TAG", "order_ids": ["@order"], "tags": ["hadiah"]},
    "confirm_payment": {"accept_difference": False},
    "create_refund": {"amount": RP, "reason": "Barang rusak", "is_by_hand": True},
    "order_payment_methods": {"codes": ["COD", "MIDTRANS", "MANUAL_TRANSFER"]},
    "update_payment_method": {"title": "Transfer bank"},
    "connect_payment_gateway": {"server_key": "SB-Mid-server-x"},
    "add_bank_account": {"bank": "BNI", "number": "9876543210", "holder": "Kopi"},
    "set_payment_terms": {"payment_hours": 12},
    "create_fulfilment": {"courier_name": "JNE", "lines": [{"sku": "@paid_order_line", "quantity": 1}]},
    "edit_waybill": {"courier_name": "SiCepat", "waybill": "SC1"},
    "update_customer": {"name": "Dewi L."},
    "create_shipping_method": {"name": "Kurir", "kind": "FLAT", "amount": RP},
    "order_shipping_methods": {"ids": ["@way_to_ship"]},
    "update_shipping_method": {"name": "Kurir Lain"},
    "set_shipping_rates": {"rates": [{"region_code": "32", "amount": RP}]},
    "update_theme": {"announcement": "Buka"},
    "update_theme_draft": {"sections": [{"kind": "PRODUCTS", "product_ids": ["@product"]}]},
    "create_page": {"title": "Tentang kami"},
    "order_pages": {"page_ids": ["@page"]},
    "update_page": {"title": "Tentang toko"},
    "update_store_settings": {"legal_name": "PT Kopi"},
    "create_api_key": {"name": "Gudang", "scopes": ["view_stock"]},
    "create_webhook": {"url": "https://hooks.example.com/x", "event_types": ["order.placed"]},
    "update_webhook": {"description": "Gudang"},
    "resume_webhook": {"with_held": True},
    "replay_webhook": {"since": "2026-01-01T00:00:00Z"},
    "update_staff_mails": {"wanted": []},
    "invite_member": {"email": "lagi@example.com", "role": "ORDERS"},
    "change_member_role": {"role": "WAREHOUSE"},
    "add_domain": {"name": "kopi-lagi.com"},
    "storefront_create_cart": {"lines": [{"variant_id": "@variant", "quantity": 1}]},
    "storefront_add_line": {"variant_id": "@variant", "quantity": 1},
    "storefront_update_line": {"quantity": 2},
    "storefront_quote": {"region_code": DAGO, "shipping_method_id": "@way_to_ship"},
    "storefront_place_order": {
        "name": "Dewi",
        "phone": "081234567890",
        "address_line": "Jl. Riau 1",
        "region_code": DAGO,
        "shipping_method_id": "@way_to_ship",
        "payment_method": "MANUAL_TRANSFER",
    },
}
# Bodies with a file are forms.
FORMS: dict[str, dict[str, Any]] = {
    "upload_media": {"alt_text": "Kemeja"},
    "upload_logo": {},
    "create_product_import": {},
}
GOODS = b"Handle,Title,Price\nkopi,Kopi,5000\n"
# What a page needs to be told before it looks who asks.
FIELDS: dict[str, dict[str, Any]] = {
    "orders/bulk/": {"action": "TAG", "selected": "@order"},
    "orders/bulk/start/": {"action": "TAG", "selected": "@order", "tags": "hadiah"},
}
QUERIES = {
    "search_store": {"q": "kemeja"},
    "get_past_stock": {"moment": LATER},
    "search_regions": {"q": "dago"},
    "storefront_search": {"q": "kemeja"},
}
# Where the usual thing is in the wrong state for the operation.
ELSE: dict[str, dict[str, str]] = {
    "create_fulfilment": {"order": "paid_order"},
    "check_payment_gateway": {"way_to_pay": "gateway_to_pay"},
    "connect_payment_gateway": {"way_to_pay": "gateway_to_pay"},
    "create_refund": {"order": "order_with_money"},
    "receive_transfer": {"transfer": "sent_transfer"},
    "set_shipping_rates": {"way_to_ship": "table_of_rates"},
    "resume_webhook": {"webhook": "paused_webhook"},
}


def body_of(operation: str, things: Things) -> dict[str, Any]:
    """The valid body, with the things of a store in it."""
    return _with(BODIES.get(operation, {}), things)


def fields_of(address: str, things: Things) -> str:
    """What a page is sent, as a form."""
    return urlencode(_with(FIELDS.get(address, {}), things))


def things_for(operation: str, things: Things) -> Things:
    """The things of a store, in the state that the operation wants."""
    return {**things, **{name: things[other] for name, other in ELSE.get(operation, {}).items()}}


def file_for(operation: str) -> SimpleUploadedFile:
    """The picture that goes with a form, or the file of products."""
    if operation == "create_product_import":
        return SimpleUploadedFile("barang.csv", GOODS, "text/csv")
    return picture_file(name=f"{operation}.jpg", colour="#123456")


def _with(told: Any, things: Things) -> Any:
    if isinstance(told, dict):
        return {name: _with(value, things) for name, value in told.items()}
    if isinstance(told, list):
        return [_with(value, things) for value in told]
    return things[told[1:]] if isinstance(told, str) and told.startswith("@") else told
