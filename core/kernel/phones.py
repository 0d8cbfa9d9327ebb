"""Phone numbers as Indonesians type them, kept as E.164 (+628123456789)."""

import re
from typing import Final
from urllib.parse import quote

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from core.kernel.errors import CommerceError

_HOME: Final = "ID"
_MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class InvalidPhone(CommerceError):
    """This cannot be called; the message shows what a good number looks like."""

    code = "invalid_phone"
    http_status = 422

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(_("This phone number is not complete or not correct. Write it like 0812 3456 7890."))


def normalise(text: str) -> str:
    """Return the number as E.164: "0812-3456-7890" and "62 812 3456 7890" are both "+6281234567890".

    A number without country code is Indonesian.
    Raises       InvalidPhone
    """
    return phonenumbers.format_number(_parse(text), PhoneNumberFormat.E164)


def is_mobile(phone: str) -> bool:
    """Whether the number can receive WhatsApp and SMS: a mobile one. False for what is no number at all."""
    try:
        return phonenumbers.number_type(_parse(phone)) in _MOBILE
    except InvalidPhone:
        return False


def shown(phone: str) -> str:
    """The number as its owner writes it: 0812-3456-7890 at home, +65 8123 4567 abroad."""
    number = _parse(phone)
    home = phonenumbers.region_code_for_number(number) == _HOME
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def readable(phone: str) -> str:
    """The number as its owner writes it; what is no number stays as it is."""
    try:
        return shown(phone) if phone else ""
    except InvalidPhone:
        return phone


def whatsapp_link(phone: str, text: str = "") -> str:
    """A link that opens a WhatsApp chat with this number, with `text` already written.

    Raises       InvalidPhone when the number is wrong
    """
    link = f"https://wa.me/{normalise(phone).removeprefix('+')}"
    return f"{link}?text={quote(text)}" if text else link


def _parse(text: str) -> phonenumbers.PhoneNumber:
    """Read what was typed. Raises InvalidPhone, which shows the text as it was typed."""
    try:
        number = phonenumbers.parse(_with_prefix(text), _HOME)
    except NumberParseException as unreadable:
        raise InvalidPhone(text) from unreadable
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise InvalidPhone(text)
    return number


def _with_prefix(text: str) -> str:
    """Write the number so that the library cannot mistake it.

    The library takes the short "62812345678" for a landline in Jakarta and does not know "0062". People also
    write "+62 (0)812", the trunk zero after the country code.
    """
    if len(text) > 40 or re.search(r"[^\d\s+().\-/\u00a0\u2010-\u2015\u202a-\u202c]", text):
        raise InvalidPhone(text)
    digits = re.sub(r"\D", "", text)
    if not digits.isascii():
        digits = "".join(str(int(digit)) for digit in digits)
    if text.strip(" \u202a(").startswith("+"):
        digits = "00" + digits
    if digits.startswith("00"):
        return "+" + re.sub(r"^620+", "62", digits[2:])
    if digits.startswith("62"):
        return "+" + re.sub(r"^620+", "62", digits)
    return "+62" + digits if digits.startswith("8") else digits
