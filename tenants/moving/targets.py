"""Where stores can move to: other deployments, each known by the environment that its own processes have.

An operator lays `<name>.env` into the folder MOVE_TARGETS, with what that deployment's web and workers are
started with, as far as it is needed: DATABASE_URL, REDIS_URL, SEALING_KEYS, SECRET_KEY, its hosts, and
MEDIA_ROOT as it is mounted here. Nothing of it is written down anywhere else.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tenants.errors import CommerceError

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LINE: Final = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_GIVEN: Final = "MOVE_TO_"
# What every program needs of the machine it runs on; nothing of this deployment goes along.
_OF_THE_MACHINE: Final = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV")
_NEEDED: Final = ("DATABASE_URL",)


class NoSuchTarget(CommerceError):
    code = "no_such_target"
    http_status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Target:
    """A deployment to move to. `environment` holds secrets: it is not printed, logged or kept."""

    name: str
    environment: Mapping[str, str] = field(repr=False)


def names() -> list[str]:
    """Every target that the operator has laid down."""
    if not settings.MOVE_TARGETS:
        return []
    found = (path.stem for path in Path(settings.MOVE_TARGETS).glob("*.env"))
    return sorted(name for name in found if _NAME.fullmatch(name))


def named(name: str) -> Target:
    """The target of that name. Raises NoSuchTarget."""
    if name not in names():
        raise NoSuchTarget(_("There is no target %(name)s in MOVE_TARGETS.") % {"name": name})
    text = (Path(settings.MOVE_TARGETS) / f"{name}.env").read_text(encoding="utf-8")
    lines = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return _checked(name, {found[1]: found[2].strip("\"'") for found in lines if found})


def at(url: str, media: str) -> Target:
    """A target by its database and its folder of files; the rest is in MOVE_TO_... of this environment.

    Raises   NoSuchTarget
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname or not parts.path.strip("/"):
        raise NoSuchTarget(_("Give the address of a database: postgres://user:password@host:port/name."))
    given = {
        name.removeprefix(_GIVEN): value for name, value in os.environ.items() if name.startswith(_GIVEN)
    }
    name = f"{parts.hostname}:{parts.port or 5432}{parts.path}"[:120]
    return _checked(name, {**given, "DATABASE_URL": url, "MEDIA_ROOT": media})


def environment_of(target: Target) -> dict[str, str]:
    """What a program of ours is started with to be one of the target's."""
    mine = {name: os.environ[name] for name in _OF_THE_MACHINE if name in os.environ}
    module = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    return {**mine, "DJANGO_SETTINGS_MODULE": module, **target.environment}


def _checked(name: str, environment: dict[str, str]) -> Target:
    if missing := [each for each in _NEEDED if not environment.get(each)]:
        raise NoSuchTarget(
            _("%(name)s does not say %(missing)s.") % {"name": name, "missing": ", ".join(missing)}
        )
    if environment["DATABASE_URL"] == os.environ.get("DATABASE_URL"):
        raise NoSuchTarget(_("That is this deployment's own database."))
    return Target(name, environment)
