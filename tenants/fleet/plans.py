"""What a release brings to stores: its migrations in order, and the models' states between them.

Building the states takes a second, so it is done once per process and only when Django itself has work to
do; what is replayed needs none of it.
"""

import hashlib
import inspect
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import django
from django.apps import apps
from django.conf import settings
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Had = frozenset[str]


@dataclass(frozen=True, slots=True)
class Act:
    """One operation, with the models as they are before and after it."""

    operation: Operation
    before: ProjectState
    after: ProjectState


class Release:
    """The migrations in this release's files."""

    def __init__(self) -> None:
        self._loader = MigrationLoader(None, ignore_no_migrations=True)
        labels = {each.label for each in apps.get_app_configs() if each.name in settings.TENANT_APPS}
        graph = self._loader.graph
        keys = dict.fromkeys(key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf))
        self.order: dict[str, migrations.Migration] = {
            f"{app}.{name}": graph.nodes[app, name] for app, name in keys
        }
        self.of_stores = [name for name, each in self.order.items() if each.app_label in labels]
        self._acts: dict[tuple[Had, str], list[Act]] = {}
        self._states: dict[Had, ProjectState] = {}
        self._sources: dict[str, str] = {}

    @cached_property
    def target(self) -> str:
        """A name for what a store has when it is at head."""
        return hashlib.sha256("\n".join(sorted(self.of_stores)).encode()).hexdigest()

    def with_replacing(self, had: Had) -> Had:
        """A squashed migration counts as applied when all that it replaces were."""
        squashed = {
            name
            for name, each in self.order.items()
            if each.replaces and {f"{app}.{old}" for app, old in each.replaces} <= had
        }
        return had | squashed

    def pending(self, had: Had) -> list[str]:
        """What a store lacks, in order, the platform's own migrations among it: stores list those as well."""
        done = self.with_replacing(had)
        return [name for name in self.order if name not in done]

    def is_behind(self, had: Had) -> bool:
        """Whether a store lacks a migration that changes it."""
        return not self.with_replacing(had).issuperset(self.of_stores)

    def key(self, had: Had, name: str) -> str:
        """Equal for all stores on which this migration is the same SQL."""
        said = [django.__version__, name, self._source(name), *sorted(had.intersection(self.of_stores))]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def _source(self, name: str) -> str:
        if name not in self._sources:
            module = inspect.getmodule(type(self.order[name]))
            self._sources[name] = inspect.getsource(module) if module else ""
        return self._sources[name]

    def acts(self, had: Had, name: str) -> list[Act]:
        """A migration's operations with the states that Django needs for them."""
        known = (self.with_replacing(had).intersection(self.order), name)
        if known not in self._acts:
            self._acts[known] = self._prepare(*known)
        return self._acts[known]

    def _prepare(self, had: Had, name: str) -> list[Act]:
        migration = self.order[name]
        states = [self._states.get(had) or self._state(had)]
        for operation in migration.operations:
            # Rendered before it is copied: a copy is brought up to date in a fraction of the time.
            _ = states[-1].apps
            after = states[-1].clone()
            operation.state_forwards(migration.app_label, after)
            states.append(after)
        for operation, before in zip(migration.operations, states, strict=False):
            if isinstance(operation, migrations.RunPython):
                _settle(before)
        self._states[had | {name}] = states[-1]
        return [
            Act(operation, before, after)
            for operation, (before, after) in zip(migration.operations, pairwise(states), strict=True)
        ]

    def _state(self, had: Had) -> ProjectState:
        state = ProjectState(real_apps=self._loader.unmigrated_apps)
        for name, migration in self.order.items():
            if name in had:
                migration.mutate_state(state, preserve=False)
        return state


def _settle(state: ProjectState) -> None:
    """Have RunPython find complete models, once: Django would build all of them anew for each store."""
    state.clear_delayed_apps_cache()
    state.is_delayed = False
