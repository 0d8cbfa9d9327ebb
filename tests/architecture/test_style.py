"""The numbers of the house, and the constructs it does not allow."""

import ast
from pathlib import Path

from tests.architecture.source import chain, dotted, files, functions, name_of, tree

WRITES = {"create", "get_or_create", "update_or_create", "update"}
# Names that look like a write and touch no row.
NO_ROWS = {
    "router.delete",
    "default_storage.save",
    "default_storage.delete",
    "segno.make.save",
    "flat.save",
    # A tax number at Stripe.
    "self._api.customers.tax_ids.delete",
}
# Modules that are services without being called so: the platform's rooms have one file per story, the
# kernel one per mechanism.
WRITERS = {
    "core/integrations/idempotency.py": "keeps answers, beside every door",
    "core/inventory/setup.py": "what a new store begins with",
    "core/kernel/audit.py": "the audit log",
    "core/kernel/audit_chain.py": "the chain of the audit log",
    "core/kernel/profile.py": "what the store says about itself",
    "core/kernel/sealing.py": "seals secrets anew",
    "core/kernel/sequences.py": "numbers without gaps",
    "core/kernel/setup.py": "what a new store begins with",
    "core/payments/setup.py": "what a new store begins with",
    "core/shipping/setup.py": "what a new store begins with",
    "storefront/setup.py": "what a new store begins with",
    "tenants/acts.py": "what staff did",
    "tenants/archive/exporting.py": "writes a store down",
    "tenants/archive/importing.py": "makes a store of an archive",
    "tenants/archive/leaving.py": "deletes a store, and can prove it",
    "tenants/archive/restoring.py": "takes a store back to a backup",
    "tenants/archive/vault.py": "each store's key to its backups",
    "tenants/blueprint.py": "what every store should be like",
    "tenants/breaches.py": "what does not add up",
    "tenants/care.py": "staff looks after stores",
    "tenants/entitlements.py": "what a plan allows",
    "tenants/fleet/ledger.py": "which store stands where",
    "tenants/fleet/runner.py": "brings ready schemas along",
    "tenants/fleet/steps.py": "what a migration was rendered to",
    "tenants/handoff.py": "codes that carry a login over",
    "tenants/housekeeping.py": "forgets what has run out",
    "tenants/invitations.py": "asks people into a store",
    "tenants/models.py": "Django's manager of users",
    "tenants/moving/belongings.py": "what the platform knows of a store that moves",
    "tenants/moving/receiving.py": "takes in a store that moves here",
    "tenants/moving/steps.py": "takes a store elsewhere",
    "tenants/pool.py": "schemas that wait for stores",
    "tenants/provisioning.py": "makes stores",
    "tenants/second_factor.py": "seals secrets anew",
    "tenants/signup.py": "makes accounts",
    "tenants/store_model.py": "guards every write of a store's rows",
    "tenants/stores.py": "name, language and zone of a store",
    "tenants/team.py": "members and their roles",
    "tenants/work.py": "duties",
    "tenants/worklist.py": "stops and repeats duties",
}
LONG_FILES: dict[str, str] = {}
COMMIT_HOOKS = {"tenants/context.py", "tenants/work.py"}
SCHEMA_SWITCHES = {"tenants/context.py", "tenants/schemas.py"}
MONEY_ROOMS = ("core/orders", "core/payments", "core/checkout", "core/shipping", "core/pricing", "billing")


def test_no_file_is_longer_than_800_lines():
    assert [name_of(path) for path in files() if path.read_text().count("\n") > 800] == []


def test_a_file_over_400_lines_has_a_reason():
    long = {name_of(path) for path in files() if path.read_text().count("\n") > 400}
    assert long == set(LONG_FILES)


def test_no_function_is_longer_than_60_lines_or_takes_more_than_7_arguments():
    large = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in files()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno >= 60 or _arguments(node) > 7
    ]
    assert large == []


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def test_imports_stand_at_the_top_except_in_ready():
    inside = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in files()
        for node in functions(path)
        if node.name != "ready"
        and any(isinstance(part, ast.Import | ast.ImportFrom) for part in ast.walk(node))
    ]
    assert inside == []


def test_only_services_write():
    """A door, a selector or a handler that writes has a rule that nobody else can call."""
    writes = [
        f"{name_of(path)}:{node.lineno} {chain(node.func)}"
        for path in files()
        if not _may_write(path)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_write(node.func)
    ]
    assert writes == []


def _may_write(path: Path) -> bool:
    name = name_of(path)
    is_service = "services" in path.parts or path.name == "services.py"
    return is_service or name.startswith("config/") or name in WRITERS


def _is_write(call: ast.Attribute) -> bool:
    names = chain(call)
    if names in NO_ROWS:
        return False
    is_of_a_row = call.attr in {"save", "delete", "bulk_create", "bulk_update", "select_for_update"}
    return is_of_a_row or (call.attr in WRITES and ".objects." in f"{names}.")


def test_whoever_may_write_does():
    """A name that stays on the list after its last write would let a new one in unseen."""
    writing = {
        name_of(path)
        for path in files()
        if any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_write(node.func)
            for node in ast.walk(tree(path))
        )
    }
    assert set(WRITERS) <= writing


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
                or (is_literal and "seconds" not in path.read_text().lower())
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
