"""Reports of errors: which store, which piece of work, nothing of anybody; and no thread mixes stores up."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sentry_sdk
from django.conf import settings
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from config.watch import reports
from tenants import context, scopes, work
from tenants.models import Job, Store
from tests.conftest import client_at

CANARY = "c4n4ry-S3cr3t-9f8e7d"
EMAIL, PHONE = "ibu.rini@example.com", "081234567890"
log = logging.getLogger("tests.reports")


class Postbox(Transport):
    """Keeps what would have been sent."""

    sent: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            self.sent.append(json.loads(json.dumps(event, default=str)))


@pytest.fixture(autouse=True)
def sent() -> Iterator[list[dict[str, Any]]]:
    Postbox.sent = []
    reports.start("https://key@sentry.example/1", environment="tests", transport=Postbox)
    yield Postbox.sent
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def test_an_error_says_in_which_store_it_happened(kopi: Store, sent):
    with scopes.piece_of_work("request-1"), context.in_store(kopi):
        scopes.tell_store(kopi)
        log.error("broken")

    assert sent[0]["tags"] == {"work": "request-1", "store": kopi.schema_name}
    assert sent[0]["environment"] == "tests"


def test_an_error_outside_any_work_names_no_store(kopi: Store, sent):
    with scopes.piece_of_work("request-1"):
        scopes.tell_store(kopi)
        log.error("in kopi")
    log.error("afterwards")

    assert [event["tags"].get("store") for event in sent] == [kopi.schema_name, None]


def test_no_store_is_carried_over_by_threads_that_serve_both(kopi: Store, batik: Store, sent):
    """200 pieces of work on two threads, for one store, the other, or none, each with crumbs of its own."""

    def serve(number: int) -> None:
        store = (kopi, batik, None)[number % 3]
        with scopes.piece_of_work(f"work-{number}"):
            scopes.tell_store(store)
            logging.getLogger("tests").warning("crumb of %s", number)
            log.error("error %s in %s", number, store.schema_name if store else "none")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(serve, range(200)))

    assert len(sent) == 200
    for event in sent:
        _, number, _, where = event["logentry"]["formatted"].split()
        assert event["tags"]["work"] == f"work-{number}"
        assert event["tags"].get("store", "none") == where
        crumbs = [crumb["message"] for crumb in event.get("breadcrumbs", {}).get("values", [])]
        assert crumbs in ([f"crumb of {number}"], [])


def test_a_broken_page_is_reported_with_its_store_and_without_the_person(
    kopi: Store, batik: Store, sent, monkeypatch: pytest.MonkeyPatch
):
    def broken(*args: object) -> None:
        password = CANARY
        raise RuntimeError(f"Key (email)=({EMAIL}) {PHONE} password={password}")

    monkeypatch.setattr("config.pictures.PictureSourceMiddleware.__call__", broken)
    for store in (kopi, batik):
        client = client_at(f"{store.slug}.{settings.STOREFRONT_SUFFIX}")
        client.raise_request_exception = False
        client.cookies["shop"] = CANARY
        answer = client.post(f"/cart/?email={EMAIL}", {"password": CANARY, "phone": PHONE})
        assert answer.status_code == 500
        assert sent[-1]["tags"] == {"work": answer.headers["X-Request-Id"], "store": store.schema_name}

    assert [event["exception"]["values"][0]["type"] for event in sent] == ["RuntimeError"] * 2
    assert not any(secret in json.dumps(sent) for secret in (CANARY, EMAIL, PHONE))
    assert not any(key in event for event in sent for key in ("request", "user"))


def test_a_duty_that_fails_is_reported_with_its_store_and_kind(kopi: Store, sent):
    def fails() -> None:
        raise RuntimeError(f"no answer for {EMAIL}")

    work.register("tests.fails", fails)
    with context.in_store(kopi):
        job = work.enqueue("tests.fails", {})
    try:
        work.work_until_idle()
    finally:
        work._duties.pop("tests.fails")

    [event] = [event for event in sent if event["tags"].get("duty") == "tests.fails"]
    assert event["tags"] == {"work": f"job-{job.pk}", "duty": "tests.fails", "store": kopi.schema_name}
    assert EMAIL not in json.dumps(event)
    assert Job.objects.get(pk=job.pk).state == "WAITING"
