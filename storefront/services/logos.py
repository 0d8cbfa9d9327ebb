"""The store's logo: opened in a cage, drawn again, kept in the draft until it is published."""

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core.catalog import selectors as catalog
from core.kernel import audit, files, images
from core.kernel.image_worker import MAX_BYTES
from storefront import selectors
from storefront.design import Design
from storefront.services.designs import keep_draft, lock_theme
from tenants import entitlements
from tenants.permissions import Actor

# Twice the widest place where a logo stands.
WANTED_WIDTH: Final = 480


class Upload(Protocol):
    """A file that arrived: Django's UploadedFile, or anything like it."""

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


def put_logo(*, upload: Upload, now: datetime, actor: Actor) -> Design:
    """Let the draft show this picture as its logo.

    Raises   ImageRefused, LimitReached; nothing is kept then
    Locks    the theme
    """
    if (upload.size or 0) > MAX_BYTES:
        raise images.ImageRefused("image_too_heavy", {"most": MAX_BYTES})
    content, width, height = _drawn(upload.read())
    with transaction.atomic():
        lock_theme()
        entitlements.claim("storage_bytes")
        entitlements.require("storage_bytes", used=catalog.storage_used(), adding=len(content))
        key = files.new_key("theme", ".webp")
        default_storage.save(key, ContentFile(content))
        dressed = replace(
            selectors.latest_design(), logo=key.split("/", 1)[1], logo_width=width, logo_height=height
        )
        design = keep_draft(dressed, now=now, actor=actor)
        audit.write(actor=actor, action="design.logo_drafted", subject="design", subject_id="1")
    return design


@transaction.atomic
def remove_logo(*, now: datetime, actor: Actor) -> Design:
    """Let the draft show the store's name instead of a logo.

    Locks    the theme
    """
    lock_theme()
    bare = replace(selectors.latest_design(), logo="", logo_width=0, logo_height=0)
    return keep_draft(bare, now=now, actor=actor)


def _drawn(content: bytes) -> tuple[bytes, int, int]:
    """The picture as WebP with its width and height, no wider than it needs to be."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = images.render(_written(content, folder), into=Path(folder))
        fitting = [each for each in drawn.renditions if each.kind == "webp"]
        chosen = min(fitting, key=lambda each: abs(each.width - WANTED_WIDTH))
        return chosen.path.read_bytes(), chosen.width, chosen.height


def _written(content: bytes, folder: str) -> Path:
    source = Path(folder) / "source"
    source.write_bytes(content)
    return source
