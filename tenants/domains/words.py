"""What the doctor found, in sentences: what is wrong, and what to type where."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from tenants.domains import names
from tenants.domains.doctor import Code
from tenants.domains.names import Record

_GOOD: Final = {Code.PROOF_FOUND, Code.LEADS_HERE}
_WAITING: Final = {Code.ON_ITS_WAY, Code.DNS_SILENT, Code.BEHIND_PROXY}
_WANTS_PROOF: Final = {
    Code.PROOF_MISSING,
    Code.PROOF_WRONG,
    Code.PROOF_NAME_DOUBLED,
    Code.PROOF_WITHOUT_LABEL,
}
_WANTS_POINTING: Final = {
    Code.NO_ADDRESS,
    Code.LEADS_ELSEWHERE,
    Code.WRONG_CNAME,
    Code.CNAME_NAME_DOUBLED,
}
_WORDS: Final[dict[Code, tuple[Any, Any]]] = {
    Code.DNS_SILENT: (
        _("DNS does not answer"),
        _("The domain's servers gave no answer just now. Nothing changes for your shop; we ask again soon."),
    ),
    Code.NO_SUCH_DOMAIN: (
        _("%(zone)s does not exist"),
        _(
            "Nobody has registered this domain, or it has run out. Check how it is written, or renew it "
            "where you bought it."
        ),
    ),
    Code.ON_ITS_WAY: (
        _("The change is on its way"),
        _(
            "Some servers know your new records, others still have the old ones. This takes minutes, at "
            "times a day. We keep looking."
        ),
    ),
    Code.PROOF_FOUND: (
        _("The domain is proven to be yours"),
        _("Leave the TXT record in place: we look for it every day."),
    ),
    Code.PROOF_MISSING: (
        _("The TXT record is missing"),
        _("Open the DNS settings where you bought the domain, and add this record."),
    ),
    Code.PROOF_WRONG: (
        _("The TXT record says something else"),
        _("It says “%(found)s”. Replace its value by the one below; copy it whole."),
    ),
    Code.PROOF_NAME_DOUBLED: (
        _("The name of the TXT record has the domain twice"),
        _(
            "It stands at %(found)s, since your provider adds the domain by itself. Type only %(label)s "
            "into the field for the name."
        ),
    ),
    Code.PROOF_WITHOUT_LABEL: (
        _("The TXT record has the wrong name"),
        _(
            "The value is right, but it stands at %(found)s itself. Type %(label)s into the field for the "
            "name."
        ),
    ),
    Code.LEADS_HERE: (_("The domain leads to your shop"), _("Shoppers who type it arrive here.")),
    Code.NO_ADDRESS: (
        _("The domain leads nowhere yet"),
        _("Open the DNS settings where you bought the domain, and add what stands below."),
    ),
    Code.LEADS_ELSEWHERE: (
        _("The domain leads to another place"),
        _(
            "Its address is %(found)s, perhaps of a former shop or a parking page. Remove that record, and "
            "add what stands below."
        ),
    ),
    Code.WRONG_CNAME: (
        _("The CNAME record leads to another place"),
        _("It leads to %(found)s. Replace it by what stands below."),
    ),
    Code.CNAME_NAME_DOUBLED: (
        _("The value of the CNAME record has the domain behind it"),
        _(
            "It leads to %(found)s, since your provider adds the domain by itself. Type the value below "
            "with a dot at its end."
        ),
    ),
    Code.LEFTOVER_RECORDS: (
        _("Old records are left over"),
        _("Some shoppers arrive elsewhere. Remove these records of %(name)s: %(listed)s. Keep the others."),
    ),
    Code.BEHIND_PROXY: (
        _("%(operator)s stands in front"),
        _(
            "We cannot see where the domain leads, and certificates may fail. In %(operator)s, set the "
            "record of %(name)s to “DNS only” (the grey cloud)."
        ),
    ),
    Code.CAA_FORBIDS: (
        _("A CAA record forbids the certificate"),
        _(
            "The CAA record at %(at)s allows only %(found)s. Add one more CAA record there, with the tag "
            "issue and the value %(issuer)s."
        ),
    ),
    Code.IN_QUARANTINE: (
        _("The domain was another store's until lately"),
        _(
            "To keep its shoppers safe it rests until %(day)s. Leave your records in place: we connect it "
            "after that."
        ),
    ),
    Code.IN_USE: (
        _("Another store uses this domain"),
        _(
            "Remove it there first. Do you not know that store? Take its TXT record out of the DNS "
            "settings: three days later it lets go."
        ),
    ),
}


Tone = Literal["success", "info", "danger"]


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding for people: `tone` is success, info or danger; `records` are what to type."""

    code: str
    tone: Tone
    title: str
    text: str
    records: list[Record]


def advice(name: str, token: str, finding: dict[str, Any]) -> Advice:
    """Put a kept finding about `name` into the reader's language."""
    code = Code(finding["code"])
    title, text = _WORDS[code]
    told = _told(name, finding["facts"])
    tone: Tone = "success" if code in _GOOD else "info" if code in _WAITING else "danger"
    return Advice(str(code), tone, str(title) % told, str(text) % told, _records(code, name, token))


def _told(name: str, facts: dict[str, Any]) -> dict[str, str]:
    """What any of the sentences may need."""
    until = parse_datetime(facts.get("until", ""))
    return {
        **facts,
        "name": name,
        "label": names.proof_record(name, "").label,
        "listed": ", ".join(f"{record['kind']} {record['value']}" for record in facts.get("records", [])),
        "issuer": settings.CERTIFICATE_ISSUERS[0],
        "day": date_format(localtime(until), "j F Y") if until else "",
    }


def _records(code: Code, name: str, token: str) -> list[Record]:
    if code in _WANTS_PROOF:
        return [names.proof_record(name, token)]
    return names.pointing_records(name) if code in _WANTS_POINTING else []
