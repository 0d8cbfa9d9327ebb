"""Mails that fail, mails that are refused, and workers that die while sending."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any, ClassVar

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from core.kernel.errors import NotFound
from core.notifications import services as notifications
from core.notifications.models import Message, MessageState
from core.notifications.services.sending import AlreadySent, deliver
from tenants.models import Job
from tenants.permissions import SYSTEM
from tests.factories.orders import placed_order

pytestmark = pytest.mark.usefixtures("store")


class MoodyBackend(EmailBackend):
    """A provider that raises what stands in `mood`, one error per mail, then works."""

    mood: ClassVar[list[Exception]] = []

    def send_messages(self, messages: Any) -> int:
        if self.mood:
            raise self.mood.pop()
        return super().send_messages(messages)


@pytest.fixture
def provider(settings: Any) -> list[Exception]:
    settings.EMAIL_BACKEND = f"{__name__}.MoodyBackend"
    MoodyBackend.mood.clear()
    return MoodyBackend.mood


@pytest.fixture
def message(store: Any) -> Message:
    """A shopper's mail that waits to be sent."""
    order = placed_order(email="dewi@example.com", placed_at=timezone.now())
    notifications.announce(kind="order_placed", source_id=order.pk, now=timezone.now())
    return Message.objects.get(recipient="dewi@example.com")


def send(message: Message) -> str:
    deliver.now(message_id=message.pk)  # type: ignore[attr-defined]
    message.refresh_from_db()
    return message.state


def test_a_mail_goes_out_once_however_often_it_is_delivered(message: Message):
    assert [send(message), send(message)] == ["SENT", "SENT"]
    assert len(outbox.outbox) == 1
    assert message.attempts == 1


def test_a_provider_that_is_down_is_tried_again(message: Message, provider: list[Exception]):
    provider.append(ConnectionError("no route"))

    with pytest.raises(ConnectionError):
        send(message)

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("FAILED", "ConnectionError: no route")
    assert (send(message), message.attempts, message.last_error) == ("SENT", 2, "")


def test_an_address_that_is_refused_is_not_tried_again(message: Message, provider: list[Exception]):
    provider.append(SMTPRecipientsRefused({"dewi@example.com": (550, b"unknown")}))

    assert [send(message), send(message)] == ["REFUSED", "REFUSED"]
    assert outbox.outbox == []


def test_an_address_that_is_only_put_off_is_tried_again(message: Message, provider: list[Exception]):
    """Greylisting answers strangers 451 the first time; smtplib calls that refused as well."""
    provider.append(SMTPRecipientsRefused({"dewi@example.com": (451, b"come again later")}))

    with pytest.raises(SMTPRecipientsRefused):
        send(message)

    message.refresh_from_db()
    assert message.state == "FAILED"
    assert send(message) == "SENT"


def test_a_mail_that_could_not_be_written_is_tried_again(message: Message, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as broken:
        broken.setattr("core.notifications.mail.write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(message)

    assert send(message) == "SENT"


def test_a_person_may_ask_for_another_attempt(message: Message, provider: list[Exception]):
    provider.append(SMTPRecipientsRefused({}))
    send(message)

    notifications.send_again(public_id=message.public_id, actor=SYSTEM)

    assert send(message) == "SENT"


def test_nobody_gets_a_mail_a_second_time(message: Message):
    send(message)

    with pytest.raises(AlreadySent):
        notifications.send_again(public_id=message.public_id, actor=SYSTEM)
    with pytest.raises(NotFound):
        notifications.send_again(public_id="msg_unknown", actor=SYSTEM)
    assert len(outbox.outbox) == 1


def test_two_workers_never_send_at_once(message: Message):
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, claimed_at=timezone.now())

    assert send(message) == "SENDING"
    assert outbox.outbox == []


def test_who_finds_a_mail_being_sent_comes_back_when_its_sender_must_have_died(message: Message):
    Job.objects.all().delete()
    now = timezone.now()
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, claimed_at=now)

    send(message)

    later = Job.objects.get(kind=deliver.kind)  # type: ignore[attr-defined]
    assert later.next_at == now + timedelta(minutes=4)


def test_a_worker_that_died_is_replaced_and_the_mail_keeps_its_id(message: Message):
    long_ago = timezone.now() - timedelta(minutes=5)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, claimed_at=long_ago)

    assert send(message) == "SENT"
    assert outbox.outbox[0].extra_headers["Message-ID"].startswith(f"<{message.public_id}.")


def test_a_mail_about_nothing_is_skipped(message: Message):
    Message.objects.filter(pk=message.pk).update(source_id=999_999)

    assert send(message) == "SKIPPED"
    assert outbox.outbox == []
