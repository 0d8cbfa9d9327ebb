"""Draw a design, show it to shoppers, take it back."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from core.kernel import audit, files, ids
from core.kernel.errors import CommerceError
from storefront import selectors
from storefront.design import DRESS, Design, Section, as_json, checked, from_json, sections_of
from storefront.models import DesignVersion, HomeSection, Theme, VersionState
from tenants import context
from tenants.permissions import Actor

KEPT_VERSIONS: Final = 20


class NothingToPublish(CommerceError):
    """There is no draft."""

    code = "nothing_to_publish"


class NothingToUndo(CommerceError):
    """No earlier design is known."""

    code = "nothing_to_undo"


def lock_theme() -> Theme:
    """The dress, locked until the caller commits: whoever changes a design queues up here."""
    Theme.objects.get_or_create(pk=1)
    return Theme.objects.select_for_update().get(pk=1)


@transaction.atomic
def save_draft(*, design: Design, now: datetime, actor: Actor) -> Design:
    """Keep a design that shoppers do not see yet. The logo stays as it was: `put_logo` changes it.

    Raises   InvalidInput for the first thing that could not be shown, with its field
    Locks    the theme
    """
    lock_theme()
    before = selectors.latest_design()
    logo = {name: getattr(before, name) for name in ("logo", "logo_width", "logo_height")}
    return keep_draft(replace(checked(design), **logo), now=now, actor=actor)


def keep_draft(design: Design, *, now: datetime, actor: Actor) -> Design:
    """Write a checked design as the draft; one that is published already is none. Lock the theme first."""
    if design == selectors.published_design():
        DesignVersion.objects.filter(state=VersionState.DRAFT).delete()
        return design
    DesignVersion.objects.update_or_create(
        state=VersionState.DRAFT,
        defaults={"design": as_json(design), "made_at": now, "actor_name": actor.name},
    )
    return design


@transaction.atomic
def add_section(*, kind: str, now: datetime, actor: Actor) -> Section:
    """Put an empty section at the end of the drafted front page.

    Raises   InvalidInput for an unknown kind, or one section too many
    Locks    the theme
    """
    lock_theme()
    design = selectors.latest_design()
    added = Section(id=ids.new_id("sec"), kind=kind)
    keep_draft(checked(replace(design, sections=(*design.sections, added))), now=now, actor=actor)
    return added


@transaction.atomic
def remove_section(*, section_id: str, now: datetime, actor: Actor) -> None:
    """Take a section off the drafted front page. Removing it twice changes nothing.

    Locks    the theme
    """
    lock_theme()
    design = selectors.latest_design()
    left = tuple(each for each in design.sections if each.id != section_id)
    keep_draft(replace(design, sections=left), now=now, actor=actor)


@transaction.atomic
def discard_draft(*, actor: Actor) -> None:
    """Forget the draft; shoppers notice nothing. Without a draft nothing happens.

    Locks    the theme
    """
    lock_theme()
    gone, _rows = DesignVersion.objects.filter(state=VersionState.DRAFT).delete()
    if gone:
        _tidy()
        audit.write(actor=actor, action="design.draft_discarded", subject="design", subject_id="1")


@transaction.atomic
def publish(*, now: datetime, actor: Actor) -> Design:
    """Show the draft to shoppers, and remember what they saw until now.

    Raises   NothingToPublish
    Locks    the theme
    """
    lock_theme()
    draft = selectors.draft()
    if draft is None:
        raise NothingToPublish(_("Everything is published already."))
    if not selectors.versions():
        _remember(selectors.published_design(), now=now, actor=actor)
    design = checked(from_json(draft.design))
    _show(design)
    _remember(design, now=now, actor=actor)
    draft.delete()
    _tidy()
    audit.write(actor=actor, action="design.published", subject="design", subject_id="1")
    return design


@transaction.atomic
def undo(*, actor: Actor) -> Design:
    """Show shoppers the design before the published one again. A draft stays as it is.

    Raises   NothingToUndo
    Locks    the theme
    """
    lock_theme()
    latest, earlier = [*selectors.versions(), None, None][:2]
    if latest is None or earlier is None:
        raise NothingToUndo(_("There is no earlier design to go back to."))
    design = from_json(earlier.design)
    _show(design)
    latest.delete()
    _tidy()
    audit.write(actor=actor, action="design.undone", subject="design", subject_id="1")
    return design


def _show(design: Design) -> None:
    Theme.objects.update_or_create(pk=1, defaults={name: getattr(design, name) for name in DRESS})
    HomeSection.objects.all().delete()
    HomeSection.objects.bulk_create(sections_of(design))


def _remember(design: Design, *, now: datetime, actor: Actor) -> None:
    DesignVersion.objects.create(
        state=VersionState.SHOWN, design=as_json(design), made_at=now, actor_name=actor.name
    )


def _tidy() -> None:
    """Forget designs of long ago, and the logos that no design shows any more."""
    kept = selectors.versions()
    for old in kept[KEPT_VERSIONS:]:
        old.delete()
    shown = {version.design.get("logo", "") for version in kept[:KEPT_VERSIONS]}
    shown |= {selectors.latest_design().logo, selectors.published_design().logo}
    context.on_commit(_delete_other_logos, shown)


def _delete_other_logos(shown: set[str]) -> None:
    folder = files.key_of("theme")
    if not default_storage.exists(folder):
        return
    for name in default_storage.listdir(folder)[1]:
        if f"theme/{name}" not in shown:
            default_storage.delete(f"{folder}/{name}")
