"""The audit log for sellers: who changed what, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.analytics import audit_words
from core.analytics.audit_forms import AuditFilterForm
from core.analytics.selectors import acting
from core.analytics.selectors.acting import AuditFilters, Change
from core.kernel.exports import Cell, csv_file
from core.kernel.formats import format_money
from core.kernel.models import AuditEntry
from tenants.permissions import Permission, requires
from tenants.replica import reads_replica
from tenants.requests import StoreRequest

MOST_EXPORTED = 20_000
_LONGEST_QUERY = 80


@require_safe
@requires(Permission.VIEW_AUDIT)
@reads_replica
def audit_log(request: StoreRequest) -> HttpResponse:
    """Every change, newest first, narrowed by person, thing, act and day."""
    form, filters = _asked(request)
    after = request.GET.get("after", "")[:400]
    rows, cursor = acting.audit_entries(filters, after=after)
    names = acting.names_of(rows)
    context = {
        "form": form,
        "rows": [_row(entry, names) for entry in rows],
        "query": filters.query,
        "chips": _chips(form, filters),
        "keep": [("q", filters.query)] if filters.query else [],
        "hidden": [(name, value) for name, value in _given(filters).items() if name != "q"],
        "is_narrowed": filters.is_narrowed,
        "next_url": _url(filters, after=cursor) if cursor else None,
        "first_url": _url(filters) if after else None,
        "export_url": f"{reverse('audit:export')}?{urlencode(_given(filters))}",
    }
    return render(request, "dashboard/audit/list.html", context)


@require_safe
@requires(Permission.VIEW_AUDIT)
@reads_replica
def export(request: StoreRequest) -> HttpResponse:
    """The entries that fit as a CSV file, newest first, one line per field that changed."""
    _form, filters = _asked(request)
    headings = (
        *(_("When"), _("Who"), _("Kind"), _("What happened"), _("Action"), _("Of what"), _("Id")),
        *(_("Field"), _("Before"), _("After"), _("Place in the chain"), _("Hash")),
    )
    lines = _lines(acting.all_entries(filters, most=MOST_EXPORTED))
    return csv_file(f"audit-log-{timezone.localdate():%Y-%m-%d}", headings, lines)


def _lines(entries: Iterator[AuditEntry]) -> Iterator[list[Cell]]:
    for entry in entries:
        what = (audit_words.action_words(entry.action), entry.action, entry.subject, entry.subject_id)
        who = (entry.at, entry.actor_name, audit_words.kind_words(entry.actor_kind))
        link = getattr(entry, "link", None)
        proof = (link.position, link.hash) if link else (None, None)
        changes = acting.changes_of(entry) or [Change("", "", "", is_fact=True)]
        for change in changes:
            told = (change.field, _text(change.field, change.before), _text(change.field, change.after))
            yield [*who, *what, *told, *proof]


def _asked(request: StoreRequest) -> tuple[AuditFilterForm, AuditFilters]:
    form = AuditFilterForm(request.GET, actors=acting.actors())
    return form, form.filters(request.GET.get("q", "").replace("\x00", "")[:_LONGEST_QUERY].strip())


def _row(entry: AuditEntry, names: Mapping[str, str]) -> dict[str, Any]:
    address = audit_words.ADDRESSES.get(entry.subject)
    return {
        "entry": entry,
        "title": audit_words.action_words(entry.action),
        "subject": audit_words.subject_words(entry.subject),
        "name": names.get(entry.subject_id, entry.subject_id),
        "url": reverse(address, args=[entry.subject_id]) if address and entry.subject_id else "",
        "kind": audit_words.kind_words(entry.actor_kind),
        "changes": [
            {
                "field": change.field.replace("_", " ").replace(".", " · "),
                "before": _text(change.field, change.before),
                "after": _text(change.field, change.after),
                "is_fact": change.is_fact,
            }
            for change in acting.changes_of(entry)
        ],
    }


def _text(field: str, value: Any) -> str:
    """A value as people read it; nested ones as a short list."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int) and field.endswith("amount"):
        return format_money(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(key, inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_text(field, inner) for inner in value)
    return str(value)


def _given(filters: AuditFilters) -> dict[str, str]:
    told = asdict(filters)
    told["q"] = told.pop("query")
    return {name: str(value) for name, value in told.items() if value}


def _url(filters: AuditFilters, *, without: str = "", **more: str) -> str:
    asked = {name: value for name, value in _given(filters).items() if name != without}
    return f"{reverse('audit:list')}?{urlencode({**asked, **more})}"


def _chips(form: AuditFilterForm, filters: AuditFilters) -> list[dict[str, Any]]:
    """One per filter that is on; pressing it takes the filter off."""
    chips = []
    for name, value in _given(filters).items():
        if name == "q":
            continue
        choices = dict(getattr(form.fields[name].widget, "choices", ()))
        label = f"{form.fields[name].label}: {choices.get(value, value)}"
        chips.append({"label": label, "url": _url(filters, without=name), "on": True})
    return chips
