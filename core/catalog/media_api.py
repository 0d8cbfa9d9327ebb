"""Pictures of products for a store's other systems."""

from ninja import File, Form, Path, Router, Status, UploadedFile

from core.catalog import schemas, selectors, services
from core.catalog.asking import reader_of
from core.catalog.schemas import PublicId
from core.kernel.schemas import answers
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Catalogue"])


def _pictures(request: StoreRequest, product_id: str) -> schemas.MediaList:
    product, reader = selectors.product_by_public_id(product_id), reader_of(request)
    return schemas.MediaList(
        items=[schemas.MediaOut.of(each, reader) for each in selectors.media_of(product)]
    )


@router.get("/products/{product_id}/media", response=answers(schemas.MediaList), operation_id="list_media")
@requires(Permission.VIEW_PRODUCTS)
def list_media(request: StoreRequest, product_id: Path[PublicId]) -> schemas.MediaList:
    """A product's pictures in order, also those still being prepared."""
    return _pictures(request, product_id)


@router.post(
    "/products/{product_id}/media", response=answers(schemas.MediaOut, 201), operation_id="upload_media"
)
@requires(Permission.EDIT_PRODUCTS)
def upload_media(
    request: StoreRequest,
    product_id: Path[PublicId],
    file: File[UploadedFile],
    facts: Form[schemas.MediaFacts],
) -> Status[schemas.MediaOut]:
    """Send one picture as multipart/form-data: JPEG, PNG, WebP or GIF, at most 20 MB and 25 megapixels.

    Its sizes are made in the background; ask `list_media` until its state is READY.
    """
    product = selectors.product_by_public_id(product_id)
    media = services.add_media(
        product_id=product.pk, upload=file, alt_text=facts.alt_text, actor=request.actor
    )
    return Status(201, schemas.MediaOut.of(media, reader_of(request)))


@router.put(
    "/products/{product_id}/media/order", response=answers(schemas.MediaList), operation_id="order_media"
)
@requires(Permission.EDIT_PRODUCTS)
def order_media(
    request: StoreRequest, product_id: Path[PublicId], body: schemas.MediaOrder
) -> schemas.MediaList:
    """Put the pictures into this order; the first one is the cover."""
    product = selectors.product_by_public_id(product_id)
    services.order_media(product_id=product.pk, order=body.order, actor=request.actor)
    return _pictures(request, product_id)


@router.patch("/media/{media_id}", response=answers(schemas.MediaOut), operation_id="describe_media")
@requires(Permission.EDIT_PRODUCTS)
def describe_media(
    request: StoreRequest, media_id: Path[PublicId], body: schemas.MediaEdit
) -> schemas.MediaOut:
    """Say in words what a picture shows."""
    media = services.describe_media(public_id=media_id, alt_text=body.alt_text, actor=request.actor)
    return schemas.MediaOut.of(media, reader_of(request))


@router.delete("/media/{media_id}", response=answers(None, 204), operation_id="remove_media")
@requires(Permission.EDIT_PRODUCTS)
def remove_media(request: StoreRequest, media_id: Path[PublicId]) -> Status[None]:
    """Remove a picture and its files; variants that showed it show the cover."""
    services.remove_media(public_id=media_id, actor=request.actor)
    return Status(204, None)
