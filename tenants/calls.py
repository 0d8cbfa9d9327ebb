"""How many API calls each store makes on a day, and how many are refused. Counted in Redis, kept by billing.

Days are those of UTC. A lost Redis loses the counts since they were last read, never a call.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from redis.exceptions import RedisError

from tenants import shop_state
from tenants.models import Store

_KEPT: Final = timedelta(days=3)


def note(store: Store, now: datetime, *, is_refused: bool) -> None:
    """Count one call. Without Redis it is not counted."""
    key = _key(store, now.astimezone(UTC).date())
    try:
        with shop_state.redis().pipeline(transaction=False) as line:
            line.hincrby(key, "calls", 1)
            if is_refused:
                line.hincrby(key, "refused", 1)
            line.expire(key, _KEPT)
            line.execute()
    except RedisError:
        shop_state.leave_alone()


def counted(store: Store, now: datetime) -> dict[date, tuple[int, int]]:
    """Calls and refusals of today and yesterday, where there were any."""
    today = now.astimezone(UTC).date()
    found = {}
    try:
        for day in (today - timedelta(days=1), today):
            told = shop_state.redis().hgetall(_key(store, day))
            if told:
                numbers = {_text(name): int(value) for name, value in told.items()}
                found[day] = (numbers.get("calls", 0), numbers.get("refused", 0))
    except RedisError:
        shop_state.leave_alone()
    return found


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _key(store: Store, day: date) -> str:
    """Below the store's own prefix, so that it goes when the store goes."""
    return f"store:{store.uid}:calls:{day:%Y%m%d}"
