"""Everybody who may try something, each with the browser or the program that they would use."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as _RECORDS_OF,
)
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from core.integrations import services as integrations
from core.integrations.models import ApiKey
from tenants import context
from tenants.hosts import CONSOLE, PLATFORM
from tenants.models import HostKind, Membership, Role, Store, User
from tenants.permissions import SYSTEM, Permission
from tenants.sessions import AUDIENCE
from tests.conftest import PASSWORD, client_at

HOSTS = {
    "PLATFORM": settings.PLATFORM_HOST,
    "CONSOLE": settings.CONSOLE_HOST,
    "DASHBOARD": f"kopi.{settings.DASHBOARD_SUFFIX}",
    "STOREFRONT": f"kopi.{settings.STOREFRONT_SUFFIX}",
}


@dataclass(frozen=True)
class Person:
    """Somebody at one kind of host. `rank` is the word that the table knows them by."""

    name: str
    rank: str
    client: Client
    cookies: tuple[tuple[str, str], ...] = ()
    # One of many who are told apart from nobody by one line of middleware: one method of a door is enough.
    is_extra: bool = False

    def fresh(self) -> Client:
        """The browser as it was at first: whatever an answer did to its cookies is forgotten."""
        self.client.cookies.clear()
        for name, value in self.cookies:
            self.client.cookies[name] = value
        return self.client

    def __str__(self) -> str:
        return self.name


def session_of(user: User, audience: str, *, proved: bool = False) -> str:
    """The cookie of somebody who is logged in at a host of this audience."""
    with context.in_public():
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[AUDIENCE] = audience
        # Proved a moment ago, and for as long as the play lasts.
        proof = {"at": time.time() + 3600, "reauthenticated": True}
        session[_RECORDS_OF] = str(user.pk)
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "mfa", "type": "totp", **proof} if proved else {"method": "password", **proof}
        ]
        session.save()
    return str(session.session_key)


class Cast:
    """The people of the play, and the browsers that they sit at."""

    def __init__(self, kopi: Store, batik: Store) -> None:
        self.kopi, self.batik = kopi, batik
        with context.in_public():
            self.owner = User.objects.get(email="sari@example.com")
            self.other_owner = User.objects.get(email="tono@example.com")
            for user in (self.owner, self.other_owner):
                EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
            self.staff = User.objects.create_user("rina@example.com", PASSWORD, name="Rina", is_staff=True)
            TOTP.activate(self.staff, generate_totp_secret())
            RecoveryCodes.activate(self.staff)
            self.careless = User.objects.create_user("rudi@example.com", PASSWORD, is_staff=True)
            self.dismissed = User.objects.create_user("bekas@example.com", PASSWORD)
            self.members = {Role.OWNER: self.owner}
            for role in Role.values[1:]:
                user = User.objects.create_user(f"{role.lower()}@example.com", PASSWORD, name=role.title())
                Membership.objects.create(user=user, store=kopi, role=role)
                self.members[role] = user

    def crowd(self) -> dict[str, list[Person]]:
        """Everybody by the kind of host they try; the first of each may do everything there."""
        return {
            "DASHBOARD": self.at_dashboard(),
            "CONSOLE": self.at_console(),
            "PLATFORM": self.at_platform(),
            "STOREFRONT": self.at_storefront(),
        }

    def at_dashboard(self) -> list[Person]:
        here, there = (f"{HostKind.DASHBOARD}:{store.uid}" for store in (self.kopi, self.batik))
        at = self._browsers("DASHBOARD")
        extra = partial(at, is_extra=True)
        return [
            *[at(role, role, session_of(user, here)) for role, user in self.members.items()],
            at("nobody", "stranger"),
            extra("a shopper", "stranger", cookies={"cart": "crt_" + "a" * 22}),
            extra(
                "owner of batik with the cookie of their own dashboard",
                "stranger",
                session_of(self.other_owner, there),
            ),
            extra(
                "owner of kopi with the cookie of the platform", "stranger", session_of(self.owner, PLATFORM)
            ),
            at("owner of batik, handed over to kopi", "stranger", session_of(self.other_owner, here)),
            extra("staff of the platform", "stranger", session_of(self.staff, here, proved=True)),
            extra("somebody who worked here once", "stranger", session_of(self.dismissed, here)),
        ]

    def at_console(self) -> list[Person]:
        at = self._browsers("CONSOLE")
        return [
            at("staff", "staff", session_of(self.staff, CONSOLE, proved=True)),
            at("staff without a second factor", "account", session_of(self.careless, CONSOLE)),
            at("owner of kopi", "account", session_of(self.owner, CONSOLE)),
            at("nobody", "stranger"),
            at(
                "staff with the cookie of the platform",
                "stranger",
                session_of(self.staff, PLATFORM, proved=True),
            ),
        ]

    def at_platform(self) -> list[Person]:
        at = self._browsers("PLATFORM")
        dashboard = f"{HostKind.DASHBOARD}:{self.kopi.uid}"
        return [
            at("owner of kopi", "own", session_of(self.owner, PLATFORM)),
            at("owner of batik", "account", session_of(self.other_owner, PLATFORM)),
            at("staff", "staff", session_of(self.staff, PLATFORM, proved=True)),
            at("nobody", "stranger"),
            at(
                "owner of kopi with the cookie of the dashboard",
                "stranger",
                session_of(self.owner, dashboard),
            ),
        ]

    def at_storefront(self) -> list[Person]:
        at = self._browsers("STOREFRONT")
        dashboard = f"{HostKind.DASHBOARD}:{self.kopi.uid}"
        return [
            at("nobody", "stranger"),
            at("a shopper", "stranger", cookies={"cart": "crt_" + "a" * 22}),
            at("another shopper", "stranger", cookies={"cart": "crt_" + "b" * 22}),
            at(
                "owner of kopi with the cookie of the dashboard",
                "stranger",
                session_of(self.owner, dashboard),
            ),
        ]

    def _browsers(self, kind: str) -> Callable[..., Person]:
        def at(
            name: str,
            rank: str,
            session: str = "",
            *,
            cookies: dict[str, str] | None = None,
            is_extra: bool = False,
        ) -> Person:
            jar = {**(cookies or {}), **({settings.SESSION_COOKIE_NAME: session} if session else {})}
            return Person(name, rank, client_at(HOSTS[kind]), tuple(jar.items()), is_extra)

        return at

    def programs(self) -> "Programs":
        return Programs(self)


class Programs:
    """What calls the API of kopi: keys with one scope, with all but one, with none that is any good."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        everything = list(Permission)
        with context.in_store(cast.kopi):
            self._all = self._key(everything)
            self._only = {scope: self._key([scope]) for scope in Permission}
            self._but = {scope: self._key([s for s in everything if s != scope]) for scope in Permission}
            revoked, expired = self._key(everything), self._key(everything)
            now = timezone.now()
            # That a key was used is noted once a minute: not during the play.
            ApiKey.objects.update(last_used_at=now + timedelta(days=1))
            self._spoil(revoked, revoked_at=now)
            self._spoil(expired, expires_at=now - timedelta(minutes=1))
        with context.in_store(cast.batik):
            foreign = self._key(everything)
        owner = session_of(cast.owner, f"{HostKind.DASHBOARD}:{cast.kopi.uid}")
        self.strangers = [
            Person("nobody", "stranger", client_at(HOSTS["DASHBOARD"])),
            Person(
                "the owner's browser",
                "stranger",
                client_at(HOSTS["DASHBOARD"]),
                ((settings.SESSION_COOKIE_NAME, owner),),
            ),
            Person("a key of batik", "stranger", self._program(foreign)),
            Person("a revoked key", "stranger", self._program(revoked)),
            Person("an expired key", "stranger", self._program(expired)),
        ]

    def with_everything(self) -> Client:
        """The program that may do everything."""
        return self._program(self._all)

    def with_only(self, scopes: list[str]) -> Client:
        """A program that may do this and nothing else."""
        if len(scopes) == 1:
            return self._program(self._only[Permission(scopes[0])])
        with context.in_store(self._cast.kopi):
            return self._program(self._key([Permission(scope) for scope in scopes]))

    def without(self, scope: str) -> Client:
        """A program that may do everything but this."""
        return self._program(self._but[Permission(scope)])

    def _key(self, scopes: list[Permission]) -> str:
        return integrations.create_key(name="Program", scopes=scopes, actor=SYSTEM)[1]

    def _spoil(self, key: str, **facts: Any) -> None:
        ApiKey.objects.filter(key_hash=sha256(key.encode()).hexdigest()).update(**facts)

    def _program(self, key: str) -> Client:
        client = client_at(HOSTS["DASHBOARD"])
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return client
