"""Makes a new store of an archive, with everything in it, in this or in a fresh deployment."""

import zipfile
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from tenants import acts, context, hosts, provisioning, schemas, slugs, structure
from tenants.archive import loading, parts, places
from tenants.archive.manifest import Manifest, NotAnArchive
from tenants.archive.writing import Tell
from tenants.errors import broken_rule
from tenants.models import Membership, Role, Store, StoreState, User
from tenants.permissions import Actor


class ArrivedDifferently(NotAnArchive):
    """What came out is not what was written down. Nothing of it is kept."""

    code = "arrived_differently"


def import_store(
    path: Path, *, owner: User, slug: str, actor: Actor, now: datetime, tell: Tell
) -> tuple[Store, Manifest]:
    """Make a store of the archive at `path`: all of it, or nothing is left.

    Returns  the open store, and what the archive says of itself: `left_out` must be entered again
    Raises   NotAnArchive, SlugRefused, provisioning.SlugTaken
    """
    with zipfile.ZipFile(path) as file:
        found = loading.manifest_of(file)
        store = _register(found, owner, slug)
        try:
            _bring_rows(file, found, store, tell)
            loading.bring_media(file, store, found, tell)
            _settle(store, found)
        except BaseException:
            forget(store)
            raise
    with transaction.atomic():
        provisioning.move(store, StoreState.ACTIVE)
        facts = {"rows": found.rows, "files": found.media.get("files", 0), "taken_at": found.taken_at}
        acts.note(actor=actor, action="store.imported", store=store, changes=facts)
        context.on_commit(hosts.announce, store)
    return store, found


def _register(found: Manifest, owner: User, slug: str) -> Store:
    facts = found.store
    store = Store(
        name=str(facts["name"])[:80],
        slug=slugs.check(slug),
        schema_name=schemas.new_schema_name(),
        language=facts["language"],
        time_zone=facts["time_zone"],
        currency=facts["currency"],
        state=StoreState.MIGRATED,
    )
    # Where nobody has it, the store keeps its identity.
    if not Store.objects.filter(uid=facts["uid"]).exists():
        store.uid = facts["uid"]
    try:
        with transaction.atomic():
            store.save(force_insert=True)
            Membership.objects.create(user=owner, store=store, role=Role.OWNER)
            provisioning.name_hosts(store)
    except IntegrityError as clash:
        if broken_rule(clash) not in ("store_one_slug", "hostname_one_verified"):
            raise
        raise provisioning.SlugTaken(store.slug) from clash
    store.refresh_from_db()
    return store


def _bring_rows(file: zipfile.ZipFile, found: Manifest, store: Store, tell: Tell) -> None:
    loading.build_tables(store.schema_name, found)
    _expect_structure(store.schema_name, found)
    with loading.filling(store.schema_name) as cursor:
        loading.fill_from_zip(cursor, store.schema_name, file, store, tell)
    if wrong := loading.differences(store.schema_name, found):
        raise ArrivedDifferently(_("%(tables)s came out differently") % {"tables": ", ".join(wrong)})
    loading.bring_to_head(store.schema_name)


def _expect_structure(schema: str, found: Manifest) -> None:
    """What was built is what the rows were written down from."""
    if structure.fingerprint(schema) != found.schema["fingerprint"]:
        raise ArrivedDifferently(_("its tables are built differently"))


def _settle(store: Store, found: Manifest) -> None:
    """The rooms' starting rows where the archive has none, then what they do with a store that came."""
    provisioning.prepare(store)
    with context.in_store(store), transaction.atomic():
        for arrive in parts.arrivals():
            arrive(store)
    with context.in_store(store):
        if troubles := sorted({*parts.troubles()} - {*found.troubles}):
            raise ArrivedDifferently(troubles[0])
    provisioning.move(store, StoreState.PREPARED)


def forget(store: Store) -> None:
    """Leave nothing of a store that did not arrive."""
    with context.in_store(store):
        places.drop_media()
    schemas.drop(store.schema_name)
    erase(store)


@transaction.atomic
def erase(store: Store) -> None:
    """Remove the row of a store that never was, and every row of public about it, protected or not."""
    with context.in_public():
        for relation in Store._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ForeignObjectRel) and relation.on_delete is models.PROTECT:
                rows = relation.related_model._base_manager.filter(**{relation.field.name: store.pk})
                rows._raw_delete(rows.db)
        Store.objects.filter(pk=store.pk).delete()
