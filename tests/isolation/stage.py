"""One of everything in a store, made by the product's own services, by what it is called in places.py."""

import secrets
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from billing.models import Partner, Payout, ProviderNotice, Service, ServiceOrder
from billing.services import crediting, paying, refunding
from core.catalog import services as catalog
from core.catalog.models import Category, Product
from core.catalog.services import views as product_views
from core.fulfilment import services as fulfilment
from core.integrations import services as integrations
from core.integrations.models import WebhookEndpoint
from core.inventory import services as inventory
from core.kernel import files, ids
from core.notifications.models import Message
from core.orders import services as orders
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import PaymentMethod
from storefront import services as pages
from tenants import context, inbox, invitations
from tenants.archive import backups, dumps, snapshot
from tenants.models import Job, JobState, Membership, Restoration, Role, Store, StoreArchive, User
from tenants.permissions import SYSTEM, Permission
from tests.api.stage import known_ids
from tests.billing.invoices import open_invoice
from tests.factories.inventory import location, stock
from tests.factories.orders import NOON
from tests.factories.payments import awaited_order, method, open_payment
from tests.factories.shipping import table_method
from tests.factories.webhooks import add_endpoint, delivery
from tests.isolation.bodies import GOODS
from tests.isolation.places import WORDS, Things


def things_of(store: Store) -> Things:
    """One of everything in a store."""
    with context.in_store(store):
        known = {name: values[0] for name, values in known_ids().items()}
        things = {name.removesuffix("_id"): value for name, value in known.items() if name.endswith("_id")}
        return {
            **WORDS,
            **things,
            "order_token": known["token"],
            "picture": known["media_id"],
            "sku": known["sku"],
            "way_to_ship": known["method_id"],
            "slug": store.slug,
            **_goods(known),
            **_orders(known),
            **_tools(known),
            **_people(store),
            **_kept(store),
        }


def _goods_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("barang.csv", GOODS, "text/csv")


def _goods(known: Things) -> Things:
    product = Product.objects.get(public_id=known["product_id"])
    second, item = location(), stock(9)
    transfer, sent = (
        inventory.create_transfer(
            source_id=known["location_id"],
            destination_id=second.public_id,
            lines={item.variant.sku: 2},
            actor=SYSTEM,
        )
        for _ in range(2)
    )
    inventory.send_transfer(public_id=sent.public_id, actor=SYSTEM, now=NOON)
    inventory.reserve(
        reference="pameran-1", wanted={item.variant.sku: 1}, location_id=item.location_id, actor=SYSTEM
    )
    movement = inventory.adjust(
        sku=known["sku"], location_id=item.location_id, by=1, reason="FOUND", actor=SYSTEM
    )
    page = pages.create_page(facts=pages.PageFacts(title="Cara pesan"), actor=SYSTEM)
    key = default_storage.save(files.new_key("products", ".webp"), ContentFile(b"RIFF"))
    return {
        "category_slug": Category.objects.get(public_id=known["category_id"]).slug,
        "movement": str(movement.pk),
        "page": page.public_id,
        "page_slug": page.slug,
        "product_import": catalog.bring_products(upload=_goods_file(), actor=SYSTEM).public_id,
        "product_slug": product.slug,
        "product_view": product_views.save_view(name="Draf", query="status=DRAFT", actor=SYSTEM).public_id,
        "public_picture": key.partition("/")[2],
        "reservation": "pameran-1",
        "second_location": second.public_id,
        "sent_transfer": sent.public_id,
        "transfer": transfer.public_id,
        "table_of_rates": table_method(name="Tabel").public_id,
        "transfer_sku": item.variant.sku,
    }


def _orders(known: Things) -> Things:
    order = Order.objects.get(public_id=known["order_id"])
    paid, sent = (orders.mark_paid(order_id=awaited_order().pk, actor=SYSTEM, now=NOON) for _ in range(2))
    parcel = fulfilment.ship(order_id=sent.pk, courier_name="JNE", waybill="JP1", actor=SYSTEM, now=NOON)
    run = orders.start_bulk(
        verb="TAG", order_ids=[order.public_id], told={"tags": ["baru"]}, actor=SYSTEM, now=NOON
    )
    money, now = open_payment(), timezone.now()
    payments.confirm_transfer(payment_id=money.pk, received_amount=money.amount, actor=SYSTEM, now=now)
    orders.issue_invoice(order_id=order.pk, actor=SYSTEM, now=now)
    method("MIDTRANS")
    account = payments.add_bank_account(bank="BRI", number="111222333", holder="Toko", actor=SYSTEM)
    mail = Message.objects.create(
        public_id=ids.new_id("msg"),
        reference="attack",
        kind="order_placed",
        about=order.number,
        source_id=order.pk,
        recipient="dewi@example.com",
        language="id",
        state="FAILED",
    )
    return {
        "bank_account": account.public_id,
        "bulk_run": run.public_id,
        "hook": PaymentMethod.objects.get(code="MIDTRANS").endpoint_id,
        "mail": mail.public_id,
        "order_line": order.lines.get().sku,
        "order_number": order.number,
        "order_with_money": money.order.public_id,
        "order_view": orders.save_view(name="Lunas", query="payment=PAID", actor=SYSTEM).public_id,
        "paid_order": paid.public_id,
        "paid_order_line": paid.lines.get().sku,
        "payment": order.payments.get().public_id,
        "parcel": parcel.public_id,
    }


def _tools(known: Things) -> Things:
    key, _secret = integrations.create_key(name="Kasir", scopes=[Permission.VIEW_ORDERS], actor=SYSTEM)
    hook, _secret = add_endpoint("https://hooks.example.com/paused")
    integrations.pause(public_id=hook.public_id, actor=SYSTEM)
    webhook = WebhookEndpoint.objects.get(public_id=known["webhook_id"])
    failed = delivery(webhook, state="FAILED", public_id=ids.new_id("whd"))
    return {"api_key": key.public_id, "delivery": failed.public_id, "paused_webhook": hook.public_id}


def _people(store: Store) -> Things:
    now = timezone.now()
    offer = invitations.invite(
        store=store, email=f"baru@{store.slug}.example", role=Role.ORDERS, actor=SYSTEM, now=now
    )
    with context.in_public():
        token = f"undangan-{store.slug}"
        offer.token_hash = invitations._hash(token)
        offer.save()
        colleague = User.objects.create_user(f"rekan@{store.slug}.example", name="Rekan")
        Membership.objects.create(user=colleague, store=store, role=Role.ORDERS)
        job = Job.objects.create(store=store, kind="attack", state=JobState.DEAD, next_at=now)
    return {
        "colleague": str(colleague.uid),
        "invitation": str(offer.uid),
        "invitation_token": token,
        "job": str(job.pk),
    }


def _kept(store: Store) -> Things:
    """What is written down of a store, as far as pages ask for it."""
    with context.in_public():
        facts = {"store": store, "store_uid": store.uid, "state": "READY", "taken_at": timezone.now()}
        archive = StoreArchive.objects.create(kind="DOWNLOAD", **facts)
        backup = StoreArchive.objects.create(kind="BACKUP", path=f"{store.uid}/attacked", **facts)
        back = Restoration.objects.create(store=store, archive=backup, state="DONE")
    folder = backups.folder_of(backup)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / backups.FILES).touch()
    with snapshot.taken(store.schema_name) as taken:
        at = taken.exported()
        with (folder / backups.ROWS_DUMP).open("wb") as file:
            dumps.dump(store.schema_name, file, snapshot=at, still_there=lambda: None)
    return {
        "archive": str(archive.uid),
        "backup": str(backup.uid),
        "restoration": str(back.uid),
        **_owed(store),
    }


def _owed(store: Store) -> Things:
    """What the store owes the platform."""
    with context.in_public():
        invoice = open_invoice(store)
        note = crediting.credit(invoice=invoice, total_amount=1_000, reason="A slip", now=timezone.now())
        order = ServiceOrder.objects.create(
            store=store, service=Service.objects.get(code="setup"), idr_amount=750_000, ordered_by="Sari"
        )
    return {
        "platform_invoice": str(invoice.uid),
        "credit_note": str(note.uid),
        "service_order": str(order.uid),
        **_money_back(store),
    }


def _money_back(store: Store) -> Things:
    """A payment that somebody wants to send back, and a message that nobody could work off."""
    with context.in_public():
        paid = paying.confirm_transfer(
            invoice=open_invoice(store),
            amount=509_490,
            bank_reference=f"BCA {store.slug}",
            reason="On the statement",
            actor=SYSTEM,
            now=NOON,
        )
        wish = refunding.ask(
            payment=paid,
            amount=1_000,
            reason="Paid twice",
            user=User.objects.filter(memberships__store=store).order_by("pk")[0],
            actor=SYSTEM,
            now=NOON,
        )
        notice = ProviderNotice.objects.create(
            provider="MIDTRANS",
            event_id=f"evt-{store.slug}",
            kind="PAID",
            store=store,
            state="FAILED",
            received_at=NOON,
        )
    return {"refund": str(wish.uid), "notice": str(notice.pk)}


def things_of_an_account(user: User) -> Things:
    """What somebody has on the platform's own host."""
    address = EmailAddress.objects.create(user=user, email=f"dua.{user.email}")
    passkey = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Kunci", "credential": _credential()}
    )
    partner = Partner.objects.create(user=user, code=f"mitra-{user.pk}", name=user.name, state="ACTIVE")
    payout = Payout.objects.create(
        partner=partner, month=NOON.date(), currency="IDR", amount=1, created_at=NOON
    )
    letter = EmailMessage("Halo", "Isi", "a@example.com", [user.email])
    EmailBackend(file_path=str(settings.EMAIL_FILE_PATH)).send_messages([letter])
    return {
        "letter": inbox.letters(user.email)[0].id,
        "mail_key": EmailConfirmationHMAC(address).key,
        "partner": str(partner.uid),
        "passkey": str(passkey.pk),
        "payout": str(payout.uid),
        "reset_key": default_token_generator.make_token(user),
        "reset_user": user_pk_to_url_str(user),
    }


def _credential() -> dict[str, Any]:
    """What a browser tells about a new passkey."""
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    told = AttestedCredentialData.create(Aaguid(bytes(16)), secrets.token_bytes(16), public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    seen = AuthenticatorData.create(bytes(32), flags, 0, bytes(told))
    client = CollectedClientData.create("webauthn.create", bytes(32), "https://example.com")
    response = AuthenticatorAttestationResponse(
        client_data=client, attestation_object=AttestationObject.create("none", seen, {})
    )
    return dict(RegistrationResponse(raw_id=told.credential_id, response=response))
