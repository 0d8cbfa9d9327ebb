"""Showing once more who one is, before something that cannot be taken back.

People log in on the platform's host, so they are asked there; the answer is carried to the store's dashboard
by a signed word that is good for a minute, for this person and this store only, and kept in the session for
ten.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tenants.errors import CommerceError
from tenants.handoff import safe_path
from tenants.hosts import platform_origin
from tenants.models import Store, User
from tenants.requests import StoreRequest

LASTS: Final = timedelta(minutes=10)
_ON_THE_WAY: Final = timedelta(seconds=60)
_SALT: Final = "tenants.proof"
_KEY: Final = "proved_at"


class ProofRefused(CommerceError):
    """Too old, of somebody else or another store, or none at all: one answer for all."""

    code = "proof_refused"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("This did not work. Go back and show once more who you are."))


def issue(*, user: User, store: Store) -> str:
    """The signed word that `user` has just shown who they are. The door has seen it."""
    return signing.dumps([str(user.uid), str(store.uid)], salt=_SALT)


def accept(request: HttpRequest, word: str) -> None:
    """Note in the session that its person was seen just now. Raises ProofRefused."""
    try:
        meant = signing.loads(word, salt=_SALT, max_age=_ON_THE_WAY)
    except signing.BadSignature:
        raise ProofRefused from None
    uid = getattr(request.user, "uid", "")
    if meant != [str(uid), str(request.store.uid)]:  # type: ignore[attr-defined]
        raise ProofRefused
    request.session[_KEY] = int(time.time())


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session's person has shown who they are a moment ago."""
    return time.time() - int(request.session.get(_KEY, 0)) < LASTS.total_seconds()


def address(store: Store, next_path: str) -> str:
    """Where one shows it; from there one comes back to `next_path`."""
    query = urlencode({"next": safe_path(next_path)})
    return f"{platform_origin()}/stores/{store.slug}/prove/?{query}"


def proved(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page for people who have just shown who they are; others are sent to do so, and back again.

    Stands below `@requires`. What was sent in a form is not done then: browsers would not let a form lead to
    another host.
    """

    @wraps(view)
    def guarded(request: StoreRequest, *args: Any, **kwargs: Any) -> Any:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        if request.method == "GET":
            return HttpResponseRedirect(address(request.store, request.get_full_path()))
        messages.info(request, _("Show once more who you are, then do it again."))
        return redirect("data:overview")

    return guarded
