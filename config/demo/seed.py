"""Opens the two demo stores through the product's own services, and writes down how to get in."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from config.demo import books, goods, sales, shopfront, story, tasks
from config.demo.catalogue import CATALOGUES
from config.demo.catalogue.parts import DemoCatalogue
from config.demo.people import STORES, DemoStaff, DemoStore
from core.catalog import selectors as catalog
from core.integrations import services as integrations
from tenants import context, hosts, members, provisioning, work
from tenants.domains import services as domains
from tenants.models import HostKind, Membership, Store, User
from tenants.permissions import SYSTEM, Actor, Permission

STAFF_EMAIL: Final = "staff@smartseller.example"
_ORDERS_PER_DAY: Final = {"kopi": 1.5, "batik": 2}
_SHOWN_FIRST: Final = 24
# So slowly that the workers have time for what the people who look around do.
_PACE: Final = timedelta(seconds=3)


def seed(path: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Open and fill what is missing, and return the facts written to `path`. Safe to run again.

    tell    is told in a few words what is being done
    """
    known = json.loads(path.read_text()) if path.exists() else {}
    old = {entry["slug"]: entry for entry in known.get("stores", [])}
    console = _person(STAFF_EMAIL, "Staff", known.get("console", {}), is_staff=True)
    console["totp_secret"] = _second_factor(STAFF_EMAIL, known.get("console", {}))
    facts = {
        "platform_url": hosts.platform_origin(),
        "console": {"url": hosts.origin(settings.CONSOLE_HOST), **console},
        "stores": [_store(demo, old.get(demo.slug, {})) for demo in STORES],
    }
    if "pictures" in known:
        facts["pictures"] = known["pictures"]
    _write(path, facts)
    tell("goods and sixty days of orders")
    _fill_all()
    if "pictures" not in known:
        _hang_pictures(tell)
        _write(path, {**facts, "pictures": "hung"})
    return facts


def _write(path: Path, facts: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=2))
    path.chmod(0o600)


def _person(email: str, name: str, known: dict[str, Any], **more: Any) -> dict[str, str]:
    """A login with a password made up on this machine; kept over restarts."""
    password = known.get("password") or secrets.token_urlsafe(9)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name, **more)
    elif not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return {"email": email, "password": password}


def _second_factor(email: str, known: dict[str, Any]) -> str:
    """The secret of the authenticator app for the console; `manage.py console_code` plays the app."""
    user = User.objects.get(email=email)
    mine = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    secret = str(known.get("totp_secret", ""))
    if not secret or not mine.exists():
        mine.delete()
        secret = secret or generate_totp_secret()
        TOTP.activate(user, secret)
    return secret


def _store(demo: DemoStore, known: dict[str, Any]) -> dict[str, Any]:
    owner = next(member for member in demo.staff if member.role == "OWNER")
    login = _person(owner.email, owner.name, known.get("owner", {}))
    store = Store.objects.filter(slug=demo.slug).first() or _open(demo, owner.email)
    _give_domain(store, demo.custom_hostname)
    old = {member["email"]: member for member in known.get("staff", [])}
    return {
        "slug": demo.slug,
        "dashboard_url": hosts.store_origin(store, HostKind.DASHBOARD),
        "storefront_url": hosts.origin(f"{demo.slug}.{settings.STOREFRONT_SUFFIX}"),
        "custom_domain_url": hosts.origin(demo.custom_hostname),
        "owner": login,
        "staff": [
            _hire(store, member, old.get(member.email, {})) for member in demo.staff if member != owner
        ],
        "api_key": known.get("api_key") or _key(store),
    }


def _open(demo: DemoStore, owner_email: str) -> Store:
    owner = User.objects.get(email=owner_email)
    store = provisioning.open_store(owner=owner, name=demo.name, slug=demo.slug, is_demo=True)
    work.work_until_idle()
    store.refresh_from_db()
    return store


def _hire(store: Store, member: DemoStaff, known: dict[str, Any]) -> dict[str, str]:
    login = _person(member.email, member.name, known)
    user = User.objects.get(email=member.email)
    Membership.objects.get_or_create(user=user, store=store, defaults={"role": member.role})
    return {**login, "role": member.role}


def _give_domain(store: Store, name: str) -> None:
    domains.grant(store=store, name=name, now=store.created_at)


def _key(store: Store) -> str:
    with context.in_store(store):
        return integrations.create_key(name="Demo", scopes=list(Permission), actor=SYSTEM)[1]


def _fill_all() -> None:
    """Fill the stores and the platform's books side by side, each in a process of its own."""
    empty = [demo.slug for demo in STORES if _is_empty(demo.slug)]
    wanted = [["--fill", slug] for slug in empty]
    if books.is_missing():
        wanted.append(["--books"])
    command = [sys.executable, "manage.py", "seed_demo"]
    children = [subprocess.Popen([*command, *each], cwd=settings.BASE_DIR) for each in wanted]
    codes = [child.wait() for child in children]
    if any(codes):
        raise CommandError("A demo store could not be filled: see the lines above.")


def _is_empty(slug: str) -> bool:
    with context.in_store(Store.objects.get(slug=slug)):
        return not catalog.status_counts()["ALL"]


def fill(slug: str) -> None:
    """Goods and sixty days of sales of one store, all or nothing."""
    demo = next(demo for demo in STORES if demo.slug == slug)
    store = Store.objects.get(slug=slug)
    staff = _staff_of(store)
    with context.in_store(store):
        shopfront.connect_gateway(demo)
        with transaction.atomic():
            _tell_the_story(demo, CATALOGUES[slug](), staff, now=timezone.now())


def _staff_of(store: Store) -> Actor:
    membership = Membership.objects.select_related("user").filter(store=store, role="OWNER").get()
    return members.actor_of(membership)


def _tell_the_story(demo: DemoStore, wares: DemoCatalogue, staff: Actor, *, now: datetime) -> None:
    opened_at = now - timedelta(days=story.DAYS + 5)
    shopfront.furnish(demo, now=opened_at)
    goods.fill(wares, opened_at=opened_at)
    sold = story.tell(wares, now=now, per_day=_ORDERS_PER_DAY[demo.slug], seed=len(demo.name))
    goods.deliver(wares, sold=story.units_sold(sold), at=opened_at + timedelta(days=1))
    sales.live(sold, staff=staff, now=now)
    goods.show_availability(wares)


def _hang_pictures(tell: Callable[[str], None]) -> None:
    """What the front pages show now, so that no shelf there looks empty; the workers draw the rest later."""
    tell("pictures of the newest products")
    _at_once(_hang_newest, [demo.slug for demo in STORES])
    _at_once(_paint, range(os.cpu_count() or 1))
    for slug, wares in CATALOGUES.items():
        with context.in_store(Store.objects.get(slug=slug)), transaction.atomic():
            for place, number in enumerate(reversed(range(len(wares().products)))):
                tasks.hang_pictures(number=number, run_at=timezone.now() + place * _PACE)


def _hang_newest(slug: str) -> None:
    with context.in_store(Store.objects.get(slug=slug)):
        for product in CATALOGUES[slug]().products[-_SHOWN_FIRST:]:
            goods.hang_pictures(product, most=1)


def _paint(_painter: int) -> None:
    work.work_until_idle()


def _at_once(act: Callable[[Any], None], on: Iterable[Any]) -> None:
    """Call `act` for all of them side by side; most of the time goes into waiting for other processes."""

    def alone(one: Any) -> None:
        try:
            act(one)
        finally:
            connection.close()

    with ThreadPoolExecutor() as crew:
        for done in [crew.submit(alone, one) for one in on]:
            done.result()
