"""The data map, the key inventory and the log inventory say what the code does (ASVS V11.1, V14.1, V16.1)."""

import ast
import tomllib
from collections.abc import Iterator
from itertools import chain

import pytest
from django.apps import apps
from django.db import models

from core.kernel import sealing
from tests.architecture.source import dotted, files, name_of, tree
from tests.security.places import INVENTORIES

CLASSES = ("public", "internal", "personal", "secret")
CRYPTOGRAPHY = {"hashlib", "hmac", "secrets", "cryptography"}
DATA = tomllib.loads((INVENTORIES / "data.toml").read_text())
KEYS = tomllib.loads((INVENTORIES / "keys.toml").read_text())
LOGS = tomllib.loads((INVENTORIES / "logs.toml").read_text())


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_every_column_of_every_table_is_classified_once(model: type[models.Model]):
    told = DATA.get(model._meta.label, {})
    listed = list(chain.from_iterable(told.values()))

    assert set(told) <= set(CLASSES)
    assert sorted(listed) == sorted(field.name for field in model._meta.concrete_fields)


def test_no_table_is_classified_that_is_not_there():
    assert set(DATA) - {"classes"} == {model._meta.label for model in apps.get_models()}


def test_every_class_says_what_it_means_and_demands():
    assert tuple(DATA["classes"]) == CLASSES
    assert all(set(each) == {"means", "kept", "logged", "protected_by"} for each in DATA["classes"].values())


def test_names_that_give_a_person_or_a_secret_away_are_classified_as_such():
    """A column called so must be meant otherwise, and say why here."""
    meant = {
        "tenants.Store.name",
        "payments.Payment.reference",
        "kernel.AuditHead.hash",
        "kernel.AuditLink.hash",
        "catalog.Media.content_hash",
        "inventory.Location.postcode",
        "inventory.Location.address_line",
    }
    telling = ("email", "phone", "password", "token", "secret", "credentials", "address_line", "recipient")
    loose = [
        f"{label}.{name}"
        for label, told in DATA.items()
        if label != "classes"
        for kind in ("public", "internal")
        for name in told.get(kind, ())
        if any(word in name for word in telling)
    ]
    assert set(loose) <= meant


def test_what_is_sealed_is_classified_as_secret():
    for column in sealing.columns():
        assert column.name in DATA[column.model._meta.label]["secret"], column


def test_every_module_that_uses_cryptography_stands_with_a_key():
    using = {name_of(path) for path in files() if _imports(path)}
    listed = [module for key in KEYS["key"] for module in key["used_by"]]

    assert len(listed) == len(set(listed))
    assert set(listed) == using


def _imports(path) -> bool:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            if any(alias.name.split(".")[0] in CRYPTOGRAPHY for alias in node.names):
                return True
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            signs = module == "django.core" and any(alias.name == "signing" for alias in node.names)
            if module.split(".")[0] in CRYPTOGRAPHY or module == "django.core.signing" or signs:
                return True
    return False


@pytest.mark.parametrize("key", KEYS["key"], ids=lambda key: key["name"])
def test_a_key_says_everything_about_itself(key: dict):
    names = {"name", "protects", "not_for", "algorithm", "bits", "lies_in", "rotate", "used_by"}

    assert set(key) == names
    assert key["bits"] == 0 or key["bits"] >= 72
    assert not any(weak in key["algorithm"] for weak in ("MD5", "DES", "ECB", "RC4"))


def test_no_weak_hash_is_used():
    weak = [
        f"{name_of(path)}:{node.lineno} {dotted(node)}"
        for path in files()
        if not name_of(path).startswith("config/demo")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and dotted(node) in {"hashlib.md5", "hashlib.sha1"}
    ]
    assert weak == []


def test_guessable_numbers_only_spread_waiting_times_and_ports():
    """`random.uniform` makes a wait longer or shorter; no name, key or choice comes from there."""
    used = {
        f"{name_of(path)} {dotted(node)}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and dotted(node).startswith("random.")
    }
    allowed = ("config/demo", "config/embedded/ports.py")
    assert [use for use in sorted(used) if not use.startswith(allowed) and "random.uniform" not in use] == []
    named = [name_of(path) for path in files() if "from random import" in path.read_text()]
    assert [name for name in named if not name.startswith(allowed)] == []


def _noted() -> Iterator[str]:
    for path in files():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or dotted(node.func) not in {"note", "tells_failures"}:
                continue
            for part in ast.walk(node.args[0]) if node.args else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def test_every_event_of_the_security_log_stands_in_the_inventory():
    assert {event["name"] for event in LOGS["event"]} == set(_noted())


def test_every_stream_says_who_reads_it_and_how_long_it_stays():
    names = {"name", "written_by", "holds", "format", "goes_to", "read_by", "kept_days"}
    assert all(set(stream) == names and stream["kept_days"] <= 400 for stream in LOGS["stream"])
