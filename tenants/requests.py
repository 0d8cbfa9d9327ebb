"""What a request knows when it has passed a door."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tenants.hosts import Route
from tenants.models import Membership, Store
from tenants.permissions import Actor


class StoreRequest(HttpRequest):
    """A request to a store's dashboard or API, past a door that `@requires` a permission.

    A type for readers and for mypy: Django makes the plain request, and the middleware adds these.
    """

    # HostMiddleware
    route: Route
    store: Store
    # MemberMiddleware, or the API's key; only pages have a membership
    actor: Actor
    membership: Membership
    # LanguageMiddleware and django-htmx
    LANGUAGE_CODE: str
    htmx: HtmxDetails
