"""What the audit log's actions and things are called by people."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: Final[dict[str, Promise]] = {
    "api_key.created": _("API key made"),
    "api_key.revoked": _("API key revoked"),
    "bank_account.added": _("Bank account added"),
    "bank_account.removed": _("Bank account removed"),
    "brand.created": _("Brand added"),
    "brand.deleted": _("Brand deleted"),
    "brand.renamed": _("Brand renamed"),
    "category.created": _("Category added"),
    "category.deleted": _("Category deleted"),
    "category.moved": _("Category moved"),
    "category.renamed": _("Category renamed"),
    "customer.created": _("Customer added"),
    "customer.edited": _("Customer changed"),
    "design.draft_discarded": _("Draft of the storefront discarded"),
    "design.logo_drafted": _("Logo chosen"),
    "design.published": _("Storefront published"),
    "design.undone": _("Storefront put back to how it was"),
    "fulfilment.delivered": _("Parcel arrived"),
    "fulfilment.shipped": _("Parcel sent"),
    "fulfilment.waybill_edited": _("Waybill changed"),
    "invoice.issued": _("Invoice issued"),
    "location.created": _("Location opened"),
    "location.edited": _("Location changed"),
    "location.made_default": _("Location made the default"),
    "mails.chosen": _("Mails of a member chosen"),
    "media.added": _("Picture added"),
    "media.described": _("Picture described"),
    "media.ordered": _("Pictures put in order"),
    "media.removed": _("Picture removed"),
    "message.sent_again": _("Mail sent again"),
    "order.address_edited": _("Address of an order changed"),
    "order.cancelled": _("Order cancelled"),
    "order.delivered": _("Order arrived in full"),
    "order.fulfilled": _("Units of an order left"),
    "order.note_edited": _("Note on an order changed"),
    "order.paid": _("Order is paid"),
    "order.paid_again": _("Order paid a second time"),
    "order.paid_too_late": _("Paid too late: the goods are gone"),
    "order.payment_reversed": _("The bank took the payment back"),
    "order.placed": _("Order placed"),
    "order.refunded": _("Money of an order went back"),
    "order.reopened": _("Order opened again"),
    "order.tags_edited": _("Tags of an order changed"),
    "order_view.deleted": _("View of the orders deleted"),
    "order_view.saved": _("View of the orders saved"),
    "page.created": _("Page made"),
    "page.edited": _("Page changed"),
    "page.ordered": _("Pages put in order"),
    "page.removed": _("Page removed"),
    "payment.authorised": _("Payment authorised"),
    "payment.cancelled": _("Payment cancelled"),
    "payment.disputed": _("Payment disputed"),
    "payment.expired": _("Payment ran out of time"),
    "payment.failed": _("Payment failed"),
    "payment.paid": _("Payment came in"),
    "payment.partly_refunded": _("Part of a payment went back"),
    "payment.pending": _("Payment opened"),
    "payment.refunded": _("Payment went back"),
    "payment.reversed": _("Payment taken back by the bank"),
    "payment.review": _("Payment under review"),
    "payment_method.connected": _("Payment provider connected"),
    "payment_method.disconnected": _("Payment provider disconnected"),
    "payment_method.edited": _("Way to pay changed"),
    "payment_methods.ordered": _("Ways to pay put in order"),
    "product.brought_back": _("Product brought back from a backup"),
    "product.created": _("Product added"),
    "product.edited": _("Product changed"),
    "product.options_changed": _("Options of a product changed"),
    "product.published": _("Product published"),
    "product.tagged": _("Tags of a product changed"),
    "product_view.deleted": _("View of the products deleted"),
    "product_view.saved": _("View of the products saved"),
    "profile.edited": _("Facts of the store changed"),
    "refund.refused": _("Refund refused by the provider"),
    "refund.requested": _("Refund asked for"),
    "shipping_method.created": _("Shipping method added"),
    "shipping_method.deleted": _("Shipping method deleted"),
    "shipping_method.edited": _("Shipping method changed"),
    "shipping_methods.ordered": _("Shipping methods put in order"),
    "shipping_rates.set": _("Shipping rates changed"),
    "stock.rules_set": _("Stock rules changed"),
    "store.arrived": _("Store made from an archive"),
    "store.configured": _("Store's name, language or zone changed"),
    "store.restored": _("Store taken back to a backup"),
    "transfer.cancelled": _("Transfer cancelled"),
    "transfer.created": _("Transfer made"),
    "transfer.edited": _("Transfer changed"),
    "transfer.received": _("Transfer arrived"),
    "transfer.sent": _("Transfer sent"),
    "variants.edited": _("Prices or codes of variants changed"),
    "webhook.added": _("Webhook added"),
    "webhook.edited": _("Webhook changed"),
    "webhook.paused": _("Webhook paused"),
    "webhook.removed": _("Webhook removed"),
    "webhook.resumed": _("Webhook resumed"),
    "webhook.replayed": _("Webhook's messages sent again"),
    "webhook.secret_rotated": _("Webhook's secret changed"),
}
SUBJECTS: Final[dict[str, Promise]] = {
    "api_key": _("API key"),
    "bank_account": _("Bank account"),
    "brand": _("Brand"),
    "category": _("Category"),
    "customer": _("Customer"),
    "design": _("Storefront"),
    "location": _("Location"),
    "media": _("Picture"),
    "member": _("Member"),
    "message": _("Mail"),
    "order": _("Order"),
    "order_view": _("View of the orders"),
    "page": _("Page"),
    "payment_method": _("Way to pay"),
    "product": _("Product"),
    "product_view": _("View of the products"),
    "profile": _("Facts of the store"),
    "shipping_method": _("Shipping method"),
    "store": _("Store"),
    "transfer": _("Transfer"),
    "variant": _("Variant"),
    "webhook": _("Webhook"),
}
ACTOR_KINDS: Final[dict[str, Promise]] = {
    "MEMBER": _("Member"),
    "API_KEY": _("API key"),
    "SHOPPER": _("Shopper"),
    "STAFF": _("SmartSeller's staff"),
    "SYSTEM": _("By itself"),
}
# Pages of things, by the public id that an entry carries.
ADDRESSES: Final = {"order": "orders:detail", "product": "catalog:edit", "customer": "customers:detail"}


def action_words(action: str) -> str:
    """What happened, in words; the code itself for an action that has none yet."""
    return str(ACTIONS.get(action, action))


def subject_words(subject: str) -> str:
    """What it happened to."""
    return str(SUBJECTS.get(subject, subject))


def kind_words(kind: str) -> str:
    """What sort of actor it was."""
    return str(ACTOR_KINDS.get(kind, kind))
