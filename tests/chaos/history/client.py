"""One client: a forked process that waits until it may begin, then acts until its time is over."""

import os
import random
import time
from pathlib import Path
from typing import NoReturn

from django.db import DatabaseError, InterfaceError, connection

from core.kernel.errors import CommerceError
from tenants import context
from tenants.models import Store
from tests.chaos.history import acts
from tests.chaos.history.calls import Call, Diary, Ended

NAME = "history-client"


def fork(stores: list[Store], diary: Path, seed: int) -> tuple[int, int]:
    """Make a client that waits. Returns its process id, and where to tell it to `begin`."""
    hears, tells = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(tells)
        _live(hears, stores, diary, seed)
    os.close(hears)
    return pid, tells


def begin(tells: int, *, port: int, until: float) -> None:
    """Let a client act against the database at `port` until a moment of the monotonic clock."""
    os.write(tells, f"{port} {until}\n".encode())
    os.close(tells)


def _live(hears: int, stores: list[Store], diary: Path, seed: int) -> NoReturn:
    """Never returns: what the parent has open belongs to the parent."""
    try:
        told = os.read(hears, 100).split()
        if told:
            connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": told[0].decode()}
            connection.settings_dict["OPTIONS"] = {
                **connection.settings_dict.get("OPTIONS", {}),
                "application_name": NAME,
                "connect_timeout": 5,
            }
            _act(stores, Diary(diary), random.Random(seed), float(told[1]), diary.stem)
    finally:
        os._exit(0)


def _act(stores: list[Store], diary: Diary, chance: random.Random, until: float, name: str) -> None:
    number = 0
    while time.monotonic() < until:
        with context.in_store(chance.choice(stores)) as store:
            try:
                invented = acts.invent(chance)
            except (DatabaseError, InterfaceError):
                _reconnect()
                continue
            if invented is not None:
                number += 1
                kind, told = invented
                _call(Call(f"{name}-{number}", store.slug, kind, told), diary)


def _call(call: Call, diary: Diary) -> None:
    diary.ask(call)
    try:
        result = acts.do(call.kind, call.id, call.told)
    except CommerceError as refusal:
        diary.answer(call, Ended.FAIL, type(refusal).__name__)
    except (DatabaseError, InterfaceError) as broken:
        diary.answer(call, *_of(broken))
        _reconnect()
    else:
        diary.answer(call, Ended.OK, result)


def _of(broken: Exception) -> tuple[Ended, str]:
    """What a database error says. A server that names a reason has undone it all: a deadlock, a constraint.

    None of those may ever be. One that is going down, or silent, may have done it all the same.
    """
    code = getattr(broken.__cause__, "pgcode", None) or ""
    is_lost = not code or code.startswith(("08", "57P"))
    return (Ended.UNKNOWN if is_lost else Ended.FAIL), f"{code} {type(broken.__cause__ or broken).__name__}"


def _reconnect() -> None:
    connection.close()
    time.sleep(0.05)
