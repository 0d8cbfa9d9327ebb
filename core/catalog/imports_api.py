"""Files of products for a store's other systems: brought, checked, started, watched."""

from ninja import File, Path, Query, Router, Status, UploadedFile

from core.catalog import schemas, selectors, services
from core.catalog.schemas import PublicId
from core.kernel.schemas import answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Catalogue"])


@router.get("/product-imports", response=answers(schemas.ImportPage), operation_id="list_product_imports")
@requires(Permission.VIEW_PRODUCTS)
def list_product_imports(request: StoreRequest, asked: Query[schemas.Paged]) -> schemas.ImportPage:
    """Imports, newest first; their mistakes stand in `get_product_import`."""
    found, cursor = selectors.product_imports(after=asked.after, limit=asked.limit)
    return schemas.ImportPage(items=[schemas.ImportOut.of(each) for each in found], next=cursor)


@router.post(
    "/product-imports", response=answers(schemas.ImportOut, 201), operation_id="create_product_import"
)
@requires(Permission.EDIT_PRODUCTS)
def create_product_import(request: StoreRequest, file: File[UploadedFile]) -> Status[schemas.ImportOut]:
    """Send a CSV or Excel file as multipart/form-data, at most 64 MB. It is checked and changes nothing yet.

    Ask `get_product_import` until its state is READY, then `start_product_import`.
    """
    brought = services.bring_products(upload=file, actor=request.actor)
    return Status(201, schemas.ImportOut.of(brought))


@router.get(
    "/product-imports/{import_id}", response=answers(schemas.ImportWhole), operation_id="get_product_import"
)
@requires(Permission.VIEW_PRODUCTS)
def get_product_import(request: StoreRequest, import_id: Path[PublicId]) -> schemas.ImportWhole:
    """How far an import is, and the first wrong cells of its file."""
    return schemas.ImportWhole.of(selectors.import_by_public_id(import_id))


@router.post(
    "/product-imports/{import_id}/start",
    response=answers(schemas.ImportOut),
    operation_id="start_product_import",
)
@requires(Permission.EDIT_PRODUCTS)
def start_product_import(request: StoreRequest, import_id: Path[PublicId]) -> schemas.ImportOut:
    """Write a checked file into the catalogue; products with mistakes are left out.

    409 import_not_ready while it is being checked, and when it was started already.
    """
    return schemas.ImportOut.of(services.start_import(public_id=import_id, actor=request.actor))
