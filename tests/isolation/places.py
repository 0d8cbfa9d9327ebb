"""What stands in an address: which thing of a store each placeholder asks for."""

import re

PLACE = re.compile(
    r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>[^)]*\)|\{(?:(?P<type>\w+):)?(?P<field>\w+)\}"
)

# The address up to a placeholder, and the thing that belongs there.
MEANS = {
    # pages of the dashboard
    "products/views/{public_id}": "product_view",
    "products/imports/{public_id}": "product_import",
    "products/categories/{public_id}": "category",
    "products/brands/{public_id}": "brand",
    "products/pictures/{public_id}": "picture",
    "products/{public_id}": "product",
    "stock/undo/{movement_id}": "movement",
    "stock/locations/{location_id}": "location",
    "stock/transfers/{transfer_id}": "transfer",
    "stock/{variant_id}": "variant",
    "stock/{variant_id}/{location_id}": "location",
    "orders/views/{public_id}": "order_view",
    "orders/bulk/{public_id}": "bulk_run",
    "orders/{public_id}": "order",
    "parcels/of/{order_id}": "paid_order",
    "parcels/{public_id}": "parcel",
    "payments/accounts/{public_id}": "bank_account",
    "payments/methods/{code}": "way_to_pay",
    "payments/{public_id}": "payment",
    "customers/{public_id}": "customer",
    "shipping/new/{kind}": "kind_of_shipping",
    "shipping/{method_id}": "way_to_ship",
    "storefront/pages/{public_id}": "page",
    "settings/messages/sent/{public_id}": "mail",
    "settings/messages/staff/{member_id}": "colleague",
    "settings/messages/preview/{code}": "kind_of_mail",
    "settings/api-keys/{public_id}": "api_key",
    "settings/webhooks/{public_id}": "webhook",
    "settings/webhooks/{public_id}/log/{delivery_id}": "delivery",
    "settings/team/invitations/{uid}": "invitation",
    "settings/team/{person}": "colleague",
    "settings/domains/{uid}": "domain",
    "plan/choose/{code}": "plan",
    "plan/invoices/{uid}": "platform_invoice",
    "plan/credit-notes/{uid}": "credit_note",
    "plan/fees/{month}": "month",
    "plan/add-ons/{code}": "add_on",
    "plan/services/{code}": "service",
    "plan/services/orders/{uid}": "service_order",
    "settings/data/archives/{uid}": "archive",
    "settings/data/backups/{uid}": "backup",
    "settings/data/backups/{uid}/products/{thing_id}": "product",
    "settings/data/restorations/{uid}": "restoration",
    "work/{job_id}": "job",
    "share/qr.{form}": "kind_of_picture",
    # the API of a store
    "api/v1/product-imports/{import_id}": "product_import",
    "api/v1/products/{product_id}": "product",
    "api/v1/media/{media_id}": "picture",
    "api/v1/categories/{category_id}": "category",
    "api/v1/brands/{brand_id}": "brand",
    "api/v1/product-views/{view_id}": "product_view",
    "api/v1/stock/skus/{sku}": "sku",
    "api/v1/locations/{public_id}": "location",
    "api/v1/transfers/{public_id}": "transfer",
    "api/v1/orders/{order_id}": "order",
    "api/v1/order-views/{view_id}": "order_view",
    "api/v1/order-actions/{action_id}": "bulk_run",
    "api/v1/payment-methods/{code}": "way_to_pay",
    "api/v1/bank-accounts/{public_id}": "bank_account",
    "api/v1/fulfilments/{fulfilment_id}": "parcel",
    "api/v1/customers/{customer_id}": "customer",
    "api/v1/shipping/methods/{public_id}": "way_to_ship",
    "api/v1/pages/{page_id}": "page",
    "api/v1/api-keys/{key_id}": "api_key",
    "api/v1/webhooks/{webhook_id}": "webhook",
    "api/v1/webhook-deliveries/{delivery_id}": "delivery",
    "api/v1/messages/{message_id}": "mail",
    "api/v1/mail-kinds/{code}": "kind_of_mail",
    "api/v1/staff-mails/{member_id}": "colleague",
    "api/v1/team/invitations/{invitation_id}": "invitation",
    "api/v1/team/{member_id}": "colleague",
    "api/v1/domains/{domain_id}": "domain",
    "api/v1/jobs/{job_id}": "job",
    "api/v1/backups/{backup_id}": "backup",
    "api/v1/backups/{backup_id}/products/{product_id}": "product",
    # the shop
    "hooks/{provider}": "gateway",
    "hooks/{provider}/{endpoint_id}": "hook",
    "products/{slug}": "product_slug",
    "categories/{slug}": "category_slug",
    "cart/saved/{cart_id}": "cart",
    "orders/{token}": "order_token",
    "pages/{slug}": "page_slug",
    "language/{code}": "language",
    "theme/{version}": "theme_version",
    "media/{path}": "public_picture",
    "sitemap-{after}": "sitemap_part",
    "api/storefront/v1/products/{handle}": "product_slug",
    "api/storefront/v1/carts/{cart_id}": "cart",
    "api/storefront/v1/carts/{cart_id}/lines/{variant_id}": "variant",
    "api/storefront/v1/orders/{token}": "order_token",
    # the platform and its console
    "stores/{slug}": "slug",
    "fleet/{slug}": "slug",
    "invoices/{uid}": "platform_invoice",
    "credit-notes/{uid}": "credit_note",
    "refunds/{uid}": "refund",
    "notices/{notice_id}": "notice",
    "services/{uid}": "service_order",
    "partners/{uid}": "partner",
    "partners/payouts/{uid}": "payout",
    "partner/statements/{uid}": "payout",
    "invitations/{token}": "invitation_token",
    "accounts/confirm-email/{key}": "mail_key",
    "accounts/password/reset/key/{uidb36}": "reset_user",
    "accounts/password/reset/key/{uidb36}-{key}": "reset_key",
    "accounts/2fa/webauthn/keys/{pk}": "passkey",
    "inbox/{letter_id}": "letter",
}
# The same in every store: names of kinds, not of things that somebody has.
WORDS = {
    "gateway": "midtrans",
    "gateway_to_pay": "MIDTRANS",
    "kind_of_mail": "order_placed",
    "kind_of_picture": "svg",
    "plan": "basic",
    "add_on": "staff_5",
    "service": "setup",
    "month": "2026-11",
    "kind_of_shipping": "FLAT",
    "language": "en",
    "sitemap_part": "0",
    "theme_version": "x",
    "way_to_pay": "MANUAL_TRANSFER",
}
# Counted, or made of a name: the other store has its own under the same one.
EVERYWHERE = {
    *("movement", "product_slug", "category_slug", "page_slug", "reservation"),
    *("sku", "transfer_sku", "order_line", "paid_order_line"),
}
Things = dict[str, str]


def things_in(address: str) -> list[str]:
    """What an address asks for, in order. A placeholder that MEANS does not know raises KeyError."""
    plain = PLACE.sub(lambda found: f"{{{_name(found)}}}", address).replace("\\", "")
    return [MEANS[plain[: found.end()]] for found in re.finditer(r"\{\w+\}", plain)]


def filled(address: str, things: Things) -> str:
    """The address with these things in its places."""
    names = iter(things_in(address))
    return "/" + PLACE.sub(lambda found: things[next(names)], address).replace("\\.", ".")


def asks_for_a_thing(address: str) -> bool:
    """Whether the address names something that one store has and the other has not."""
    return bool(set(things_in(address)) - WORDS.keys() - EVERYWHERE)


def _name(found: re.Match[str]) -> str:
    return found["name"] or found["group"] or found["field"]
