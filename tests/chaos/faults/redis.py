"""F-REDIS: Redis dies, goes away, hangs, forgets, fills up, and comes back empty, while people buy."""

import http.client
import time
from collections.abc import Callable
from functools import partial

from redis import Redis

from tests.chaos import ground, truth
from tests.chaos.report import Report, Row
from tests.chaos.shop import Load, Shop
from tests.chaos.stage import Stage

POLLED_WITHIN = 10.0


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Each trouble under load. Orders go on, duties go on by the poll, and nobody sees an error page."""
    with report.row("F-REDIS") as row:
        for trouble in () if short else (_killed, _flushed, _full, _empty, _hanging):
            _under_load(row, stage, shops, trouble)
        _under_load(row, stage, shops, partial(_away, seconds=3 if short else 60))


def _under_load(
    row: Row, stage: Stage, shops: list[Shop], trouble: Callable[[Row, Stage, list[Shop]], None]
) -> None:
    row.runs += 1
    named = getattr(trouble, "__name__", "_away").lstrip("_")
    with Load(shops, threads=2, pause=0.3) as load:
        time.sleep(1)
        before = len(load.made)
        trouble(row, stage, shops)
        time.sleep(1)
    row.expect(not load.troubles, f"{named}: orders were refused: {load.troubles[:2]}")
    row.expect(len(load.made) > before, f"{named}: nobody could order")
    bad = sorted({status for told in load.made for status in told.statuses if status >= 500})
    row.expect(not bad, f"{named}: shoppers saw {bad}")
    truth.check(row, stage, shops)


def _killed(row: Row, stage: Stage, shops: list[Shop]) -> None:
    ground.kill_redis()
    _look_at_the_doors(row, stage)
    time.sleep(1)
    ground.redis.start()


def _flushed(row: Row, stage: Stage, shops: list[Shop]) -> None:
    for _ in range(5):
        _line().flushall()
        time.sleep(0.3)


def _full(row: Row, stage: Stage, shops: list[Shop]) -> None:
    """noeviction, and no room for another key: reads work, writes are refused."""
    line = _line()
    line.config_set("maxmemory-policy", "noeviction")
    line.config_set("maxmemory", "2mb")
    try:
        for number in range(200):
            line.set(f"junk{number}", b"x" * 50_000)
    except Exception:  # it is full
        pass
    _look_at_the_doors(row, stage)
    time.sleep(2)
    line.config_set("maxmemory", "0")
    line.delete(*[f"junk{number}" for number in range(200)])


def _empty(row: Row, stage: Stage, shops: list[Shop]) -> None:
    ground.kill_redis()
    ground.redis.remove()
    ground.redis.start()


def _hanging(row: Row, stage: Stage, shops: list[Shop]) -> None:
    """It takes connections and never answers: only a timeout helps."""
    stage.to_redis.swallow()
    began = time.monotonic()
    shops[0].buy()
    row.expect(time.monotonic() - began < 12, "an order took longer than 12 s beside a hanging Redis")
    stage.to_redis.heal()


def _away(row: Row, stage: Stage, shops: list[Shop], *, seconds: float) -> None:
    """Nothing listens for a while: what is due is found by the poll."""
    stage.to_redis.refuse()
    began = time.monotonic()
    told = shops[0].buy()
    _look_at_the_doors(row, stage)
    row.eventually(
        lambda: any(letter.recipient == told.email for letter in stage.postbox.letters),
        "without a bell, a mail did not go out by the poll",
        within=POLLED_WITHIN,
    )
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    stage.to_redis.heal()


def _look_at_the_doors(row: Row, stage: Stage) -> None:
    """Who is logged in works on; who wants to log in may be put off, since that needs a count of tries."""
    signed_in = {"Host": f"kopi.app.localhost:{stage.port}", "Cookie": stage.cookie}
    row.expect(_status(stage, "GET", "/orders/", signed_in) == 200, "the dashboard without Redis")
    stranger = {"Host": f"localhost:{stage.port}"}
    for verb, body in (("GET", None), ("POST", "login=sari@example.com&password=salah")):
        told = {**stranger, "Content-Type": "application/x-www-form-urlencoded"}
        status = _status(stage, verb, "/accounts/login/", told, body)
        row.expect(status < 500 or status == 503, f"the login page without Redis: {verb} {status}")


def _status(stage: Stage, verb: str, path: str, headers: dict[str, str], body: str | None = None) -> int:
    link = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=20)
    try:
        link.request(verb, path, body, headers)
        return link.getresponse().status
    except (OSError, http.client.HTTPException):
        return 599
    finally:
        link.close()


def _line() -> Redis:
    """Straight to the server, past the proxy."""
    return Redis.from_url(ground.servers.redis_url)
