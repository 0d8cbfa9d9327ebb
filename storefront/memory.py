"""What every page of a shop reads: remembered by the process under the shop's word (tenants.shop_state)."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeVar

from django.db import connection
from django.http import HttpRequest

from storefront import drawing
from tenants.shop_state import SHOP

T = TypeVar("T")
_MOST: Final = 5_000
_known: OrderedDict[tuple[str, str], tuple[str, Any]] = OrderedDict()
_lock = Lock()


def remembered(request: HttpRequest, name: str, read: Callable[[], T]) -> T:
    """What `read` answers, or answered before while nothing in the shop has changed. Read only.

    name   says what it is, in this store; `read` asks nothing but tables of SHOP_TABLES
    """
    words = getattr(request, "shop_words", None)
    if words is None or drawing.previewed() is not None:
        return read()
    key = (str(request.store.uid), name)  # type: ignore[attr-defined]
    with _lock:
        word, value = _known.get(key, ("", None))
    if word == words[SHOP]:
        return value
    value = read()
    # What this request has written itself, others must not see before it is committed.
    if not connection.shop_changes:  # type: ignore[attr-defined]
        with _lock:
            _known.pop(key, None)
            _known[key] = (words[SHOP], value)
            if len(_known) > _MOST:
                _known.popitem(last=False)
    return value
