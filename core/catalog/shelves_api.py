"""Categories, brands and saved views for a store's other systems."""

from ninja import Path, Router, Status

from core.catalog import schemas, selectors, services
from core.catalog.schemas import PublicId
from core.kernel.schemas import answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Catalogue"])


def _categories() -> list[schemas.CategoryOut]:
    tree = selectors.category_tree()
    known = {row.pk: row.public_id for row in tree}
    return [
        schemas.CategoryOut(
            id=row.public_id,
            name=row.name,
            slug=row.slug,
            parent_id=known.get(row.parent_id) if row.parent_id else None,
            depth=row.depth,  # type: ignore[attr-defined]
            position=row.position,
            product_count=row.product_count,  # type: ignore[attr-defined]
        )
        for row in tree
    ]


def _category(public_id: str) -> schemas.CategoryOut:
    return next(row for row in _categories() if row.id == public_id)


@router.get("/categories", response=answers(schemas.CategoryList), operation_id="list_categories")
@requires(Permission.VIEW_PRODUCTS)
def list_categories(request: StoreRequest) -> schemas.CategoryList:
    """The whole tree, parents before children."""
    return schemas.CategoryList(items=_categories())


@router.post("/categories", response=answers(schemas.CategoryOut, 201), operation_id="create_category")
@requires(Permission.EDIT_PRODUCTS)
def create_category(request: StoreRequest, body: schemas.CategoryIn) -> Status[schemas.CategoryOut]:
    """Add a category at the end of its parent's."""
    made = services.create_category(name=body.name, parent=body.parent_id, actor=request.actor)
    return Status(201, _category(made.public_id))


@router.patch(
    "/categories/{category_id}", response=answers(schemas.CategoryOut), operation_id="update_category"
)
@requires(Permission.EDIT_PRODUCTS)
def update_category(
    request: StoreRequest, category_id: Path[PublicId], body: schemas.CategoryEdit
) -> schemas.CategoryOut:
    """Rename a category, move it with everything below it, or both."""
    services.edit_category(
        public_id=category_id, changes=body.model_dump(exclude_unset=True), actor=request.actor
    )
    return _category(category_id)


@router.delete("/categories/{category_id}", response=answers(None, 204), operation_id="delete_category")
@requires(Permission.EDIT_PRODUCTS)
def delete_category(request: StoreRequest, category_id: Path[PublicId]) -> Status[None]:
    """Take a category away; its products stay. 409 while other categories are below it."""
    services.delete_category(public_id=category_id, actor=request.actor)
    return Status(204, None)


@router.get("/brands", response=answers(schemas.BrandList), operation_id="list_brands")
@requires(Permission.VIEW_PRODUCTS)
def list_brands(request: StoreRequest) -> schemas.BrandList:
    """All brands by name."""
    return schemas.BrandList(items=[schemas.BrandOut.of(brand) for brand in selectors.brands()])


@router.post("/brands", response=answers(schemas.BrandOut, 201), operation_id="create_brand")
@requires(Permission.EDIT_PRODUCTS)
def create_brand(request: StoreRequest, body: schemas.NameIn) -> Status[schemas.BrandOut]:
    """Add a brand."""
    return Status(201, schemas.BrandOut.of(services.create_brand(name=body.name, actor=request.actor)))


@router.patch("/brands/{brand_id}", response=answers(schemas.BrandOut), operation_id="rename_brand")
@requires(Permission.EDIT_PRODUCTS)
def rename_brand(request: StoreRequest, brand_id: Path[PublicId], body: schemas.NameIn) -> schemas.BrandOut:
    """Give a brand another name."""
    services.rename_brand(public_id=brand_id, name=body.name, actor=request.actor)
    return next(schemas.BrandOut.of(brand) for brand in selectors.brands() if brand.public_id == brand_id)


@router.delete("/brands/{brand_id}", response=answers(None, 204), operation_id="delete_brand")
@requires(Permission.EDIT_PRODUCTS)
def delete_brand(request: StoreRequest, brand_id: Path[PublicId]) -> Status[None]:
    """Take a brand away; its products stay."""
    services.delete_brand(public_id=brand_id, actor=request.actor)
    return Status(204, None)


@router.get("/product-views", response=answers(schemas.ViewList), operation_id="list_product_views")
@requires(Permission.VIEW_PRODUCTS)
def list_product_views(request: StoreRequest) -> schemas.ViewList:
    """The saved views of the product list."""
    return schemas.ViewList(items=[schemas.ViewOut.of(view) for view in selectors.saved_views()])


@router.put("/product-views", response=answers(schemas.ViewOut), operation_id="save_product_view")
@requires(Permission.EDIT_PRODUCTS)
def save_product_view(request: StoreRequest, body: schemas.ViewIn) -> schemas.ViewOut:
    """Keep filters under a name; the same name again replaces them."""
    return schemas.ViewOut.of(services.save_view(name=body.name, query=body.query, actor=request.actor))


@router.delete("/product-views/{view_id}", response=answers(None, 204), operation_id="delete_product_view")
@requires(Permission.EDIT_PRODUCTS)
def delete_product_view(request: StoreRequest, view_id: Path[PublicId]) -> Status[None]:
    """Forget a saved view; the products stay."""
    services.delete_view(public_id=view_id, actor=request.actor)
    return Status(204, None)
