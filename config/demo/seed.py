"""Opens the two demo stores through the product's own services, and writes down how to get in."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings

from core.integrations import services as integrations
from core.kernel import profile
from tenants import context, hosts, provisioning, work
from tenants.models import HostKind, Hostname, Store, User
from tenants.permissions import SYSTEM, Permission


@dataclass(frozen=True, slots=True)
class DemoStore:
    """What a demo store is called, and who runs it."""

    slug: str
    name: str
    owner_name: str
    phone: str
    custom_domain: str


DEMO_STORES = (
    DemoStore("kopi", "Kopi Senja", "Sari Wulandari", "+6281234567801", "kopisenja.localhost"),
    DemoStore("batik", "Batik Laras", "Tono Prasetyo", "+6281234567802", "batiklaras.localhost"),
)
STAFF_EMAIL = "staff@smartseller.example"


def seed(path: Path) -> dict[str, Any]:
    """Open what is missing and return the facts written to `path`. Safe to run again."""
    known = json.loads(path.read_text()) if path.exists() else {}
    old = {entry["slug"]: entry for entry in known.get("stores", [])}
    console = _person(STAFF_EMAIL, "Staff", known.get("console", {}), is_staff=True)
    facts = {
        "platform_url": hosts.platform_origin(),
        "console": {"url": hosts.origin(settings.CONSOLE_HOST), **console},
        "stores": [_store(demo, old.get(demo.slug, {})) for demo in DEMO_STORES],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=2))
    path.chmod(0o600)
    return facts


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


def _store(demo: DemoStore, known: dict[str, Any]) -> dict[str, Any]:
    owner = _person(
        f"{demo.owner_name.split()[0].lower()}@example.com", demo.owner_name, known.get("owner", {})
    )
    store = Store.objects.filter(slug=demo.slug).first() or _open(demo, owner["email"])
    _give_domain(store, demo.custom_domain)
    return {
        "slug": demo.slug,
        "dashboard_url": hosts.store_origin(store, HostKind.DASHBOARD),
        "storefront_url": hosts.origin(f"{demo.slug}.{settings.STOREFRONT_SUFFIX}"),
        "custom_domain_url": hosts.origin(demo.custom_domain),
        "owner": owner,
        "api_key": known.get("api_key") or _key(store),
    }


def _open(demo: DemoStore, owner_email: str) -> Store:
    owner = User.objects.get(email=owner_email)
    store = provisioning.open_store(owner=owner, name=demo.name, slug=demo.slug, is_demo=True)
    work.work_until_idle()
    store.refresh_from_db()
    with context.in_store(store):
        profile.edit(
            changes={"legal_name": demo.name, "whatsapp_phone": demo.phone, "email": owner_email},
            actor=SYSTEM,
        )
    return store


def _give_domain(store: Store, name: str) -> None:
    Hostname.objects.get_or_create(
        name=name,
        store=store,
        kind=HostKind.STOREFRONT,
        defaults={"verified_at": store.created_at},
    )
    hosts.forget_names([name])


def _key(store: Store) -> str:
    with context.in_store(store):
        return integrations.create_key(name="Demo", scopes=list(Permission), actor=SYSTEM)[1]
