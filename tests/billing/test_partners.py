"""Partners earn on money that came in, lose what goes back, and never on their own stores."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client

from billing import services
from billing.models import BuyerDetails, CommissionEntry, Invoice, Partner, Payout, Referral
from billing.services import balances, commissions, crediting, partnering, paying
from core.payments.models import BankAccount
from tenants import context
from tenants.models import PlatformAct, StaffRole, Store, User
from tenants.permissions import SYSTEM
from tests.billing.invoices import DAY, MONTH, NOON, open_invoice, subscribed
from tests.conftest import PASSWORD, client_at

AUGUST = datetime(2026, 8, 1, 5, 0, tzinfo=UTC)
REASON = {"reason": "Transfer BCA 4711"}
SHARE = 68_850  # 15 % of a month of Basic before tax


@pytest.fixture
def agus(db: None) -> User:
    """Brings stores."""
    return User.objects.create_user("agus@agensi.co.id", PASSWORD, name="Agus")


@pytest.fixture
def partner(agus: User) -> Partner:
    services.load_plans()
    return Partner.objects.create(
        user=agus, code="agus", name="Agus", bank="BCA", account_number="1234567890", state="ACTIVE"
    )


@pytest.fixture
def brought(partner: Partner, kopi: Store) -> Referral:
    """Kopi came through Agus, and is on Basic."""
    subscribed(kopi)
    return Referral.objects.create(partner=partner, store=kopi)


def paid(store: Store, now: datetime = NOON, net_amount: int = MONTH) -> Invoice:
    invoice = open_invoice(store, net_amount)
    paying.confirm_transfer(
        invoice=invoice,
        amount=invoice.total_amount,
        bank_reference=invoice.number,
        reason="Seen",
        actor=SYSTEM,
        now=now,
    )
    return Invoice.objects.get(pk=invoice.pk)


def entries() -> list[tuple[str, int]]:
    return list(CommissionEntry.objects.order_by("pk").values_list("kind", "amount"))


def test_a_share_is_earned_once_when_the_money_is_in(brought: Referral, kopi: Store):
    open_invoice(kopi)
    commissions.catch_up(NOON)
    assert entries() == []

    paid(kopi)
    commissions.catch_up(NOON)
    commissions.catch_up(NOON + DAY)
    assert entries() == [("EARNED", SHARE)]


def test_what_goes_back_takes_its_share_back(brought: Referral, kopi: Store):
    invoice = paid(kopi)
    commissions.catch_up(NOON)
    crediting.credit(invoice=invoice, total_amount=invoice.total_amount // 3, reason="A slip", now=NOON)
    commissions.catch_up(NOON)
    commissions.catch_up(NOON)
    assert entries() == [("EARNED", SHARE), ("CLAWED_BACK", -SHARE // 3)]

    invoice.refresh_from_db()
    crediting.void(invoice=invoice, reason="All of it", now=NOON)
    commissions.catch_up(NOON)
    assert sum(amount for _kind, amount in entries()) == 0


def test_money_that_we_gave_earns_nothing(brought: Referral, kopi: Store):
    balances.give(
        store=kopi, amount=600_000, currency="IDR", reference="a", reason="Sorry", actor=SYSTEM, now=NOON
    )
    paying.use_balance(invoice=open_invoice(kopi), now=NOON)
    commissions.catch_up(NOON)

    assert entries() == []


def test_nothing_is_earned_after_the_months_are_over(brought: Referral, kopi: Store):
    paid(kopi)
    paid(kopi, NOON.replace(year=2027, month=6))
    paid(kopi, NOON.replace(year=2027))
    commissions.catch_up(NOON.replace(year=2028))

    assert entries() == [("EARNED", SHARE)] * 2


def test_more_paying_stores_earn_more(brought: Referral, partner: Partner, kopi: Store, batik: Store):
    tier = commissions.tier_of(partner)
    assert tier is not None and tier.basis_points == 1_500

    type(tier).objects.filter(from_stores=5).update(from_stores=2)
    subscribed(batik)
    Referral.objects.create(partner=partner, store=batik)
    paid(kopi)
    commissions.catch_up(NOON)
    assert entries() == [("EARNED", 91_800)]


@pytest.mark.parametrize("twist", ["person", "domain", "account", "npwp"])
def test_ones_own_store_earns_nothing_and_says_why(
    brought: Referral, partner: Partner, kopi: Store, sari: User, twist: str
):
    _make_own(twist, partner, kopi, sari)
    paid(kopi)
    commissions.catch_up(NOON)
    brought.refresh_from_db()

    assert brought.held_for == f"SAME_{twist.upper()}"
    assert entries() == []


def _make_own(twist: str, partner: Partner, kopi: Store, sari: User) -> None:
    if twist == "person":
        Partner.objects.filter(pk=partner.pk).update(user=sari)
    elif twist == "domain":
        for user, email in ((partner.user, "agus@agensi.co.id"), (sari, "sari@agensi.co.id")):
            EmailAddress.objects.create(user=user, email=email, verified=True)
    elif twist == "account":
        with context.in_store(kopi):
            BankAccount.objects.create(public_id="ba_1", bank="BCA", number="123-456-7890", holder="Agus")
    else:
        Partner.objects.filter(pk=partner.pk).update(npwp="1" * 16)
        BuyerDetails.objects.create(store=kopi, npwp="1" * 16)


def test_a_shared_free_mail_says_nothing(brought: Referral, partner: Partner, kopi: Store, sari: User):
    for user, email in ((partner.user, "agus@gmail.com"), (sari, "sari@gmail.com")):
        EmailAddress.objects.create(user=user, email=email, verified=True)

    assert partnering.why_held(partner, kopi) == ""


def test_a_statement_comes_with_the_next_month_once_and_holds_what_came_before(
    brought: Referral, kopi: Store
):
    paid(kopi)
    commissions.catch_up(NOON)
    commissions.make_statements(NOON + DAY)
    assert not Payout.objects.exists()

    commissions.make_statements(AUGUST)
    commissions.make_statements(AUGUST + DAY)
    payout = Payout.objects.get()
    assert (f"{payout.month:%Y-%m}", payout.amount, payout.currency) == ("2026-07", SHARE, "IDR")


def test_less_than_nothing_waits_for_the_next_statement(brought: Referral, kopi: Store):
    invoice = paid(kopi)
    commissions.catch_up(NOON)
    commissions.make_statements(AUGUST)
    crediting.void(invoice=invoice, reason="Back", now=AUGUST)
    commissions.catch_up(AUGUST)
    commissions.make_statements(AUGUST + 31 * DAY)

    assert Payout.objects.count() == 1
    assert CommissionEntry.objects.filter(payout=None).get().amount == -SHARE


def test_a_link_is_kept_and_taken_at_sign_up(partner: Partner):
    browser = client_at(settings.PLATFORM_HOST)
    browser.get("/?ref=agus")
    cookie = browser.cookies["ref"]
    assert (cookie.value, cookie["max-age"]) == ("agus", 60 * 24 * 3600)

    told = {"email": "dewi@example.com", "password": PASSWORD, "store_name": "Teh", "slug": "teh-dewi"}
    browser.post("/signup/", told)
    assert Referral.objects.get().store.slug == "teh-dewi"


def test_a_link_of_nobody_is_not_kept(partner: Partner):
    Partner.objects.update(state="APPLIED")
    browser = client_at(settings.PLATFORM_HOST)
    for code in ("agus", "nobody", "%00", "x" * 400):
        browser.get(f"/?ref={code}")

    assert "ref" not in browser.cookies


def at_home(user: User) -> Client:
    browser = client_at(settings.PLATFORM_HOST)
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    browser.cookies["lang"] = "en"
    return browser


APPLICATION = {
    "name": "Agus Agensi",
    "npwp": "01.234.567.8-901.000",
    "bank": "BCA",
    "account_number": "123 456",
}


def test_somebody_applies_once_and_sees_a_link_when_taken(agus: User, console: Client):
    services.load_plans()
    browser = at_home(agus)
    browser.post("/partner/", APPLICATION)
    browser.post("/partner/", {**APPLICATION, "name": "Another"})
    partner = Partner.objects.get()
    assert (partner.name, partner.npwp, partner.account_number) == (
        "Agus Agensi",
        "012345678901000",
        "123456",
    )

    console.post(f"/partners/{partner.uid}/take/", REASON)
    assert f"?ref={partner.code}" in browser.get("/partner/").content.decode()


def test_what_is_wrong_in_an_application_is_said(agus: User):
    answer = at_home(agus).post("/partner/", {**APPLICATION, "npwp": "12", "account_number": "x"})

    assert answer.status_code == 422
    assert not Partner.objects.exists()


def test_a_payout_is_exported_and_marked_once(brought: Referral, kopi: Store, console: Client):
    paid(kopi)
    commissions.catch_up(NOON)
    commissions.make_statements(AUGUST)
    payout = Payout.objects.get()
    assert f"Agus,,BCA,1234567890,,IDR,{SHARE}" in console.get("/partners/payouts.csv").content.decode()

    console.post(f"/partners/payouts/{payout.uid}/paid/", REASON)
    console.post(f"/partners/payouts/{payout.uid}/paid/", REASON)
    payout.refresh_from_db()
    assert payout.state == "PAID"
    assert PlatformAct.objects.filter(action="payout.paid").count() == 1


def test_support_sees_partners_and_no_bank_accounts(brought: Referral, console: Client, rina: User):
    User.objects.filter(pk=rina.pk).update(staff_role=StaffRole.SUPPORT)

    assert console.get("/partners/").status_code == 200
    assert "1234567890" not in console.get("/partners/").content.decode()
    assert console.get("/partners/payouts.csv").status_code == 403


def test_a_statement_is_its_partners_alone(brought: Referral, kopi: Store, agus: User, sari: User):
    paid(kopi)
    commissions.catch_up(NOON)
    commissions.make_statements(AUGUST)
    url = f"/partner/statements/{Payout.objects.get().uid}.csv"

    assert str(SHARE) in at_home(agus).get(url).content.decode()
    assert at_home(sari).get(url).status_code == 404
    assert "Kopi" in at_home(agus).get("/partner/").content.decode()


def test_a_partner_that_ended_earns_nothing_new(brought: Referral, partner: Partner, kopi: Store):
    Partner.objects.update(state="ENDED")
    paid(kopi)
    commissions.catch_up(NOON)

    assert entries() == []
