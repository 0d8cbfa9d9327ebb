"""Talking to the deployment that a store moves to: a program of ours, started with that one's environment.

It is asked one thing on its standard input and answers in lines of JSON: {"at": [done, total, note]} while it
works, then {"answer": ...}, or {"refused": why} when nothing was changed.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tenants.archive.writing import Tell
from tenants.errors import CommerceError
from tenants.moving.targets import Target, environment_of

_ROOT: Final = Path(__file__).resolve().parents[2]


class TargetRefused(CommerceError):
    """The other deployment cannot take the store, and says why."""

    code = "target_refused"


class TargetFailed(RuntimeError):
    """The other deployment could not be reached, or its program ended badly. It is tried again."""


def ask(target: Target, what: str, told: dict[str, Any], *, tell: Tell) -> dict[str, Any]:
    """Have the other deployment do one thing. Every one of them may be asked again.

    Raises   TargetRefused, TargetFailed
    """
    command = [sys.executable, "manage.py", "receive_store", what]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command,
            cwd=_ROOT,
            env=environment_of(target),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        ) as child,
    ):
        try:
            answer = _hear(child, told, tell)
        except BaseException:
            child.kill()
            raise
        child.wait()
        if answer is None:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:]
            raise TargetFailed(f"{target.name}: {''.join(last)[:200] or child.returncode}")
    return answer


def _hear(child: "subprocess.Popen[bytes]", told: dict[str, Any], tell: Tell) -> dict[str, Any] | None:
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(told).encode())
        child.stdin.close()
    except BrokenPipeError:
        return None
    for line in child.stdout:
        word = _word(line)
        if "refused" in word:
            raise TargetRefused(str(word["refused"]))
        if "answer" in word:
            return dict(word["answer"])
        if "at" in word:
            tell(*word["at"])
    return None


def _word(line: bytes) -> dict[str, Any]:
    """One line of the answer; what some library prints beside it is passed over."""
    try:
        word = json.loads(line)
    except ValueError:
        return {}
    return word if isinstance(word, dict) else {}


def answer_with(do: Callable[[dict[str, Any], Tell], dict[str, Any]], stdin: Any, stdout: Any) -> None:
    """The other side: read what is asked, do it, and say how that went."""

    def say(word: dict[str, Any]) -> None:
        stdout.write(json.dumps(word) + "\n")
        stdout.flush()

    told = json.loads(stdin.read())
    try:
        say({"answer": do(told, lambda done, total, note: say({"at": [done, total, note]}))})
    except CommerceError as refusal:
        say({"refused": refusal.message})
