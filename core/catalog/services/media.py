"""Pictures of products: taken in, drawn in all sizes in the background, ordered, described, removed."""

import hashlib
import logging
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from core import events
from core.catalog import texts
from core.catalog.models import Media, MediaState, Product
from core.catalog.services.cards import refresh_cover
from core.catalog.services.products import lock_product
from core.kernel import audit, files, ids, images, outbox
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.image_worker import MAX_BYTES
from tenants import context, entitlements
from tenants.failpoints import failpoint
from tenants.permissions import Actor

log = logging.getLogger(__name__)
MOST_PICTURES: Final = 250
_SUFFIXES: Final = {"avif": "avif", "webp": "webp", "jpeg": "jpg"}


class StorageFull(entitlements.LimitReached):
    """The plan's room for pictures is used up."""

    def __init__(self, used: int, limit: int) -> None:
        super().__init__("storage_bytes", used, limit)
        told = {"used": filesizeformat(used), "limit": filesizeformat(limit)}
        self.message = (
            _(
                "Your pictures take %(used)s of the %(limit)s in your plan; this one does not fit any more. "
                "Remove some pictures or upgrade your plan."
            )
            % told
        )


class Upload(Protocol):
    """A file that arrived: Django's UploadedFile, or anything like it."""

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Photo:
    """A file that was read and is a picture."""

    content: bytes
    picture: images.Picture


def add_media(*, product_id: int, upload: Upload, alt_text: str = "", actor: Actor) -> Media:
    """Keep a picture and have its sizes drawn in the background. The same picture twice is one.

    Raises    ImageRefused, LimitReached, NotFound; nothing is kept then
    Locks     the product
    Records   MediaUploaded
    """
    return keep_photo(product_id=product_id, photo=read_photo(upload), alt_text=alt_text, actor=actor)


def read_photo(upload: Upload) -> Photo:
    """Read a file and prove that it is a picture. Slow: do it before any lock. Raises ImageRefused."""
    if (upload.size or 0) > MAX_BYTES:
        raise images.ImageRefused("image_too_heavy", {"most": MAX_BYTES})
    content = upload.read()
    return Photo(content, images.inspect(content))


@transaction.atomic
def keep_photo(*, product_id: int, photo: Photo, alt_text: str = "", actor: Actor) -> Media:
    """The second half of `add_media`, for a photo that was read before."""
    described = texts.line(alt_text, most=200, field="alt_text")
    product = lock_product(product_id)
    fingerprint = hashlib.sha256(photo.content).hexdigest()
    twin = product.media.filter(content_hash=fingerprint).exclude(state=MediaState.REFUSED).first()
    if twin is not None:
        return twin
    _refuse_too_many(product, len(photo.content))
    key = files.new_key("originals", f".{photo.picture.kind}")
    media = Media.objects.create(
        public_id=ids.new_id("med"),
        product=product,
        original=key,
        content_hash=fingerprint,
        width=photo.picture.width,
        height=photo.picture.height,
        colour=photo.picture.colour,
        alt_text=described,
        position=_next_position(product),
        bytes=len(photo.content),
    )
    _tell(media, actor, "media.added", {"bytes": media.bytes})
    outbox.record(events.MediaUploaded(media_id=media.pk))
    failpoint("media.before_file")
    default_storage.save(key, ContentFile(photo.content))
    failpoint("media.after_file")
    return media


def render_media(*, media_id: int) -> None:
    """Draw every size of an uploaded picture and forget the original, with its EXIF and place.

    Safe to run twice. A picture that turns out to be unusable becomes REFUSED and says why.
    """
    media = Media.objects.filter(pk=media_id, state=MediaState.UPLOADED).first()
    if media is None:
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            drawn = images.render(Path(default_storage.path(media.original)), into=Path(folder))
            failpoint("media.after_drawing")
            renditions = _store(media, drawn.renditions)
            failpoint("media.after_files")
    except images.ImageRefused as refusal:
        _settle(media, MediaState.REFUSED, error=refusal.message[:200], bytes=0)
        return
    total = sum(each["bytes"] for kind in renditions.values() for each in kind)
    if not _settle(media, MediaState.READY, renditions=renditions, bytes=total):
        _delete_files(_keys(renditions))


def _store(media: Media, drawn: Iterable[images.Rendition]) -> dict[str, list[dict[str, Any]]]:
    """Copy the drawn files to the store's folder. Returns what Media.renditions holds."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for each in drawn:
        key = files.new_key(f"products/{media.public_id}", f"-{each.width}.{_SUFFIXES[each.kind]}")
        with each.path.open("rb") as stream:
            default_storage.save(key, _named(stream))
        kept.setdefault(each.kind, []).append(
            {"width": each.width, "height": each.height, "key": key, "bytes": each.size_bytes}
        )
    return kept


def _named(stream: IO[bytes]) -> ContentFile:
    return ContentFile(stream.read())


@transaction.atomic
def _settle(media: Media, state: str, **facts: Any) -> bool:
    """Write the end of the drawing, unless the picture was removed or drawn meanwhile."""
    if media.product_id is not None:
        lock_product(media.product_id)
    settled = Media.objects.filter(pk=media.pk, state=MediaState.UPLOADED).update(
        state=state, original="", **facts
    )
    if not settled:
        return False
    context.on_commit(_delete_files, [media.original])
    if media.product_id is not None:
        refresh_cover(lock_product(media.product_id))
        outbox.record(events.ProductChanged(product_id=media.product_id))
    return True


@transaction.atomic
def describe_media(*, public_id: str, alt_text: str, actor: Actor) -> Media:
    """Say in words what a picture shows."""
    media = _media(public_id)
    before, media.alt_text = media.alt_text, texts.line(alt_text, most=200, field="alt_text")
    media.save(update_fields=["alt_text"])
    _tell(media, actor, "media.described", {"alt_text": [before, media.alt_text]})
    return media


@transaction.atomic
def order_media(*, product_id: int, order: Sequence[str], actor: Actor) -> None:
    """Put a product's pictures into this order; the first one is its cover. Unknown ids are refused."""
    product = lock_product(product_id)
    mine = {media.public_id: media for media in product.media.order_by("position", "pk")}
    if unknown := [public_id for public_id in order if public_id not in mine]:
        raise InvalidInput(_("This picture does not belong to the product."), unknown[0])
    listed = list(dict.fromkeys(order))
    rest = [public_id for public_id in mine if public_id not in listed]
    for at, public_id in enumerate([*listed, *rest]):
        mine[public_id].position = at
    Media.objects.bulk_update(list(mine.values()), ["position"])
    refresh_cover(product)
    _audit(product, actor, "media.ordered", {"order": [*listed, *rest]})


@transaction.atomic
def remove_media(*, public_id: str, actor: Actor) -> None:
    """Remove a picture and its files; variants that showed it show the cover instead."""
    _lock_product_of(public_id)
    media = _media(public_id)
    context.on_commit(_delete_files, [*_keys(media.renditions), media.original])
    _tell(media, actor, "media.removed", {"bytes": media.bytes})
    product_id = media.product_id
    media.delete()
    if product_id is not None:
        refresh_cover(lock_product(product_id))
        outbox.record(events.ProductChanged(product_id=product_id))


def _lock_product_of(public_id: str) -> None:
    """Lock a picture's product before the picture, in the order in which `order_media` does."""
    product_id = Media.objects.filter(public_id=public_id).values_list("product_id", flat=True).first()
    if product_id is not None:
        lock_product(product_id)


def _media(public_id: str) -> Media:
    found = Media.objects.select_for_update().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This picture does not exist."))
    return found


def _refuse_too_many(product: Product, size: int) -> None:
    if product.media.count() >= MOST_PICTURES:
        raise InvalidInput(_("A product has at most %(most)s pictures.") % {"most": MOST_PICTURES}, "file")
    entitlements.claim("storage_bytes")
    used = Media.objects.aggregate(total=Sum("bytes"))["total"] or 0
    allowed = entitlements.limit("storage_bytes")
    if allowed is not None and used + size > allowed:
        raise StorageFull(used, allowed)


def _next_position(product: Product) -> int:
    last = product.media.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _keys(renditions: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    return [each["key"] for kind in renditions.values() for each in kind]


def _delete_files(keys: Iterable[str]) -> None:
    for key in keys:
        if key:
            default_storage.delete(key)


def _tell(media: Media, actor: Actor, action: str, changes: dict[str, Any]) -> None:
    audit.write(actor=actor, action=action, subject="media", subject_id=media.public_id, changes=changes)


def _audit(product: Product, actor: Actor, action: str, changes: dict[str, Any]) -> None:
    audit.write(actor=actor, action=action, subject="product", subject_id=product.public_id, changes=changes)
