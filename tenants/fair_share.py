"""How much of the product one store, or one key of it, may use in a second: what is over waits.

Each share is a bucket that fills evenly: `per_second` again and again, and at most `at_once` together. It is
kept as one number in Redis, the moment at which it would be full again (GCRA), and taken by one script that
takes from every bucket of a request or from none. While Redis is away each process counts for itself: the
limits are then looser, and never absent.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from tenants import meters, shop_state
from tenants.errors import CommerceError
from tenants.models import Store

_MOST_OF_A_PROCESS: Final = 10_000
_SECOND: Final = 1_000_000

# In microseconds. KEYS: the buckets; ARGV: for each its interval and its tolerance. Answers 0, or the number
# of the bucket that refuses and for how long.
_TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local full = {}
for i, key in ipairs(KEYS) do
    full[i] = math.max(tonumber(redis.call('GET', key) or 0), now)
    local wait = full[i] - now - ARGV[2 * i]
    if wait > 0 then return {i, wait} end
end
for i, key in ipairs(KEYS) do
    local after = full[i] + ARGV[2 * i - 1]
    redis.call('SET', key, string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
end
return {0, 0}
"""


class TooManyRequests(CommerceError):
    """A share is used up; `retry_after` seconds later there is room for one more."""

    code = "too_many_requests"
    http_status = 429

    def __init__(self, share: str, retry_after: int) -> None:
        self.share, self.retry_after = share, retry_after
        super().__init__(_("Too many requests. Wait %(wait)s s and try again.") % {"wait": retry_after})


@dataclass(frozen=True, slots=True)
class Bucket:
    """One share of one store.

    name        as in settings.FAIR_SHARES
    of          whose it is inside the store, such as the id of a key; empty for the store's own
    """

    name: str
    store: Store
    per_second: float
    at_once: int
    of: str = ""

    @property
    def key(self) -> str:
        """Below the store's own prefix, so that it goes when the store goes."""
        return f"store:{self.store.uid}:share:{self.name}:{self.of}"

    @property
    def interval(self) -> int:
        return ceil(_SECOND / self.per_second)

    @property
    def tolerance(self) -> int:
        return (self.at_once - 1) * self.interval


def bucket(name: str, store: Store, *, of: str = "") -> Bucket | None:
    """The share of that name as the settings and the store's plan have it; None where nothing is limited.

    A plan grants a store more by the entitlement `<name>_per_second`; what it may do at once grows with it.
    """
    share = settings.FAIR_SHARES.get(name)
    if share is None:
        return None
    per_second, at_once = share
    granted = store.entitlements.get(f"{name}_per_second") if not of else None
    if granted:
        at_once, per_second = max(1, round(at_once * granted / per_second)), granted
    return Bucket(name, store, per_second, at_once, of)


def take(*wanted: Bucket | None) -> None:
    """Take one request's worth out of each bucket, or out of none.

    Raises   TooManyRequests, which names the first that is empty
    """
    buckets = [each for each in wanted if each is not None]
    if not buckets:
        return
    number, wait = _taken(buckets)
    if number:
        share = buckets[number - 1].name
        meters.SHARE_REFUSALS.labels(share).inc()
        raise TooManyRequests(share, max(1, ceil(wait / _SECOND)))


def _taken(buckets: Sequence[Bucket]) -> tuple[int, int]:
    try:
        client = shop_state.redis()
    except RedisError:
        return _alone(buckets)
    told = [value for each in buckets for value in (each.interval, each.tolerance)]
    try:
        number, wait = client.register_script(_TAKE)([each.key for each in buckets], told)
    except RedisError:
        shop_state.leave_alone()
        return _alone(buckets)
    return int(number), int(wait)


# Without Redis

_lock = Lock()
_full: OrderedDict[str, int] = OrderedDict()


def _alone(buckets: Sequence[Bucket]) -> tuple[int, int]:
    """As the script, for this process alone; whoever asked longest ago is forgotten first."""
    now = time.monotonic_ns() // 1_000
    with _lock:
        full: list[Any] = [max(_full.get(each.key, 0), now) for each in buckets]
        for number, (each, moment) in enumerate(zip(buckets, full, strict=True), start=1):
            if moment - now > each.tolerance:
                return number, moment - now - each.tolerance
        for each, moment in zip(buckets, full, strict=True):
            _full[each.key] = moment + each.interval
            _full.move_to_end(each.key)
        while len(_full) > _MOST_OF_A_PROCESS:
            _full.popitem(last=False)
    return 0, 0
