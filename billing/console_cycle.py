"""What staff may do to a store as a whole: write it down, bring it back, delete it, undo that."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from billing.console import do
from billing.console_frame import actor_of
from tenants import acts
from tenants.archive import backups, exporting, leaving, restoring
from tenants.console import Duty, staff_may
from tenants.models import Store
from tenants.moving import services as moving


@require_POST
@staff_may(Duty.HELP)
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """Have everything written down for the owners; only they can fetch it."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        actor = actor_of(request)
        made = exporting.ask(store=found, actor=actor, now=timezone.now())
        acts.note(
            actor=actor,
            action="archive.asked_by_staff",
            store=found,
            subject_id=str(made.uid),
            reason=cleaned["reason"],
        )

    return do(request, slug, "archive", act, _("The owners get a mail when the archive is ready."))


@require_POST
@staff_may(Duty.HELP)
def back_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a backup made now."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        backups.ask(store=found, actor=actor_of(request), now=timezone.now(), reason=cleaned["reason"])

    return do(request, slug, "archive", act, _("A backup is being made."))


@require_POST
@staff_may(Duty.RULE)
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring the store back to a backup."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        meant = restoring.backup_of(found, uuid.UUID(cleaned["backup"]))
        restoring.ask(store=found, archive=meant, actor=actor_of(request), reason=cleaned["reason"])

    return do(request, slug, "restore", act, _("The store is being brought back."))


@require_POST
@staff_may(Duty.RULE)
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the store, and delete it after thirty days."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        leaving.ask(store=found, actor=actor_of(request), now=timezone.now(), reason=cleaned["reason"])

    return do(request, slug, "leave", act, _("The store is closed and will be deleted."))


@require_POST
@staff_may(Duty.RULE)
def move(request: HttpRequest, slug: str) -> HttpResponse:
    """Move the store to another deployment's database."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        moving.ask(
            store=found,
            target=cleaned["target"],
            slug=cleaned["slug"],
            actor=actor_of(request),
            reason=cleaned["reason"],
        )

    return do(request, slug, "move", act, _("The store is being moved."))


@require_POST
@staff_may(Duty.RULE)
def turn_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo the move."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        moving.undo(
            store=found,
            actor=actor_of(request),
            reason=cleaned["reason"],
            lose_newer=cleaned["lose_newer"],
        )

    return do(request, slug, "turn_back", act, _("The store is coming back."))


@require_POST
@staff_may(Duty.RULE)
def stay(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo the deletion."""

    def act(found: Store, cleaned: dict[str, Any]) -> None:
        leaving.undo(store=found, actor=actor_of(request), now=timezone.now(), reason=cleaned["reason"])

    return do(request, slug, "stay", act, _("The store is what it was before."))
