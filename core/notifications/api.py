"""The mails of a store for its other systems: what went out, and who of the staff gets what."""

from datetime import datetime
from typing import Annotated, Any, Self

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from core.kernel.schemas import Cursor, StrictSchema, answers
from core.notifications import mail, selectors, services
from core.notifications.kinds import KINDS, Audience, Kind
from core.notifications.models import Message, MessageState
from core.notifications.selectors import MailChoices
from core.notifications.selectors.samples import sample
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Messages"])

PublicId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
Word = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]


class MessageOut(Schema):
    """One mail to one person. `about` is the number of the order, where it is about one."""

    id: str
    kind: str
    about: str
    recipient: str
    language: str
    subject: str
    state: MessageState
    attempts: int
    last_error: str
    created_at: datetime
    sent_at: datetime | None

    @classmethod
    def of(cls, message: Message) -> Self:
        fields = {name: getattr(message, name) for name in cls.model_fields if name != "id"}
        return cls(id=message.public_id, **fields)


class MessageQuery(StrictSchema):
    """How the list is narrowed."""

    state: MessageState | None = None
    q: Word = Field(default="", description="An order's number, or part of an address.")
    after: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class MessagePage(Schema):
    items: list[MessageOut]
    next: str | None


class MailKindOut(Schema):
    """A mail that the store sends, and when."""

    code: str
    audience: Audience
    title: str
    sent_when: str

    @classmethod
    def of(cls, kind: Kind) -> Self:
        return cls(
            code=kind.code, audience=kind.audience, title=str(kind.title), sent_when=str(kind.sent_when)
        )


class MailKindsOut(Schema):
    items: list[MailKindOut]
    next: str | None = None


class LetterOut(Schema):
    """A mail as it would be written, with an order that nobody placed."""

    subject: str
    text: str
    html: str


class MailChoicesOut(Schema):
    """One member, the mails that their role allows, and those they want."""

    member_id: str
    name: str
    allowed: list[str]
    wanted: list[str]

    @classmethod
    def of(cls, choices: MailChoices) -> Self:
        return cls(
            member_id=choices.member.id,
            name=choices.member.name,
            allowed=[kind.code for kind, _is_wanted in choices.choices],
            wanted=choices.wanted,
        )


class StaffMailsOut(Schema):
    items: list[MailChoicesOut]
    next: str | None = None


class MailChoicesIn(StrictSchema):
    """Exactly these mails come, the others do not."""

    wanted: Annotated[list[Code], Field(max_length=40)]


@router.get("/messages", response=answers(MessagePage), operation_id="list_messages")
@requires(Permission.EDIT_SETTINGS)
def list_messages(request: StoreRequest, asked: Query[MessageQuery]) -> Any:
    """Messages, newest first."""
    rows, cursor = selectors.message_list(
        state=asked.state or "", query=asked.q, after=asked.after, limit=asked.limit
    )
    return MessagePage(items=[MessageOut.of(row) for row in rows], next=cursor)


@router.post("/messages/{message_id}/again", response=answers(MessageOut), operation_id="send_message_again")
@requires(Permission.EDIT_SETTINGS)
def send_message_again(request: StoreRequest, message_id: PublicId) -> Any:
    """Send a message that failed or was refused anew. 409 for one that went out."""
    return MessageOut.of(services.send_again(public_id=message_id, actor=request.actor))


@router.get("/mail-kinds", response=answers(MailKindsOut), operation_id="list_mail_kinds")
@requires(Permission.EDIT_SETTINGS)
def list_mail_kinds(request: StoreRequest) -> Any:
    """Every mail that the store sends."""
    return MailKindsOut(items=[MailKindOut.of(kind) for kind in KINDS.values()])


@router.get("/mail-kinds/{code}/preview", response=answers(LetterOut), operation_id="preview_mail")
@requires(Permission.EDIT_SETTINGS)
def preview_mail(request: StoreRequest, code: Code) -> Any:
    """A mail in the language of the request."""
    language = request.LANGUAGE_CODE
    kind = selectors.kind_by_code(code)
    letter = mail.write(kind.code, sample(kind.code, now=timezone.now()), language)
    return LetterOut(subject=letter.subject, text=letter.text, html=letter.html)


@router.get("/staff-mails", response=answers(StaffMailsOut), operation_id="list_staff_mails")
@requires(Permission.EDIT_SETTINGS)
def list_staff_mails(request: StoreRequest) -> Any:
    """Everybody who works here, with the mails they get."""
    return StaffMailsOut(items=[MailChoicesOut.of(choices) for choices in selectors.mail_choices()])


@router.put("/staff-mails/{member_id}", response=answers(MailChoicesOut), operation_id="update_staff_mails")
@requires(Permission.EDIT_SETTINGS)
def update_staff_mails(request: StoreRequest, member_id: PublicId, body: MailChoicesIn) -> Any:
    """Set which mails a member gets."""
    actor = request.actor
    return MailChoicesOut.of(services.choose_mails(member_id=member_id, wanted=body.wanted, actor=actor))
