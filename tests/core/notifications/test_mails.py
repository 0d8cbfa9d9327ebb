"""What shoppers and staff are told, in which language, and that nobody is told twice."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.utils import timezone, translation

from core import events
from core.fulfilment import services as fulfilment
from core.kernel import profile
from core.kernel.outbox import record
from core.notifications import services as notifications
from core.notifications.kinds import KINDS, Audience
from core.notifications.mail import write
from core.notifications.models import Message
from core.notifications.selectors.samples import sample
from core.orders import services as orders
from core.payments import services as payments
from tenants import context, hosts, work
from tenants.models import HostKind, Hostname, Membership, Store, User
from tenants.permissions import SYSTEM
from tests.canaries import CANARY
from tests.factories.inventory import stock
from tests.factories.orders import placed_order
from tests.factories.payments import awaited_order, method, open_payment

pytestmark = pytest.mark.usefixtures("store")
DEWI = {"email": "Dewi@example.com", "language": "en"}


def order_now(**fields: Any) -> Any:
    return placed_order(placed_at=timezone.now(), **{**DEWI, **fields})


def mails_to(address: str) -> list[Any]:
    """What this person got, after all duties are done."""
    with context.in_public():
        work.work_until_idle()
    return [mail for mail in outbox.outbox if mail.to == [address]]


def links(mail: Any) -> set[str]:
    """Every address that a mail leads to, in both of its forms."""
    html = mail.alternatives[0][0]
    return set(re.findall(r'(?:href|src)="([^"]+)"', html)) | set(re.findall(r"https?://\S+", mail.body))


def test_a_shopper_is_told_how_much_to_transfer_where_and_until_when():
    profile.edit(changes={"email": "halo@kopi.example", "payment_hours": 12}, actor=SYSTEM)
    payment = open_payment(now=timezone.now(), placed_at=timezone.now(), **DEWI)

    [mail] = mails_to("dewi@example.com")

    expected = f"{payment.amount:,}".replace(",", ".")
    for part in (mail.body, mail.alternatives[0][0]):
        assert f"Rp{expected}" in part
        assert "1234567890" in part and "Kopi Senja" in part
        assert timezone.localtime(payment.expires_at).strftime("%H.%M WIB") in part
    assert (mail.reply_to, mail.from_email.split(" <")[0]) == (["halo@kopi.example"], "Kopi Senja")


def test_the_link_opens_the_status_page_of_the_order():
    order = order_now()

    [mail] = mails_to("dewi@example.com")

    assert (
        f"{hosts.store_origin(context.require_store(), HostKind.STOREFRONT)}/orders/{order.token}/"
        in links(mail)
    )


@pytest.mark.parametrize(("language", "word"), [("en", "Thank you"), ("id", "Terima kasih")])
def test_a_shopper_reads_the_language_of_the_order(language: str, word: str):
    with translation.override("en" if language == "id" else "id"):
        order_now(language=language)
        [mail] = mails_to("dewi@example.com")

    assert f'<html lang="{language}">' in mail.alternatives[0][0]
    assert (word in mail.body) or language == "id"


def test_an_event_told_twice_is_one_mail():
    order = order_now()
    record(events.OrderPlaced(order_id=order.pk))
    record(events.OrderPlaced(order_id=order.pk))

    assert len(mails_to("dewi@example.com")) == 1
    assert len(mails_to("sari@example.com")) == 1
    record(events.OrderPlaced(order_id=order.pk))
    assert len(mails_to("dewi@example.com")) == 1


def test_an_order_without_an_address_is_still_told_to_the_staff():
    order = order_now(email="", customer=None)

    assert len(mails_to("sari@example.com")) == 1
    assert Message.objects.filter(about=order.number).count() == 1


def test_old_news_is_not_told():
    order = placed_order(placed_at=timezone.now() - timedelta(days=4), **DEWI)

    assert mails_to("dewi@example.com") == []
    assert Message.objects.filter(about=order.number).count() == 0


def test_money_in_is_told_to_both_sides():
    order = order_now()
    orders.mark_paid(order_id=order.pk, actor=SYSTEM, now=timezone.now())

    told = [mail.subject for mail in mails_to("dewi@example.com")]

    # The first mail is written when it is sent, so it no longer asks for the money.
    assert len(told) == 2
    assert not any("1234567890" in mail.body for mail in mails_to("dewi@example.com"))
    assert len(mails_to("sari@example.com")) == 2


def test_each_parcel_is_told_with_its_waybill_and_what_is_in_it():
    order = awaited_order(quantity=3, placed_at=timezone.now(), payment_method="COD", **DEWI)
    sku = order.lines.get().sku
    for number, units in (("JNE-1", 1), ("JNE-2", 2)):
        fulfilment.ship(
            order_id=order.pk,
            quantities={sku: units},
            courier_name="JNE",
            waybill=number,
            actor=SYSTEM,
            now=timezone.now(),
        )

    bodies = [mail.body for mail in mails_to("dewi@example.com")]

    assert sum("JNE-1" in body and "1 x Kopi Gayo" in body for body in bodies) == 1
    assert sum("JNE-2" in body and "2 x Kopi Gayo" in body for body in bodies) == 1


def test_a_cancelled_order_says_why():
    order = order_now()
    orders.cancel(order_id=order.pk, reason="Mesin rusak", actor=SYSTEM, now=timezone.now())

    assert any("Mesin rusak" in mail.body for mail in mails_to("dewi@example.com"))


def test_a_payment_that_ran_out_is_one_mail_and_not_two():
    payment = open_payment(now=timezone.now(), placed_at=timezone.now(), **DEWI)
    payments.expire(payment_id=payment.pk, now=timezone.now())

    mails_to("dewi@example.com")

    kinds = set(Message.objects.filter(recipient="dewi@example.com").values_list("kind", flat=True))
    assert kinds == {"order_placed", "payment_expired"}


def test_a_refund_says_how_much():
    method("MANUAL_TRANSFER")
    payment = open_payment(now=timezone.now(), placed_at=timezone.now(), **DEWI)
    payments.confirm_transfer(
        payment_id=payment.pk, received_amount=payment.amount, actor=SYSTEM, now=timezone.now()
    )
    payments.refund(
        payment_id=payment.pk,
        amount=50_000,
        reason="Pecah",
        is_by_hand=True,
        actor=SYSTEM,
        now=timezone.now(),
    )

    assert any("Rp50.000" in mail.body and "Pecah" in mail.body for mail in mails_to("dewi@example.com"))


def test_many_shortages_are_one_digest():
    for item in (stock(2), stock(1)):
        record(events.StockLow(variant_id=item.variant_id, location_id=item.location_id))
        type(item).objects.filter(pk=item.pk).update(low_alerted_at=timezone.now())

    assert mails_to("sari@example.com") == []
    notifications.digest_low_stock.now()  # type: ignore[attr-defined]
    notifications.digest_low_stock.now()  # type: ignore[attr-defined]

    [mail] = mails_to("sari@example.com")
    assert mail.body.count("SKU-") == 2


def test_every_link_of_every_mail_leads_to_a_stored_host(kopi: Store):
    with context.in_public():
        Hostname.objects.filter(store=kopi, kind=HostKind.STOREFRONT).update(is_primary=False)
        Hostname.objects.create(
            name="kopisenja.example",
            kind=HostKind.STOREFRONT,
            store=kopi,
            is_primary=True,
            verified_at=timezone.now(),
        )
    ours = {hosts.store_origin(kopi, kind) for kind in HostKind.values}

    assert any("kopisenja.example" in origin for origin in ours)
    for kind in KINDS:
        letter = write(kind, sample(kind, now=timezone.now()), "id")
        found = set(re.findall(r"https?://[^/\"\s<]+", letter.html + letter.text))
        assert found and found <= ours, kind


def test_a_hostile_host_header_reaches_no_mail(shop: Any):
    order_now()
    shop.get("/", HTTP_HOST="evil.example", headers={"X-Forwarded-Host": "evil.example"})

    for mail in mails_to("dewi@example.com") + mails_to("sari@example.com"):
        assert not [link for link in links(mail) if "evil" in link]


def test_one_worker_writes_for_two_stores_and_mixes_nothing(kopi: Store, batik: Store):
    order_now()
    with context.in_store(batik):
        order_now(email="laras@example.com")

    [ours], [theirs] = mails_to("dewi@example.com"), mails_to("laras@example.com")

    assert "Batik" not in ours.body + ours.from_email and CANARY not in ours.alternatives[0][0]
    assert "Kopi Senja" not in theirs.body + theirs.from_email
    assert "batik.shop" in theirs.body and "kopi.shop" in ours.body


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_can_be_written_in_both_languages(kind: str, language: str):
    letter = write(kind, sample(kind, now=timezone.now()), language)

    assert letter.subject and "\n" not in letter.subject
    assert f'lang="{language}"' in letter.html
    for part in (letter.html, letter.text):
        assert "{{" not in part and "{%" not in part and "None" not in part


def test_what_a_shopper_types_is_text_in_the_mail():
    order_now(customer_name="<script>alert(1)</script>", note="<img src=x>")

    [mail] = mails_to("dewi@example.com")

    assert "<script>" not in mail.alternatives[0][0]
    assert "<script>alert(1)</script>" in mail.body


def test_staff_read_the_language_of_the_store(kopi: Store, sari: User):
    with context.in_public():
        Store.objects.filter(pk=kopi.pk).update(language="en")
    order_now(language="id")

    [mail] = mails_to("sari@example.com")

    assert '<html lang="en">' in mail.alternatives[0][0]
    assert f"http://kopi.{settings.DASHBOARD_SUFFIX}" in mail.body


def test_only_staff_who_may_see_orders_hear_of_them(kopi: Store, member: Any):
    people = {role: member(role).email for role in ("WAREHOUSE", "CATALOGUE", "MARKETING", "ORDERS")}
    order_now()
    mails_to("nobody@example.com")

    told = set(Message.objects.filter(kind="staff_order_placed").values_list("recipient", flat=True))

    assert told == {"sari@example.com", people["WAREHOUSE"], people["ORDERS"]}


def test_a_member_who_left_is_not_written_to(kopi: Store, budi: User):
    with context.in_public():
        Membership.objects.filter(user=budi).delete()
    order_now()

    assert mails_to(budi.email) == []


def test_shoppers_mails_have_no_permission_and_staffs_all_have_one():
    assert all((kind.permission is None) == (kind.audience == Audience.SHOPPER) for kind in KINDS.values())
