"""Each of the staff does what their role includes, and looks at everything."""

import pytest
from django.test import Client

from tenants.models import PlatformAct, StaffRole, Store, StoreState, User

REASON = {"reason": "Permintaan 4711"}
ACTS = {
    "trial": ({**REASON, "days": "7"}, {StaffRole.SUPPORT, StaffRole.ADMIN}),
    "count": ({}, {StaffRole.SUPPORT, StaffRole.ADMIN}),
    "plan": ({**REASON, "plan": "basic"}, {StaffRole.FINANCE, StaffRole.ADMIN}),
    "suspend": (REASON, {StaffRole.ADMIN}),
    "resume": (REASON, {StaffRole.ADMIN}),
    "leave": ({**REASON, "slug": "kopi"}, {StaffRole.ADMIN}),
}


@pytest.mark.parametrize("role", StaffRole.values)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_needs_the_role_that_includes_it(
    console: Client, rina: User, kopi: Store, role: str, act: str
):
    User.objects.filter(pk=rina.pk).update(staff_role=role)
    fields, allowed = ACTS[act]
    before = Store.objects.values().get(pk=kopi.pk), PlatformAct.objects.count()

    answer = console.post(f"/stores/kopi/{act}/", fields)

    if role in allowed:
        assert answer.status_code in {302, 422}
    else:
        assert answer.status_code == 403
        assert (Store.objects.values().get(pk=kopi.pk), PlatformAct.objects.count()) == before


@pytest.mark.parametrize("role", StaffRole.values)
def test_everybody_of_the_staff_looks_at_everything(console: Client, rina: User, role: str):
    User.objects.filter(pk=rina.pk).update(staff_role=role)

    pages = ("/", "/stores/kopi/", "/revenue/", "/growth/", "/fleet/", "/alerts/", "/log/")
    assert [console.get(page).status_code for page in pages] == [200] * len(pages)


def test_a_closed_store_stays_closed_for_support(console: Client, rina: User, kopi: Store):
    Store.objects.filter(pk=kopi.pk).update(state=StoreState.SUSPENDED)
    User.objects.filter(pk=rina.pk).update(staff_role=StaffRole.SUPPORT)

    assert console.post("/stores/kopi/resume/", REASON).status_code == 403
    assert Store.objects.get(pk=kopi.pk).state == StoreState.SUSPENDED
