"""A year of other sellers for the console: how they came, paid, grew, fell behind and left.

Everything that is counted was made by the product's own services, day after day, with the dates that it would
have had. The stores themselves are empty.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from billing import mails
from billing.models import (
    AcquisitionCost,
    FunnelStep,
    Invoice,
    InvoiceState,
    Step,
    Subscription,
    SubscriptionEvent,
    SurveyAnswer,
    VisitDay,
)
from billing.services import access, by_invoice, cycling, dunning, pausing, paying, plans
from tenants import provisioning, work
from tenants.models import Job, JobState, Store, User
from tenants.permissions import SYSTEM

DAYS: Final = 330
_TRIAL: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, eq=False)
class DemoTenant:
    """One seller's story. Days count back from today; `acts` are days with what is done on them."""

    slug: str
    name: str
    came: int
    plan: str = ""
    interval: str = "MONTH"
    acts: dict[int, tuple[str, ...]] = field(default_factory=dict)
    # From that day on, nobody pays any more.
    stops_paying: int = -1
    score: int | None = None
    words: str = ""


TENANTS: Final = (
    DemoTenant(
        "teh-nusantara", "Teh Nusantara", 322, "basic", acts={200: ("change", "professional")}, score=10
    ),
    DemoTenant("sambal-bu-rini", "Sambal Bu Rini", 301, "basic", acts={120: ("cancel",)}, score=6),
    DemoTenant("tas-rotan-lombok", "Tas Rotan Lombok", 280, "professional", "YEAR", score=9),
    DemoTenant("keripik-singkong-88", "Keripik Singkong 88", 251, "basic"),
    DemoTenant(
        "sepatu-cibaduyut",
        "Sepatu Cibaduyut",
        233,
        "professional",
        acts={140: ("change", "basic"), 60: ("change", "enterprise")},
        score=9,
        words="Naik paket langsung terasa, stok cabang akhirnya rapi.",
    ),
    DemoTenant("kebun-anggrek", "Kebun Anggrek", 190, ""),
    DemoTenant(
        "madu-hutan-riau",
        "Madu Hutan Riau",
        165,
        "basic",
        stops_paying=75,
        score=3,
        words="Ongkir ke luar pulau masih membingungkan.",
    ),
    DemoTenant(
        "songket-palembang", "Songket Palembang", 130, "professional", acts={55: ("pause",), 25: ("resume",)}
    ),
    DemoTenant("lampu-bambu", "Lampu Bambu", 96, "basic", acts={30: ("change", "professional")}, score=8),
    DemoTenant("susu-kambing-etawa", "Susu Kambing Etawa", 64, "basic", stops_paying=20),
    DemoTenant("kaos-kota", "Kaos Kota", 37, "enterprise", score=10),
    DemoTenant("kue-lapis-legit", "Kue Lapis Legit", 9, ""),
)


def is_missing() -> bool:
    """Whether a seller of TENANTS has not come yet."""
    return Store.objects.filter(slug__in=[each.slug for each in TENANTS]).count() < len(TENANTS)


def fill(now: datetime) -> None:
    """Open what is missing and live through the year. Safe to run again: who has a history keeps it."""
    missing = [each for each in TENANTS if not Store.objects.filter(slug=each.slug).exists()]
    if not missing:
        return
    stores = {each: _open(each) for each in missing}
    with transaction.atomic():
        for tenant, store in stores.items():
            _begin(tenant, store, now)
        for day in range(DAYS, -1, -1):
            _live(stores, day, now - timedelta(days=day))
        _keep_silent()
    _count_visitors(now)


def _open(tenant: DemoTenant) -> Store:
    owner = User.objects.filter(email=f"{tenant.slug}@example.com").first() or User.objects.create_user(
        f"{tenant.slug}@example.com", None, name=tenant.name
    )
    store = provisioning.open_store(owner=owner, name=tenant.name, slug=tenant.slug, is_demo=True)
    work.work_until_idle()
    store.refresh_from_db()
    return store


def _begin(tenant: DemoTenant, store: Store, now: datetime) -> None:
    came = now - timedelta(days=tenant.came)
    Store.objects.filter(pk=store.pk).update(created_at=came, state_changed_at=came)
    Subscription.objects.filter(store=store).update(
        started_at=came, state_since=came, trial_ends_at=came + _TRIAL
    )
    SubscriptionEvent.objects.filter(store=store).update(at=came)
    hours = (0, 1, 5 + tenant.came % 40, 30 + tenant.came % 90, 90 + tenant.came * 3 % 700)
    reached = len(Step) if tenant.plan else 3
    FunnelStep.objects.bulk_create(
        [
            FunnelStep(store=store, step=step, at=came + timedelta(hours=after))
            for step, after in list(zip(Step, hours, strict=True))[:reached]
        ],
        ignore_conflicts=True,
    )
    if tenant.score is not None:
        SurveyAnswer.objects.create(
            store=store,
            user_uid=store.uid,
            score=tenant.score,
            comment=tenant.words,
            at=now - timedelta(days=tenant.came // 5),
        )


def _live(stores: dict[DemoTenant, Store], day: int, now: datetime) -> None:
    """One day: what is decided, what is paid, what goes on by itself."""
    for tenant, store in stores.items():
        if tenant.plan and day == tenant.came - 11:
            by_invoice.start(
                store=store, plan_code=tenant.plan, interval=tenant.interval, actor=SYSTEM, now=now
            )
        if day in tenant.acts:
            _act(store, tenant.acts[day], now)
        if day > tenant.stops_paying:
            _pay(store, now)
    plans.end_trials(now)
    cycling.run(now)
    dunning.run(now)
    access.recompute(now)


def _act(store: Store, act: tuple[str, ...], now: datetime) -> None:
    told: dict[str, Any] = {"store": store, "actor": SYSTEM, "now": now}
    if act[0] == "change":
        by_invoice.change(plan_code=act[1], interval="MONTH", **told)
    elif act[0] == "cancel":
        pausing.cancel(**told)
    elif act[0] == "pause":
        pausing.pause(days=90, **told)
    else:
        pausing.resume(**told)


def _pay(store: Store, now: datetime) -> None:
    """Transfer what has been open since yesterday."""
    since = now - timedelta(hours=20)
    for invoice in Invoice.objects.filter(store=store, state=InvoiceState.OPEN, issued_at__lte=since):
        paying.confirm_transfer(
            invoice=invoice,
            amount=paying.open_amount(invoice),
            bank_reference=f"{invoice.number}-BCA",
            reason="Demo",
            actor=SYSTEM,
            now=now,
        )


def _keep_silent() -> None:
    """Nobody wants a year's mails in the inbox of a demo."""
    Job.objects.filter(kind=mails.OWNERS, state=JobState.WAITING).delete()


def _count_visitors(now: datetime) -> None:
    day = now.date()
    VisitDay.objects.bulk_create(
        [
            VisitDay(day=day - timedelta(days=back), source=source, visits=number + back * 7 % 5)
            for back in range(DAYS)
            for source, number in (("", 6), ("instagram", 3), ("google", 2))
        ],
        ignore_conflicts=True,
    )
    month = day.replace(day=1)
    for number in range(11):
        AcquisitionCost.objects.get_or_create(
            month=month, defaults={"idr_amount": 350_000 + 25_000 * (number % 4), "entered_by": "Demo"}
        )
        month = (month - timedelta(days=1)).replace(day=1)
