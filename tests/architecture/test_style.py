"""The numbers of the house, and the constructs it does not allow."""

import ast

from tests.architecture.source import dotted, files, functions, name_of, tree

WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
DOORS = {"api.py", "dashboard.py", "webhooks.py", "selectors.py", "forms.py", "urls.py"}
COMMIT_HOOKS = {"tenants/context.py", "tenants/work.py"}
SCHEMA_SWITCHES = {"tenants/context.py", "tenants/schemas.py"}
MONEY_ROOMS = ("core/orders", "core/payments", "core/checkout", "core/shipping", "core/pricing", "billing")


def test_no_file_is_longer_than_800_lines():
    assert [name_of(path) for path in files() if path.read_text().count("\n") > 800] == []


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in files()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_imports_stand_at_the_top_except_in_ready():
    inside = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in files()
        for node in functions(path)
        if node.name != "ready"
        and any(isinstance(part, ast.Import | ast.ImportFrom) for part in ast.walk(node))
    ]
    assert inside == []


def test_doors_and_selectors_never_write():
    """Only services write; a door that calls `.save()` has a rule that nobody else can call."""
    writes = []
    for path in files():
        is_door = path.name in DOORS or "views" in path.parts
        if not is_door or path.parts[-2] == "urls":
            continue
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                target = dotted(node.func)
                if target == "router.delete":  # an operation of the API, not a row
                    continue
                if "objects" in target or (target.count(".") == 1 and node.func.attr in {"save", "delete"}):
                    writes.append(f"{name_of(path)}:{node.lineno} {target}")
    assert writes == []


def test_no_float_where_money_is_counted():
    floats = []
    for path in files():
        if not name_of(path).startswith(MONEY_ROOMS):
            continue
        for node in ast.walk(tree(path)):
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_cast = isinstance(node, ast.Call) and dotted(node.func) == "float"
            is_division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            if (
                is_cast
                or (is_literal and "seconds" not in path.read_text())
                or (is_division and not _is_path(node))
            ):
                floats.append(f"{name_of(path)}:{node.lineno}")
    assert floats == []


def _is_path(node: ast.BinOp) -> bool:
    return (isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)) or "DIR" in ast.dump(
        node
    )


def test_only_our_own_ways_into_a_store_and_after_a_commit():
    """django-tenants' context managers leak between threads; Django's on_commit forgets the store."""
    banned = []
    for path in files():
        name = name_of(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django_tenants"):
                names = {alias.name for alias in node.names}
                if names & {"schema_context", "tenant_context"}:
                    banned.append(f"{name}:{node.lineno}")
            if not isinstance(node, ast.Attribute):
                continue
            is_bare = dotted(node) == "transaction.on_commit" and name not in COMMIT_HOOKS
            is_switch = node.attr in {"set_schema", "set_tenant"} and name not in SCHEMA_SWITCHES
            if is_bare or is_switch:
                banned.append(f"{name}:{node.lineno} {dotted(node)}")
    assert banned == []


def test_no_signal_receivers():
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models.signals")
    ]
    assert found == []


def test_no_coroutine_views():
    """Async code would get a connection that knows no store."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.AsyncFunctionDef)
    ]
    assert found == []


def test_templates_of_sellers_are_never_evaluated_and_html_is_marked_safe_in_one_room_only():
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func).endswith("mark_safe")
        if not name_of(path).startswith("core/kernel/templatetags")
    ]
    assert found == []
