"""One stage for all attacks of a module: what it holds is undone at its end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tenants import context
from tenants.models import Store
from tests.isolation.people import Cast, Person, Programs
from tests.isolation.places import Things
from tests.isolation.stage import things_of, things_of_an_account

# No gateway answers, and none is asked over the internet. Sessions are in the database alone, so that what is
# rolled back is gone.
APART = {"FAKES_URL": "http://127.0.0.1:9", "SESSION_ENGINE": "django.contrib.sessions.backends.db"}


@dataclass
class Play:
    """Two stores with the same things, and everybody who may try something at kopi."""

    kopi: Store
    batik: Store
    cast: Cast
    programs: Programs
    things: Things
    # The same things of the other store, and of its owner.
    theirs: Things
    # Everybody by the kind of host they try.
    crowd: dict[str, list[Person]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def play(django_db_setup: None, django_db_blocker: Any) -> Iterator[Play]:
    """The stage, set once per module."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(**APART):
        with context.in_public():
            kopi, batik = (Store.objects.get(slug=slug) for slug in ("kopi", "batik"))
        cast = Cast(kopi, batik)
        theirs = {**things_of(batik), **things_of_an_account(cast.other_owner)}
        things = {**things_of(kopi), **things_of_an_account(cast.owner)}
        yield Play(kopi, batik, cast, cast.programs(), things, theirs, cast.crowd())
        context.enter(None)
        transaction.set_rollback(True)
