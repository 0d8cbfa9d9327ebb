"""T-LOG: neither secrets nor people get into what is written about our work."""

import io
import json
import logging
import logging.config
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client

from config.watch import redaction
from config.watch.logs import JsonLine
from tenants import context, scopes
from tenants.logs import StoreFilter
from tenants.models import Store, User
from tests.conftest import client_at

CANARY = "c4n4ry-S3cr3t-9f8e7d"
SECRETS = [
    f"Authorization: Bearer {CANARY}",
    f"Basic {CANARY}",
    f"password={CANARY}",
    f"'password': '{CANARY} with blanks'",
    f'{{"api_key": "{CANARY}"}}',
    f"server_key: {CANARY}",
    f"Cookie: {CANARY}; other=1",
    f"access_token={CANARY}&next=/",
    f"postgres://kopi:{CANARY}@db.internal/one",
    f"ssk_{CANARY}",
    f"whsec_{CANARY}",
    f"SB-Mid-server-{CANARY}",
    f"sk_live_{CANARY}",
    f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.abc",
    f"Key (email)=({CANARY}) already exists.",
    f"Failing row contains (7, {CANARY}, null).",
    f"{CANARY}@example.com was refused",
]
PEOPLE = ["0812-3456-7890", "+6281234567890", "62 812 3456 7890", "4111 1111 1111 1111", "3174052505900001"]
HARMLESS = [
    "job core.payments.services.notices.apply_notice 6f1e0c54-8a3d-4d5b-9f8e-2b1a7c3d9e10 failed",
    "INV-1 is broken in 3 places",
    "store 12 of 1000 is at head",
    "2026-11-25T18:30:00.123+00:00 took 1234 ms for s_abcdefgh234567ab",
    "The connection is in 's_abcdefgh234567ab', the context in 'public'.",
]


@pytest.mark.parametrize("told", SECRETS)
def test_secrets_are_known_by_their_look(told: str):
    assert CANARY not in redaction.text(told)
    assert redaction.GONE in redaction.text(told)


@pytest.mark.parametrize("told", PEOPLE)
def test_numbers_of_people_and_cards_are_known_by_their_look(told: str):
    assert redaction.text(f"sent to {told}.") == f"sent to {redaction.GONE}."


@pytest.mark.parametrize("told", HARMLESS)
def test_what_operators_need_stays(told: str):
    assert redaction.text(told) == told


def test_secrets_are_known_by_their_key_however_deep():
    told = {"order": [{"shopper": {"email": "x", "Server_Key": 7}, "number": "SO-1"}], "csrf": None}

    assert redaction.deep(told) == {
        "order": [{"shopper": {"email": redaction.GONE, "Server_Key": redaction.GONE}, "number": "SO-1"}],
        "csrf": None,
    }


def test_what_refers_to_itself_ends():
    told: dict = {}
    told["again"] = told

    assert redaction.GONE in json.dumps(redaction.deep(told))


@pytest.mark.parametrize(
    "piece", ["a", "a.", "1 ", "token", "eyJa", "Key (", "Key (a)=(", "://a", "@", "password=", "0812"]
)
def test_no_text_takes_long(piece: str):
    """Whoever can have a long text logged must not be able to keep a worker busy with it."""
    began = time.perf_counter()

    redaction.text(piece * 1_000_000)

    assert time.perf_counter() - began < 0.5


# Lines


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict]]]:
    """Everything that is logged meanwhile, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    handler.addFilter(StoreFilter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_says_which_store_and_which_piece_of_work(kopi: Store, lines):
    with scopes.piece_of_work("job-7"), context.in_store(kopi):
        logging.getLogger("tests").info("counted %s", 3)

    [line] = lines()
    assert (line["store"], line["work"], line["message"]) == (kopi.schema_name, "job-7", "counted 3")
    assert (line["level"], line["logger"]) == ("INFO", "tests")


def test_work_that_has_ended_is_not_named_again(kopi: Store, lines):
    with scopes.piece_of_work("job-7"):
        scopes.tell_store(kopi)
    logging.getLogger("tests").info("later")

    assert (lines()[0]["store"], lines()[0]["work"]) == ("-", "-")


def test_extras_and_tracebacks_are_looked_through_too(lines):
    try:
        raise ValueError(f"password={CANARY}")
    except ValueError:
        logging.getLogger("tests").exception("broken", extra={"token": CANARY, "count": 3})

    [line] = lines()
    assert line["extra"] == {"token": redaction.GONE, "count": 3}
    assert line["error"] == "ValueError"
    assert "test_redaction.py" in line["trace"]
    assert CANARY not in json.dumps(line)


def test_a_request_full_of_secrets_leaves_none_in_the_log(kopi: Store, lines):
    """In every header that we read, in the address, in the body, and in a page that breaks."""
    client = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    client.raise_request_exception = False
    client.cookies["sid"] = CANARY
    for path in ("/api/v1/orders", f"/products/?token={CANARY}", f"/nothing?password={CANARY}"):
        client.post(
            path,
            data=json.dumps({"password": CANARY, "email": f"{CANARY}@example.com"}),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {CANARY}",
            HTTP_X_API_KEY=CANARY,
            HTTP_REFERER=f"https://example.com/?token={CANARY}",
        )

    assert CANARY not in json.dumps(lines())
    assert {line["work"] for line in lines() if line["logger"].startswith("django")} != {"-"}


# The id of a request


def test_an_answer_carries_the_id_that_stands_in_the_log(platform: Client, lines):
    answer = platform.get("/nothing")

    logged = {line["work"] for line in lines() if line["logger"] == "django.request"}
    assert logged == {answer.headers["X-Request-Id"]}


def test_a_strangers_id_is_not_taken(platform: Client):
    one = platform.get("/livez", HTTP_X_REQUEST_ID="mine").headers["X-Request-Id"]
    other = platform.get("/livez", HTTP_X_REQUEST_ID="mine").headers["X-Request-Id"]

    assert len({"mine", one, other}) == 3


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_no_request_is_echoed(method: str, kopi: Store, dashboard: Callable[..., Client], sari: User):
    for client in (dashboard(sari), client_at(settings.PLATFORM_HOST), client_at("anything.example")):
        answer = client.generic(method, "/", HTTP_X_SECRET=CANARY)

        assert (answer.status_code, answer.content) == (405, b"")
