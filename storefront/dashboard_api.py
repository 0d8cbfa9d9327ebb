"""The dress and the pages of a store's shop, for its other systems.

Changes go to a draft that shoppers do not see, until it is published; `update_theme` does both at once.
"""

from django.utils import timezone
from ninja import File, Router, Status, UploadedFile

from core.kernel.schemas import Problem
from storefront import preview, selectors, services
from storefront.design_schemas import (
    PageEdit,
    PageIn,
    PageOrder,
    PageOut,
    PagesOut,
    PreviewOut,
    PublicId,
    ThemeIn,
    ThemeOut,
    VersionOut,
    VersionsOut,
)
from storefront.services import PageFacts
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Design"])
_THEME = {200: ThemeOut, 409: Problem, 422: Problem}
_PAGE = {200: PageOut, 404: Problem, 422: Problem}


@router.get("/theme", response=ThemeOut, operation_id="get_theme")
@requires(Permission.EDIT_STOREFRONT)
def get_theme(request: StoreRequest) -> ThemeOut:
    """What shoppers see."""
    return ThemeOut.of(selectors.published_design())


@router.patch("/theme", response=_THEME, operation_id="update_theme")
@requires(Permission.EDIT_STOREFRONT)
def update_theme(request: StoreRequest, body: ThemeIn) -> ThemeOut:
    """Change what shoppers see, at once. A draft is published with it. Nothing to change is fine."""
    now, actor = timezone.now(), request.actor
    services.save_draft(design=body.applied(selectors.latest_design()), now=now, actor=actor)
    if selectors.draft() is not None:
        services.publish(now=now, actor=actor)
    return ThemeOut.of(selectors.published_design())


@router.get("/theme/draft", response=ThemeOut, operation_id="get_theme_draft")
@requires(Permission.EDIT_STOREFRONT)
def get_theme_draft(request: StoreRequest) -> ThemeOut:
    """The design being drawn; what shoppers see while nothing is."""
    return ThemeOut.of(selectors.latest_design())


@router.patch("/theme/draft", response=_THEME, operation_id="update_theme_draft")
@requires(Permission.EDIT_STOREFRONT)
def update_theme_draft(request: StoreRequest, body: ThemeIn) -> ThemeOut:
    """Go on drawing. Shoppers see nothing of it."""
    design = body.applied(selectors.latest_design())
    return ThemeOut.of(services.save_draft(design=design, now=timezone.now(), actor=request.actor))


@router.delete("/theme/draft", response={204: None}, operation_id="discard_theme_draft")
@requires(Permission.EDIT_STOREFRONT)
def discard_theme_draft(request: StoreRequest) -> Status:
    """Forget the draft. Without one nothing happens."""
    services.discard_draft(actor=request.actor)
    return Status(204, None)


@router.post("/theme/draft/logo", response=_THEME, operation_id="upload_logo")
@requires(Permission.EDIT_STOREFRONT)
def upload_logo(request: StoreRequest, file: File[UploadedFile]) -> ThemeOut:
    """Let the draft show this picture (JPEG, PNG, WebP, GIF) as its logo."""
    return ThemeOut.of(services.put_logo(upload=file, now=timezone.now(), actor=request.actor))


@router.delete("/theme/draft/logo", response=ThemeOut, operation_id="remove_logo")
@requires(Permission.EDIT_STOREFRONT)
def remove_logo(request: StoreRequest) -> ThemeOut:
    """Let the draft show the store's name instead of a logo."""
    return ThemeOut.of(services.remove_logo(now=timezone.now(), actor=request.actor))


@router.post("/theme/draft/preview", response=PreviewOut, operation_id="preview_theme")
@requires(Permission.EDIT_STOREFRONT)
def preview_theme(request: StoreRequest) -> PreviewOut:
    """Where the draft can be seen without showing it to shoppers."""
    return PreviewOut(url=preview.preview_url())


@router.post("/theme/publish", response=_THEME, operation_id="publish_theme")
@requires(Permission.EDIT_STOREFRONT)
def publish_theme(request: StoreRequest) -> ThemeOut:
    """Show the draft to shoppers. 409 when there is none."""
    return ThemeOut.of(services.publish(now=timezone.now(), actor=request.actor))


@router.post("/theme/undo", response=_THEME, operation_id="undo_theme")
@requires(Permission.EDIT_STOREFRONT)
def undo_theme(request: StoreRequest) -> ThemeOut:
    """Show shoppers the design before the published one. 409 when none is known."""
    return ThemeOut.of(services.undo(actor=request.actor))


@router.get("/theme/versions", response=VersionsOut, operation_id="list_theme_versions")
@requires(Permission.EDIT_STOREFRONT)
def list_theme_versions(request: StoreRequest) -> VersionsOut:
    """What was published, newest first."""
    rows = selectors.versions()
    return VersionsOut(items=[VersionOut(published_at=row.made_at, by=row.actor_name) for row in rows])


@router.get("/pages", response=PagesOut, operation_id="list_pages")
@requires(Permission.EDIT_STOREFRONT)
def list_pages(request: StoreRequest) -> PagesOut:
    """Every page, hidden ones too, in the order of the menu."""
    return PagesOut.of(selectors.all_pages())


@router.post("/pages", response={201: PageOut, 409: Problem, 422: Problem}, operation_id="create_page")
@requires(Permission.EDIT_STOREFRONT)
def create_page(request: StoreRequest, body: PageIn) -> Status:
    """Add a page at the end of the menu."""
    page = services.create_page(facts=PageFacts(**body.model_dump()), actor=request.actor)
    return Status(201, PageOut.of(page))


@router.put("/pages/order", response={200: PagesOut, 422: Problem}, operation_id="order_pages")
@requires(Permission.EDIT_STOREFRONT)
def order_pages(request: StoreRequest, body: PageOrder) -> PagesOut:
    """Put the menu into this order."""
    return PagesOut.of(services.order_pages(order=body.page_ids, actor=request.actor))


@router.get("/pages/{page_id}", response=_PAGE, operation_id="get_page")
@requires(Permission.EDIT_STOREFRONT)
def get_page(request: StoreRequest, page_id: PublicId) -> PageOut:
    """One page."""
    return PageOut.of(selectors.page_by_id(page_id))


@router.patch("/pages/{page_id}", response=_PAGE, operation_id="update_page")
@requires(Permission.EDIT_STOREFRONT)
def update_page(request: StoreRequest, page_id: PublicId, body: PageEdit) -> PageOut:
    """Change what a page says. Its address stays."""
    facts = body.facts(selectors.page_by_id(page_id))
    return PageOut.of(services.edit_page(public_id=page_id, facts=facts, actor=request.actor))


@router.delete("/pages/{page_id}", response={204: None, 404: Problem}, operation_id="delete_page")
@requires(Permission.EDIT_STOREFRONT)
def delete_page(request: StoreRequest, page_id: PublicId) -> Status:
    """Remove a page for good."""
    services.remove_page(public_id=page_id, actor=request.actor)
    return Status(204, None)
