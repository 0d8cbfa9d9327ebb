"""Order, stock and books against an oracle: random acts through the services, on PostgreSQL.

    ORACLE_RUNS=300 ORACLE_STEPS=50 ORACLE_SEED=7 python -m pytest -m chaos tests/oracle

widens it; without a seed each run is the same. After every act the books must agree row by row, and after
every tenth (ORACLE_RULES_EVERY=1: every) each rule of `manage.py check_invariants` must hold.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tenants import context
from tenants.models import Store
from tests.oracle.machine import Shop
from tests.oracle.stage import Stage

RUNS, STEPS = int(os.environ.get("ORACLE_RUNS", "30")), int(os.environ.get("ORACLE_STEPS", "30"))
SEED = os.environ.get("ORACLE_SEED")


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_whatever_happens_the_books_are_those_of_the_oracle(kopi: Store):
    class OurShop(Shop):
        stage = Stage(kopi)
        rules_every = int(os.environ.get("ORACLE_RULES_EVERY", "10"))

    run_state_machine_as_test(
        seed(int(SEED))(OurShop) if SEED else OurShop,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=SEED is None,
            phases=[Phase.generate] if "ORACLE_NOSHRINK" in os.environ else list(Phase),
            database=None,
            deadline=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert context.current_store() is None
