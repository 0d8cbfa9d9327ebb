"""What the kernel says about its rows to whoever writes a store down or brings one back."""

from core.kernel import audit, invariants, sealing
from tenants.archive import parts
from tenants.models import Store
from tenants.permissions import SYSTEM

_CHAIN = "the chain's key is sealed to the store it was made in; the log is chained anew on arrival"


def what_does_not_add_up() -> list[str]:
    """Every rule of every room, in the store in force; nothing is told to the staff."""
    return [
        f"{one.rule} {one.subject}: {one.expected} expected, {one.found} found"
        for result in invariants.check()
        for one in result.violations
    ]


def begin_log_anew(store: Store) -> None:
    """The first entry after an arrival takes everything before it into a chain of the new store's own."""
    audit.write(actor=SYSTEM, action="store.arrived", subject="store", subject_id=str(store.uid))


def note_return(store: Store) -> None:
    """The store's own log says that everything since the backup was set aside."""
    audit.write(actor=SYSTEM, action="store.restored", subject="store", subject_id=str(store.uid))


def seal_anew(store: Store) -> None:
    """What the other deployment sealed, this one seals with its own key; the log's chain goes on."""
    for column in sealing.columns():
        sealing.reseal(column)
    audit.write(actor=SYSTEM, action="store.moved", subject="store", subject_id=str(store.uid))


parts.leave_out("kernel_audithead", why=_CHAIN)
parts.leave_out("kernel_auditlink", why=_CHAIN)
# Numbers of orders and invoices have been seen by people and tax offices.
parts.counts_up("kernel_numbersequence", key="name", column="last_number")
parts.check_with(what_does_not_add_up)
parts.on_arrival(begin_log_anew)
parts.on_return(note_return)
parts.on_move(seal_anew)
