"""Every guard that is taken away, and the tests that must notice.

A new guard of this kind gets a line here; so does a test that is meant to watch over an old one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache import caches
from django.core.cache.backends.base import default_key_func
from django.db.utils import DatabaseError

from core.integrations.ports import NoAnswer
from core.payments.ports import InvalidNotice
from tenants import handoff, work
from tenants.models import HandoffCode, Store
from tests.mutations.breaking import Break, elsewhere, replaced, unlocked, without_constraint


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that keeps harm away.

    id      how the runner calls it
    told    what is taken away
    tests   node ids, without parameters: each must fail while it is away, and pass while it is there
    breaks  makes the context manager that takes it away
    fails   how the tests may fail, besides by an assertion of their own
    """

    id: str
    told: str
    breaks: Break
    tests: tuple[str, ...]
    fails: tuple[type[BaseException], ...] = ()


# A bounded part, tried in CI: the ones that the plan names.
FIRST = ("stock-row-lock", "webhook-claim", "midtrans-signature", "schema-guard", "session-binding")


def _nothing(*args: Any, **kwargs: Any) -> None:
    return None


def _yes(*args: Any, **kwargs: Any) -> bool:
    return True


def _always(value: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: value


def _unguarded_path(self: Any, cursor: Any = None) -> None:
    if self._setting_search_path:
        return
    self._setting_search_path = True
    own = self.connection.cursor() if cursor is None else None
    try:
        self._set_path(own or getattr(cursor, "cursor", cursor))
    finally:
        self._setting_search_path = False
        if own is not None:
            own.close()


def _believed_path(self: Any) -> str:
    return str(self._wanted_path())


def _take_again(code: str, store: Store | None, now: datetime) -> HandoffCode:
    return HandoffCode.objects.select_related("user").get(code_hash=handoff._hash(code))


def _nobodys_place(place: str) -> str:
    return ""


GUARDS = (
    # What keeps people who come at once apart
    Guard(
        "stock-row-lock",
        "the lock of the stock rows",
        unlocked("inventory.StockItem"),
        (
            "tests/core/inventory/test_race.py::test_200_checkouts_of_10_units_give_10_promises_and_190_refusals",
            "tests/core/inventory/test_race.py::test_reservations_promises_and_cancellations_together_never_oversell",
        ),
        (DatabaseError,),
    ),
    Guard(
        "cart-row-lock",
        "the lock of the cart that becomes an order",
        unlocked("checkout.Cart"),
        ("tests/core/checkout/test_race.py::test_a_double_click_on_order_is_one_order",),
        (DatabaseError,),
    ),
    Guard(
        "customer-before-stock",
        "that late money takes the customer before the stock, as purchases do",
        replaced("core.customers.services:hold", _nothing),
        ("tests/core/checkout/test_lock_order.py::test_late_money_and_a_new_order_of_the_same_customer",),
        (DatabaseError,),
    ),
    Guard(
        "order-row-lock",
        "the lock of the order whose money moves",
        unlocked("orders.Order"),
        (
            "tests/core/payments/test_money_race.py::test_two_payments_of_one_order_that_come_in_at_once_are_spent_once",
        ),
        (DatabaseError,),
    ),
    Guard(
        "bank-account-lock",
        "the lock of the way to pay while its last account goes",
        unlocked("payments.PaymentMethod"),
        (
            "tests/core/payments/test_last_account.py::test_two_members_who_remove_the_last_two_accounts_end_transfers",
            "tests/core/payments/test_last_account.py::test_nobody_offers_transfers_while_the_last_account_goes",
        ),
    ),
    # What happens once
    Guard(
        "webhook-claim",
        "the UNIQUE claim of a gateway's message",
        without_constraint("payments_gatewaymessage", "gateway_message_once"),
        (
            "tests/core/payments/test_midtrans_journey.py::test_a_repeated_notification_is_kept_once_and_pays_once",
        ),
    ),
    Guard(
        "idempotency-claim",
        "the UNIQUE claim of an Idempotency-Key",
        without_constraint("integrations_idempotencykey", "idempotency_key_once"),
        (
            "tests/api/test_idempotency.py::test_a_program_that_repeats_itself_makes_one_thing",
            "tests/api/test_idempotency.py::test_a_repeated_line_is_added_once",
        ),
    ),
    Guard(
        "outbox-transaction",
        "writing a duty in its cause's transaction",
        replaced("tenants.work:enqueue", elsewhere(work.enqueue)),
        ("tests/tenants/test_work.py::test_a_duty_and_its_cause_are_one_transaction",),
    ),
    Guard(
        "worker-lease",
        "that a worker holds its duty while it runs",
        replaced("tenants.work:_hold", _nothing),
        ("tests/tenants/test_work.py::test_a_worker_whose_lease_was_taken_counts_for_nothing",),
    ),
    Guard(
        "handoff-once",
        "what makes a code for the way to the dashboard good once and for a minute",
        replaced("tenants.handoff:_take", _take_again),
        (
            "tests/tenants/test_handoff.py::test_a_code_works_once",
            "tests/tenants/test_handoff.py::test_a_code_dies_after_a_minute",
        ),
    ),
    # Who it was
    Guard(
        "midtrans-signature",
        "the signature check of Midtrans's notifications",
        replaced(
            "core.payments.gateways.midtrans.mapping:hmac", SimpleNamespace(compare_digest=_always(True))
        ),
        (
            "tests/core/payments/test_midtrans_journey.py::test_a_forged_notification_is_refused_counted_and_not_kept",
            "tests/core/payments/test_midtrans_mapping.py::test_a_changed_signed_field_breaks_the_signature",
        ),
        (InvalidNotice,),
    ),
    Guard(
        "paid-amount",
        "that a payment's amount is compared with the gateway's",
        replaced("core.payments.services.asking:is_about", _yes),
        ("tests/core/payments/test_midtrans_journey.py::test_another_amount_at_the_gateway_pays_nothing",),
    ),
    Guard(
        "webhook-signature",
        "the key in the signature of webhooks out",
        replaced("core.integrations.delivery.signing:_signature", _always("c2lnbmVkIGJ5IG5vYm9keQ==")),
        (
            "tests/core/integrations/test_webhooks.py::test_a_notice_is_signed_as_standard_webhooks_has_it",
            "tests/core/integrations/test_webhooks.py::test_the_known_vector_of_the_specification_fits",
        ),
    ),
    Guard(
        "role-permission",
        "that an actor must hold a door's permission",
        replaced("tenants.permissions:Actor.may", _yes),
        (
            "tests/core/orders/test_bulk.py::test_a_packer_may_ship_and_nothing_else",
            "tests/core/orders/test_bulk.py::test_a_key_for_shipping_cannot_cancel_over_the_api",
        ),
    ),
    Guard(
        "csrf",
        "the check of the CSRF token",
        replaced("django.middleware.csrf:CsrfViewMiddleware.process_view", _nothing),
        (
            "tests/storefront/test_cart.py::test_a_form_left_open_for_days_says_so_in_the_shops_dress",
            "tests/storefront/test_checkout.py::test_a_stale_form_changes_nothing",
        ),
    ),
    # Which store it is
    Guard(
        "schema-guard",
        "that a query runs only in the schema that is meant",
        replaced("tenants.backend.base:DatabaseWrapper._handle_search_path", _unguarded_path),
        (
            "tests/isolation/test_guard.py::test_a_connection_left_in_a_store_is_refused_on_the_platform",
            "tests/isolation/test_guard.py::test_a_schema_that_is_gone_answers_nothing",
        ),
        (DatabaseError,),
    ),
    Guard(
        "path-report",
        "that the path in force is compared with the one that is meant",
        replaced("tenants.backend.base:DatabaseWrapper._told_path", _believed_path),
        (
            "tests/isolation/test_path.py::test_a_path_that_somebody_moved_is_sent_again",
            "tests/isolation/test_path.py::test_a_commit_that_ends_as_a_rollback_takes_its_path_along",
        ),
        (DatabaseError,),
    ),
    Guard(
        "session-binding",
        "the audience of a session",
        replaced(
            "tenants.sessions:BoundSessionMiddleware.process_request", SessionMiddleware.process_request
        ),
        (
            "tests/isolation/test_sessions.py::test_every_cookie_is_worthless_on_every_other_host",
            "tests/isolation/test_sessions.py::test_a_replayed_cookie_does_not_end_the_session_it_was_stolen_from",
        ),
    ),
    Guard(
        "row-stamp",
        "that a row knows the store it was read in",
        replaced("tenants.store_model:StoreModel.refuse_elsewhere", _nothing),
        (
            "tests/isolation/test_guard.py::test_a_row_of_one_store_cannot_be_saved_in_the_other",
            "tests/isolation/test_stamps.py::test_a_row_of_one_store_is_refused_in_the_other",
        ),
        (DatabaseError,),
    ),
    Guard(
        "query-stamp",
        "that a query knows the store it was built in",
        replaced("tenants.store_model:StoreQuerySet._refuse_elsewhere", _nothing),
        ("tests/isolation/test_guard.py::test_a_query_built_in_one_store_does_not_run_in_the_other",),
    ),
    Guard(
        "cache-key",
        "the store in the keys of the cache",
        lambda: mock.patch.object(caches["default"], "key_func", default_key_func),
        ("tests/isolation/test_guard.py::test_equal_cache_keys_of_two_stores_are_two_keys",),
    ),
    Guard(
        "seal-binding",
        "that a sealed secret opens only in its store and row",
        replaced("core.kernel.sealing:_bound_to", _nobodys_place),
        ("tests/core/kernel/test_ground.py::test_a_sealed_secret_opens_only_where_it_was_sealed",),
    ),
    # What is written once and called never
    Guard(
        "append-only",
        "that the product may not change what only grows",
        replaced("tenants.privileges:APPEND_ONLY", {}),
        (
            "tests/tenants/test_privileges.py::test_what_only_grows_can_be_neither_changed_nor_emptied",
            "tests/tenants/test_privileges.py::test_acts_of_the_platform_stay_as_they_were_written",
        ),
    ),
    Guard(
        "audit-chain",
        "that a link of the audit log covers its entry",
        replaced("core.kernel.audit_chain:_hash", _always("0" * 64)),
        (
            "tests/core/kernel/test_audit_chain.py::test_a_changed_row_is_named",
            "tests/core/kernel/test_audit_chain.py::test_two_rows_that_changed_places_are_both_named",
        ),
    ),
    Guard(
        "ssrf-address",
        "that webhooks go to public addresses only",
        replaced("core.integrations.delivery.addresses:is_public", _yes),
        ("tests/core/integrations/test_ssrf.py::test_a_name_that_leads_into_private_ground_is_refused",),
        (NoAnswer,),
    ),
)
