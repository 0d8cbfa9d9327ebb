"""How a store is paid, for its other systems."""

from ninja import Path, Router, Status

from core.kernel import store_settings
from core.kernel.schemas import Problem, PublicId, answers
from core.payments import selectors, services
from core.payments import settings_schemas as schemas
from core.payments.models import MethodCode
from core.payments.settings_desk import method_setting, method_settings
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Payments"])


def _setting(code: str) -> schemas.PaymentMethodOut:
    return schemas.PaymentMethodOut.of(method_setting(code))


def _all() -> schemas.PaymentMethodsOut:
    return schemas.PaymentMethodsOut(items=[schemas.PaymentMethodOut.of(each) for each in method_settings()])


@router.get(
    "/payment-methods", response=answers(schemas.PaymentMethodsOut), operation_id="list_payment_methods"
)
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def list_payment_methods(request: StoreRequest) -> schemas.PaymentMethodsOut:
    """Every way to pay, in the order in which shoppers see them."""
    return _all()


@router.put(
    "/payment-methods/order",
    response=answers(schemas.PaymentMethodsOut),
    operation_id="order_payment_methods",
)
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def order_payment_methods(request: StoreRequest, body: schemas.PaymentOrderIn) -> schemas.PaymentMethodsOut:
    """Offer the ways to pay in this order."""
    services.order_methods(codes=body.codes, actor=request.actor)
    return _all()


@router.get(
    "/payment-methods/{code}", response=answers(schemas.PaymentMethodOut), operation_id="get_payment_method"
)
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def get_payment_method(request: StoreRequest, code: Path[MethodCode]) -> schemas.PaymentMethodOut:
    """One way to pay."""
    return _setting(code)


@router.patch(
    "/payment-methods/{code}",
    response=answers(schemas.PaymentMethodOut),
    operation_id="update_payment_method",
)
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def update_payment_method(
    request: StoreRequest, code: Path[MethodCode], body: schemas.PaymentMethodEdit
) -> schemas.PaymentMethodOut:
    """Offer a way to pay, or stop offering it. 409 while its account or keys are missing."""
    services.edit_method(code=code, changes=body.dict(exclude_none=True), actor=request.actor)
    return _setting(code)


@router.put(
    "/payment-methods/{code}/connection",
    response={**answers(schemas.PaymentMethodOut), 503: Problem},
    operation_id="connect_payment_gateway",
)
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def connect_payment_gateway(
    request: StoreRequest, code: Path[MethodCode], body: schemas.KeysIn
) -> schemas.PaymentMethodOut:
    """Try keys at the provider and keep them. 422 when they open no account, 503 when nobody answers."""
    keys = {"server_key": body.server_key, "signature_key": body.signature_key}
    services.connect_gateway(code=code, credentials=keys, is_live=body.is_live, actor=request.actor)
    return _setting(code)


@router.delete(
    "/payment-methods/{code}/connection",
    response=answers(schemas.PaymentMethodOut),
    operation_id="disconnect_payment_gateway",
)
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def disconnect_payment_gateway(request: StoreRequest, code: Path[MethodCode]) -> schemas.PaymentMethodOut:
    """Forget the keys and stop offering this."""
    services.disconnect_gateway(code=code, actor=request.actor)
    return _setting(code)


@router.post(
    "/payment-methods/{code}/check",
    response={**answers(schemas.PaymentMethodOut), 503: Problem},
    operation_id="check_payment_gateway",
)
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def check_payment_gateway(request: StoreRequest, code: Path[MethodCode]) -> schemas.PaymentMethodOut:
    """Ask the provider whether the keys that are kept still open the account."""
    services.check_connection(code=code)
    return _setting(code)


@router.get("/bank-accounts", response=answers(schemas.BankAccountsOut), operation_id="list_bank_accounts")
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def list_bank_accounts(request: StoreRequest) -> schemas.BankAccountsOut:
    """Where shoppers transfer to."""
    rows = selectors.bank_accounts()
    return schemas.BankAccountsOut(items=[schemas.BankAccountOut.of(row) for row in rows])


@router.post("/bank-accounts", response=answers(schemas.BankAccountOut, 201), operation_id="add_bank_account")
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def add_bank_account(request: StoreRequest, body: schemas.BankAccountIn) -> Status[schemas.BankAccountOut]:
    """Add an account that shoppers may transfer to."""
    row = services.add_bank_account(**body.dict(), actor=request.actor)
    return Status(201, schemas.BankAccountOut.of(row))


@router.delete("/bank-accounts/{public_id}", response=answers(None, 204), operation_id="remove_bank_account")
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def remove_bank_account(request: StoreRequest, public_id: Path[PublicId]) -> Status[None]:
    """Take an account away; without a last one, transfers are no longer offered."""
    services.remove_bank_account(public_id=public_id, actor=request.actor)
    return Status(204, None)


@router.get("/payment-terms", response=answers(schemas.PaymentTerms), operation_id="get_payment_terms")
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def get_payment_terms(request: StoreRequest) -> schemas.PaymentTerms:
    """How long an order waits for its money."""
    return schemas.PaymentTerms(payment_hours=store_settings.current().profile.payment_hours)


@router.put("/payment-terms", response=answers(schemas.PaymentTerms), operation_id="set_payment_terms")
@requires(Permission.EDIT_PAYMENT_SETTINGS)
def set_payment_terms(request: StoreRequest, body: schemas.PaymentTerms) -> schemas.PaymentTerms:
    """Set how long an order waits for its money. It counts for orders from now on."""
    store_settings.update(changes=body.dict(), actor=request.actor)
    return body
