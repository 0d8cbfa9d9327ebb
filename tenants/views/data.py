"""The page "Your data": take everything along, go back to a backup, or leave."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants import proof
from tenants.archive import backups, exporting, leaving, restoring, selectors, single
from tenants.errors import CommerceError
from tenants.forms import TypedAddressForm
from tenants.hosts import platform_origin
from tenants.models import ArchiveState, StoreArchive
from tenants.permissions import Permission, requires
from tenants.proof import proved
from tenants.requests import StoreRequest

PRODUCT = "product"


@never_cache
@require_safe
@requires(Permission.MANAGE_DATA)
def overview(request: StoreRequest) -> HttpResponse:
    """What can be taken along, what the store can go back to; htmx asks again while something is made."""
    downloads, restorations = selectors.downloads(request.store), selectors.restorations(request.store)
    preparing = next((each for each in downloads if each.state == ArchiveState.WAITING), None)
    going_back = next((each for each in restorations if each.state in ("WAITING", "BUILDING")), None)
    now = timezone.now()
    facts = {
        **_proof(request),
        "downloads": [(each, exporting.key_for(each) if _can_be_fetched(each) else "") for each in downloads],
        "preparing": preparing,
        "preparing_job": preparing and selectors.job_of(exporting.WRITE, archive_id=preparing.pk),
        "going_back": going_back,
        "going_back_job": going_back and selectors.job_of(restoring.RESTORE, restoration_id=going_back.pk),
        "backing_up": backups.is_waiting(request.store),
        "backups": selectors.backups_of(request.store),
        "restorations": restorations,
        "now": now,
    }
    facts["is_busy"] = bool(preparing or going_back or facts["backing_up"])
    part = "#state" if request.htmx else ""
    return render(request, f"dashboard/data/overview.html{part}", facts)


def _can_be_fetched(archive: StoreArchive) -> bool:
    return archive.state == ArchiveState.READY and bool(
        archive.expires_at and archive.expires_at > timezone.now()
    )


def _proof(request: StoreRequest) -> dict[str, Any]:
    return {
        "is_proved": proof.is_fresh(request),
        "prove_url": proof.address(request.store, request.get_full_path()),
    }


@require_POST
@requires(Permission.MANAGE_DATA)
@proved
def make(request: StoreRequest) -> HttpResponse:
    """Have everything written down."""
    try:
        exporting.ask(store=request.store, actor=request.actor, now=timezone.now())
    except exporting.TooManyArchives as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("We write everything down and send you a mail when it is ready."))
    return redirect("data:overview")


@never_cache
@require_safe
@requires(Permission.MANAGE_DATA)
def fetch(request: StoreRequest, uid: uuid.UUID) -> Any:
    """The archive itself, by its signed link, for somebody who has just shown who they are."""
    archive = exporting.by_link(
        store=request.store, uid=uid, key=request.GET.get("key", ""), now=timezone.now()
    )
    return _file(request, archive)


@proved
def _file(request: StoreRequest, archive: StoreArchive) -> FileResponse:
    file = exporting.open_file(archive)
    exporting.note_fetched(archive, request.store, request.actor)
    name = f"{request.store.slug}-{archive.taken_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_POST
@requires(Permission.MANAGE_DATA)
def back_up(request: StoreRequest) -> HttpResponse:
    """Have a backup made now, before something large."""
    try:
        backups.ask(store=request.store, actor=request.actor, now=timezone.now())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("A backup is being made."))
    return redirect("data:overview")


@never_cache
@require_safe
@requires(Permission.MANAGE_DATA)
def backup(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """One backup: what is in it against what there is now, and what can be brought back."""
    archive = restoring.backup_of(request.store, uid)
    return _backup_page(request, archive, TypedAddressForm(request.store.slug))


def _backup_page(
    request: StoreRequest, archive: StoreArchive, form: TypedAddressForm, status: int = 200
) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    found, trouble = [], ""
    if "q" in request.GET:
        try:
            found = single.find(store=request.store, archive=archive, kind=PRODUCT, words=words)
        except CommerceError as refusal:
            trouble = refusal.message
    facts = {
        **_proof(request),
        "archive": archive,
        "differences": selectors.differences(request.store, archive),
        "going_back": selectors.is_going_back(request.store),
        "form": form,
        "words": words,
        "has_asked": "q" in request.GET,
        "found": found,
        "trouble": trouble,
        "crumbs": [{"label": _("Your data"), "url": reverse("data:overview")}],
    }
    part = "#found" if request.htmx and status == 200 else ""
    return render(request, f"dashboard/data/backup.html{part}", facts, status=status)


@require_POST
@requires(Permission.MANAGE_DATA)
@proved
def restore(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Bring the whole store back, when its address was typed."""
    archive = restoring.backup_of(request.store, uid)
    form = TypedAddressForm(request.store.slug, request.POST)
    if form.is_valid():
        try:
            restoring.ask(store=request.store, archive=archive, actor=request.actor)
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your store is being brought back. It stays open meanwhile."))
            return redirect("data:overview")
    return _backup_page(request, archive, form, status=422)


@require_POST
@requires(Permission.MANAGE_DATA)
@proved
def bring_back(request: StoreRequest, uid: uuid.UUID, thing_id: str) -> HttpResponse:
    """Put one product back as it was."""
    archive = restoring.backup_of(request.store, uid)
    try:
        single.bring_back(
            store=request.store, archive=archive, kind=PRODUCT, thing_id=thing_id, actor=request.actor
        )
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The product is again what it was."))
    query = urlencode({"q": request.POST.get("q", "")[:100]})
    return HttpResponseRedirect(f"{reverse('data:backup', args=[uid])}?{query}")


@require_POST
@requires(Permission.MANAGE_DATA)
@proved
def undo(request: StoreRequest, uid: uuid.UUID) -> HttpResponse:
    """Let the store be what it was before it was brought back."""
    try:
        restoring.undo(store=request.store, uid=uid, actor=request.actor, now=timezone.now())
    except CommerceError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your store is again what it was before."))
    return redirect("data:overview")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_DATA)
@proved
def leave(request: StoreRequest) -> HttpResponse:
    """What deleting the store means, and the button, which wants its address typed."""
    form = TypedAddressForm(request.store.slug, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = leaving.ask(store=request.store, actor=request.actor, now=timezone.now())
        except CommerceError as refusal:
            form.add_error(None, refusal.message)
        else:
            gone = {"until": row.due_at, "platform": platform_origin()}
            return render(request, "dashboard/data/left.html", gone)
    facts = {
        "form": form,
        "days": leaving.days(),
        "counts": selectors.counts(request.store),
        "crumbs": [{"label": _("Your data"), "url": reverse("data:overview")}],
    }
    return render(request, "dashboard/data/leave.html", facts, status=422 if form.errors else 200)
