"""That the house can be read: the path of an order, docstrings, names, words for duties, closed templates."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from core import events
from core.kernel import outbox
from tenants import work
from tests.architecture.source import ROOT, dotted, files, functions, name_of, tree

EXPLAINED = {"services", "selectors", "ports.py", "handlers.py", "tasks.py"}
BANNED = re.compile(r"(^|_)(utils|helpers?|manager|processor|misc)(_|$)|^common$|^(handle_|do_|process_)")
# Django, allauth, ninja and http.server call these by their names.
GIVEN = {
    "process_exception",
    "process_request",
    "process_view",
    "process_response",
    "handle_noargs",
    "do_GET",
}
# Where an order goes, in the order of house.md section 5: file or folder, function.
PATH = (
    ("core/checkout/services", "place_order"),
    ("core/inventory/services", "allocate"),
    ("core/payments/services", "open"),
    ("core/payments/services", "start"),
    ("core/payments/webhooks.py", "notify"),
    ("core/payments/services", "apply_notice"),
    ("core/orders/services", "mark_paid"),
    ("core/fulfilment/services", "ship"),
)


def _modules(place: str) -> list[Path]:
    found = ROOT / place
    if found.is_dir():
        return sorted(found.glob("*.py"))
    return [path for path in (found, found.with_suffix(".py")) if path.is_file()]


@pytest.mark.parametrize(("place", "function"), PATH, ids=lambda part: part)
def test_the_path_of_an_order_can_be_followed(place: str, function: str):
    names = {node.name for path in _modules(place) for node in functions(path)}
    assert function in names


def test_placing_an_order_calls_the_rooms_in_their_order():
    [body] = [
        node
        for path in _modules("core/checkout/services")
        for node in functions(path)
        if node.name == "place_order"
    ]
    called = [
        dotted(node.func)
        for node in sorted(
            (part for part in ast.walk(body) if isinstance(part, ast.Call)), key=lambda part: part.lineno
        )
    ]
    steps = ["orders.create", "inventory.allocate", "payments.open"]
    assert [name for name in called if name in steps] == steps


def _explained() -> Iterator[tuple[Path, ast.FunctionDef | ast.ClassDef]]:
    for path in files():
        if not EXPLAINED & {path.name, path.stem, path.parent.name}:
            continue
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield path, node


def test_every_service_selector_port_handler_and_task_says_what_it_does():
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path, node in _explained()
        if ast.get_docstring(node) is None and not _is_refusal(node)
    ]
    assert silent == []


def _is_refusal(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """A refusal's name and code say it all."""
    return isinstance(node, ast.ClassDef) and any(
        "Error" in dotted(base)
        or dotted(base).split(".")[-1] in {"CommerceError", "InvalidInput", "NotFound", "Exception"}
        for base in node.bases
    )


def test_no_banned_names():
    named = [f"{name_of(path)}" for path in files() if BANNED.search(path.stem)]
    for path in files():
        named += [
            f"{name_of(path)}:{node.lineno} {node.name}"
            for node in functions(path)
            if BANNED.search(node.name) and node.name not in GIVEN
        ]
    assert named == []


def test_every_module_with_duties_is_loaded_in_every_process():
    homes = {app.name for app in apps.get_app_configs()}
    wanted = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in files()
        if path.name in ("handlers.py", "tasks.py")
    }
    assert {name for name in wanted if name.rpartition(".")[0] in homes} <= set(sys.modules)


def test_every_duty_of_a_store_has_words_for_the_seller():
    ours = ("core.", "storefront", "channels", "billing", "tenants")
    silent = [
        kind
        for kind, duty in work.duties().items()
        if kind.startswith(ours) and not duty.of_platform and not duty.label
    ]
    assert silent == []


def test_handlers_hear_events_of_the_vocabulary():
    known = {value for value in vars(events).values() if isinstance(value, type)}
    assert set(outbox.handlers()) <= known
    assert all(kinds for kinds in outbox.handlers().values())


def test_components_see_only_what_they_are_given():
    include = re.compile(r"\{% include \"components/[^%]+%\}")
    open_ = [
        f"{path.relative_to(ROOT)} {found.group()[:70]}"
        for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
        for found in include.finditer(path.read_text())
        if not found.group().endswith("only %}")
    ]
    assert open_ == []
