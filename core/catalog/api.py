"""The catalogue for a store's other systems: products and their variants."""

from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status

from core.catalog import imports_api, media_api, schemas, selectors, services, shelves_api
from core.catalog.asking import reader_of, sees_costs
from core.catalog.schemas import PublicId
from core.kernel.errors import InvalidInput
from core.kernel.schemas import answers
from tenants.permissions import Permission, PermissionRefused, requires
from tenants.requests import StoreRequest

router = Router(tags=["Catalogue"])
router.add_router("", media_api.router)
router.add_router("", imports_api.router)
router.add_router("", shelves_api.router)

_STATUS = {"publish": "ACTIVE", "unpublish": "DRAFT", "archive": "ARCHIVED"}


def _refuse_costs(request: StoreRequest, names_costs: bool) -> None:
    """Who may not know a cost may not set one either."""
    if names_costs and not sees_costs(request):
        raise PermissionRefused(Permission.VIEW_COSTS)


def _whole(request: StoreRequest, public_id: str) -> schemas.ProductOut:
    return schemas.ProductOut.of(selectors.whole_product(public_id), reader_of(request))


@router.post("/products", response=answers(schemas.ProductOut, 201), operation_id="create_product")
@requires(Permission.EDIT_PRODUCTS)
def create_product(request: StoreRequest, body: schemas.ProductIn) -> Status[schemas.ProductOut]:
    """Make a product with its options and variants; a draft unless `status` is ACTIVE.

    Stock comes after: send each SKU of the answer to `adjust_stock`. 403 when the plan is used up.
    """
    _refuse_costs(request, body.names_costs())
    product = services.create_product(
        title=body.title,
        options=[(option.name, option.values) for option in body.options],
        variants=body.rows(),
        actor=request.actor,
        **body.facts(),
    )
    return Status(201, _whole(request, product.public_id))


@router.get("/products", response=answers(schemas.ProductPage), operation_id="list_products")
@requires(Permission.VIEW_PRODUCTS)
def list_products(request: StoreRequest, asked: Query[schemas.ProductQuery]) -> schemas.ProductPage:
    """Products by name, SKU or barcode, status, category with those below it, brand, tag and stock."""
    filters = selectors.ProductFilters(
        query=asked.q,
        status=asked.status or "",
        category=asked.category_id or "",
        brand=asked.brand_id or "",
        tag=asked.tag,
        stock={None: "", True: "in", False: "out"}[asked.in_stock],
    )
    found, cursor = selectors.whole_list(
        filters=filters, sort=asked.sort, after=asked.after, limit=asked.limit
    )
    reader = reader_of(request)
    return schemas.ProductPage(items=[schemas.ProductOut.of(each, reader) for each in found], next=cursor)


@router.post("/products/bulk", response=answers(schemas.BulkOut), operation_id="change_products")
@requires(Permission.EDIT_PRODUCTS)
def change_products(request: StoreRequest, body: schemas.BulkIn) -> schemas.BulkOut:
    """Publish, unpublish, archive or tag up to a hundred products, each on its own."""
    ids = selectors.ids_of(body.product_ids)
    if body.action == "tag":
        if not body.tag:
            raise InvalidInput(_("Type a tag."), "tag")
        services.tag_products(product_ids=ids, tag=body.tag, actor=request.actor)
        return schemas.BulkOut(done=len(ids), refused=[])
    refused = services.set_status_of_many(product_ids=ids, status=_STATUS[body.action], actor=request.actor)
    rows = [schemas.BulkRefusal(id=each.public_id, title=each.title, reason=each.reason) for each in refused]
    return schemas.BulkOut(done=len(ids) - len(rows), refused=rows)


@router.get("/products/{product_id}", response=answers(schemas.ProductOut), operation_id="get_product")
@requires(Permission.VIEW_PRODUCTS)
def get_product(request: StoreRequest, product_id: Path[PublicId]) -> schemas.ProductOut:
    """One product with everything of it."""
    return _whole(request, product_id)


@router.patch("/products/{product_id}", response=answers(schemas.ProductOut), operation_id="update_product")
@requires(Permission.EDIT_PRODUCTS)
def update_product(
    request: StoreRequest, product_id: Path[PublicId], body: schemas.ProductEdit
) -> schemas.ProductOut:
    """Change a product; `status` publishes, unpublishes, archives and brings back.

    409 stale_edit when `seen_at` is given and somebody saved it since; 409 not_ready_to_sell without a price.
    """
    product = selectors.product_by_public_id(product_id)
    services.update_product(
        product_id=product.pk, changes=body.facts(), actor=request.actor, seen_at=body.seen_at
    )
    return _whole(request, product_id)


@router.put(
    "/products/{product_id}/options", response=answers(schemas.ProductOut), operation_id="set_options"
)
@requires(Permission.EDIT_PRODUCTS)
def set_options(
    request: StoreRequest, product_id: Path[PublicId], body: schemas.OptionsIn
) -> schemas.ProductOut:
    """Make the product come in exactly these options. Combinations that stay keep their variant and SKU."""
    product = selectors.product_by_public_id(product_id)
    services.set_options(product_id=product.pk, options=body.choices, actor=request.actor)
    return _whole(request, product_id)


@router.post(
    "/products/{product_id}/options/preview",
    response=answers(schemas.Forecast),
    operation_id="preview_options",
)
@requires(Permission.EDIT_PRODUCTS)
def preview_options(
    request: StoreRequest, product_id: Path[PublicId], body: schemas.OptionsIn
) -> schemas.Forecast:
    """What `set_options` would do, in numbers. Changes nothing."""
    product = selectors.product_by_public_id(product_id)
    forecast = services.foresee_options(product_id=product.pk, options=body.choices)
    return schemas.Forecast(**{name: getattr(forecast, name) for name in schemas.Forecast.model_fields})


@router.get(
    "/products/{product_id}/variants", response=answers(schemas.VariantPage), operation_id="list_variants"
)
@requires(Permission.VIEW_PRODUCTS)
def list_variants(
    request: StoreRequest, product_id: Path[PublicId], asked: Query[schemas.Paged]
) -> schemas.VariantPage:
    """A product's variants in the order of its options."""
    product = selectors.product_by_public_id(product_id)
    words = schemas.words_of(selectors.options_of(product))
    found, cursor = selectors.variants_of(product, after=asked.after, limit=asked.limit)
    reader = reader_of(request)
    items = [schemas.VariantOut.of(variant, words, reader) for variant in found]
    return schemas.VariantPage(items=items, next=cursor)


@router.patch(
    "/products/{product_id}/variants", response=answers(schemas.VariantList), operation_id="update_variants"
)
@requires(Permission.EDIT_PRODUCTS)
def update_variants(
    request: StoreRequest, product_id: Path[PublicId], body: schemas.VariantsEdit
) -> schemas.VariantList:
    """Change many variants, all or none. 422 rows_refused names every wrong field as `<id>.<field>`."""
    _refuse_costs(request, any("cost" in each.model_fields_set for each in body.variants))
    product = selectors.product_by_public_id(product_id)
    words = schemas.words_of(selectors.options_of(product))
    changed = services.edit_variants(product_id=product.pk, edits=body.edits(), actor=request.actor)
    reader = reader_of(request)
    return schemas.VariantList(items=[schemas.VariantOut.of(each, words, reader) for each in changed])
