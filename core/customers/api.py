"""Customers for a store's other systems."""

from ninja import Path, Query, Router

from core.customers import schemas, selectors
from core.customers import services as customers
from core.kernel.schemas import PublicId, answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Customers"])


@router.get("/customers", response=answers(schemas.CustomerPage), operation_id="list_customers")
@requires(Permission.VIEW_CUSTOMERS)
def list_customers(request: StoreRequest, asked: Query[schemas.CustomerQuery]) -> schemas.CustomerPage:
    """Customers by name, phone or e-mail, sorted as asked."""
    filters = selectors.CustomerFilter(
        q=asked.q, tag=asked.tag, marketing=asked.accepts_marketing, sort=asked.sort
    )
    found, cursor = selectors.customer_rows(filters, after=asked.after, limit=asked.limit)
    return schemas.CustomerPage(items=[schemas.CustomerOut.of(each) for each in found], next=cursor)


@router.get("/customers/{customer_id}", response=answers(schemas.WholeCustomer), operation_id="get_customer")
@requires(Permission.VIEW_CUSTOMERS)
def get_customer(request: StoreRequest, customer_id: Path[PublicId]) -> schemas.WholeCustomer:
    """One customer with addresses. Their orders are `list_orders` with `customer_id`."""
    return schemas.WholeCustomer.of(selectors.customer_page(customer_id))


@router.patch(
    "/customers/{customer_id}", response=answers(schemas.WholeCustomer), operation_id="update_customer"
)
@requires(Permission.EDIT_CUSTOMERS)
def update_customer(
    request: StoreRequest, customer_id: Path[PublicId], body: schemas.CustomerEdit
) -> schemas.WholeCustomer:
    """Change some of a customer's fields. 409 when another customer has this phone number."""
    changes = {name: value for name, value in body.dict(exclude_unset=True).items() if value is not None}
    customers.edit_customer(
        public_id=customer_id,
        changes=changes,
        actor=request.actor,
    )
    return schemas.WholeCustomer.of(selectors.customer_page(customer_id))
