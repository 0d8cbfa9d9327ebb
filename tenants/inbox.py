"""The local inbox: reads the mails that development writes to files instead of sending them."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

# What Django's file backend writes after each message; a mail may have such a line in its own text.
_RULE = re.compile(rb"\n-{79}\n(?=(?:Content-Type|MIME-Version): |\s*\Z)")
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as somebody would have received it."""

    id: str
    at: datetime
    subject: str
    sender: str
    recipients: str
    text: str
    html: str


def letters(query: str = "") -> list[Letter]:
    """The newest mails, those with `query` in subject, address or text."""
    words = query.lower().split()
    found: list[Letter] = []
    for path in sorted(_files(), key=lambda path: path.stat().st_mtime, reverse=True):
        found.extend(letter for letter in _read(path) if _matches(letter, words))
        if len(found) >= MOST_SHOWN:
            break
    return sorted(found, key=lambda letter: letter.at, reverse=True)[:MOST_SHOWN]


def letter(letter_id: str) -> Letter | None:
    """One mail by its id; None when the file is gone."""
    return next((one for path in _files() for one in _read(path) if one.id == letter_id), None)


def _files() -> list[Path]:
    folder = Path(settings.EMAIL_FILE_PATH)
    return list(folder.glob("*.log")) if folder.is_dir() else []


def _read(path: Path) -> list[Letter]:
    """The mails of one file, the last one first."""
    pieces = [piece for piece in _RULE.split(path.read_bytes()) if piece.strip()]
    return [_letter(path.name, number, piece) for number, piece in reversed(list(enumerate(pieces)))]


def _letter(name: str, number: int, raw: bytes) -> Letter:
    message: EmailMessage = message_from_bytes(raw.lstrip(), policy=policy.default)
    return Letter(
        id=hashlib.sha256(f"{name}:{number}".encode()).hexdigest()[:20],
        at=_moment(message),
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipients=str(message["To"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _moment(message: EmailMessage) -> datetime:
    try:
        moment = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return timezone.now()
    # A date that ends in -0000 is told in UTC, and Python leaves it naive.
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _matches(one: Letter, words: list[str]) -> bool:
    told = f"{one.subject} {one.sender} {one.recipients} {one.text}".lower()
    return all(word in told for word in words)
