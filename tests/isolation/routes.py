"""Finds every door of the product: pages of all urlconfs and operations of both APIs, with values to try."""

import importlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI

from config.api import dashboard_api, storefront_api
from tests.canaries import store_models
from tests.isolation.places import PLACE

KINDS = ("PLATFORM", "CONSOLE", "DASHBOARD", "STOREFRONT")
NOBODY = str(uuid.UUID(int=7))
MADE_UP = {"int": "1", "uuid": NOBODY, "uuidstr": NOBODY, "path": "a/b", "slug": "x", "str": "x"}


@dataclass(frozen=True, slots=True)
class Route:
    """One address, who may pass, and the room that its view stands in."""

    kind: str
    address: str
    door: Any
    app: str
    methods: tuple[str, ...] = ("GET", "POST")
    # Of an operation: its id in the OpenAPI document.
    name: str = ""
    is_csrf_exempt: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"

    def made_up(self) -> str:
        """The address with values that nothing has."""
        return "/" + PLACE.sub(lambda found: MADE_UP[found["kind"] or found["type"] or "str"], self.address)

    def real(self) -> list[str]:
        """The address with values of rows in the store in force: one per table of the room, at most four."""
        names = [found["name"] or found["group"] or found["field"] for found in PLACE.finditer(self.address)]
        if not names:
            return [self.made_up()]
        filled = [self._filled(model) for model in store_models() if model._meta.app_label == self.app]
        return [address for address in filled if address][:4]

    def _filled(self, model: type[models.Model]) -> str:
        row = model._default_manager.order_by("-pk").first()
        if row is None:
            return ""

        def value(found: re.Match[str]) -> str:
            name = found["name"] or found["group"] or found["field"] or ""
            own = getattr(row, name, None)
            if own is None and name.endswith("id"):
                own = getattr(row, "public_id", None) or row.pk
            return MADE_UP[found["kind"] or found["type"] or "str"] if own in (None, "") else str(own)

        return "/" + PLACE.sub(value, self.address)


def pages() -> list[Route]:
    """Every page of every kind of host, allauth's included."""
    found = []
    for kind in KINDS:
        urlconf = importlib.import_module(getattr(settings, f"{kind}_URLCONF"))
        for address, pattern in _walk(urlconf.urlpatterns):
            if not address.startswith("api/"):
                view = pattern.callback
                found.append(
                    Route(
                        kind,
                        address,
                        getattr(view, "door", None),
                        _room(view.__module__),
                        is_csrf_exempt=getattr(view, "csrf_exempt", False),
                    )
                )
    return found


def _walk(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        address = before + str(entry.pattern).lstrip("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, address)
        else:
            yield address, entry


def _room(module: str) -> str:
    names = module.split(".")
    return names[1] if names[0] == "core" else names[0]


def operations() -> list[Route]:
    """Every operation of both APIs."""
    mounted: tuple[tuple[str, str, NinjaAPI], ...] = (
        ("DASHBOARD", "api/v1", dashboard_api),
        ("STOREFRONT", "api/storefront/v1", storefront_api),
    )
    found = []
    for kind, prefix, api in mounted:
        for before, router in api._routers:
            for path, view in router.path_operations.items():
                for operation in view.operations:
                    function = operation.view_func
                    address = f"{prefix}{before}{path}".replace("//", "/")
                    door, room = getattr(function, "door", None), _room(function.__module__)
                    found.append(
                        Route(kind, address, door, room, tuple(operation.methods), operation.operation_id)
                    )
    return found


def is_foreign(route: Route) -> bool:
    """allauth's own pages: they guard themselves."""
    return route.app == "allauth"
