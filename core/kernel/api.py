"""The store's own facts, for its other systems."""

from typing import Annotated, Any, Literal, Self

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from core.kernel import store_settings
from core.kernel.regions import Region
from core.kernel.schemas import StrictSchema, answers
from core.kernel.store_settings import MOST_PAYMENT_HOURS, MOST_THRESHOLD, StoreSettings
from tenants import stores
from tenants.models import HostKind
from tenants.permissions import Permission, requires
from tenants.requests import StoreRequest

router = Router(tags=["Store"])

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Phone = Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9+() .-]*$")]
Word = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]


class RegionOut(Schema):
    """A place in Indonesia, by the code of the Ministry of Home Affairs."""

    code: str
    label: str
    postcode: str

    @classmethod
    def of(cls, region: Region) -> Self:
        return cls(code=region.code, label=region.label, postcode=region.postcode)


class RegionsOut(Schema):
    items: list[RegionOut]
    next: str | None = None


class HostOut(Schema):
    """A name under which the store answers."""

    name: str
    kind: HostKind
    url: str
    is_primary: bool
    is_verified: bool


class StoreSettingsOut(Schema):
    """Everything that is set about the store."""

    name: str
    language: str
    time_zone: str
    currency: str
    legal_name: str
    email: str
    phone: str
    whatsapp_phone: str
    address_line: str
    region_code: str
    region: RegionOut | None
    postcode: str
    order_prefix: str
    payment_hours: int
    low_stock_threshold: int
    hosts: list[HostOut]

    @classmethod
    def of(cls, shown: StoreSettings) -> Self:
        hosts = [
            HostOut(
                name=host.name,
                kind=HostKind(host.kind),
                url=host.origin,
                is_primary=host.is_primary,
                is_verified=host.is_verified,
            )
            for host in stores.host_facts(shown.store)
        ]
        region = RegionOut.of(shown.region) if shown.region else None
        return cls(**shown.values(), currency=shown.store.currency, region=region, hosts=hosts)


class StoreSettingsIn(StrictSchema):
    """What may be changed; fields left out stay."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")] | None = None
    language: Literal["id", "en"] | None = None
    time_zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"] | None = None
    legal_name: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")] | None = None
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")] | None = None
    phone: Phone | None = None
    whatsapp_phone: Phone | None = None
    address_line: Text | None = None
    region_code: Annotated[str, StringConstraints(max_length=13, pattern=r"^[0-9.]*$")] | None = None
    postcode: Annotated[str, StringConstraints(pattern=r"^([0-9]{5})?$")] | None = None
    order_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,6}$")] | None = None
    payment_hours: Annotated[int, Field(ge=1, le=MOST_PAYMENT_HOURS)] | None = None
    low_stock_threshold: Annotated[int, Field(ge=0, le=MOST_THRESHOLD)] | None = None


class RegionQuery(StrictSchema):
    """What somebody typed: a name, several, or a postcode."""

    q: Word


@router.get("/settings", response=answers(StoreSettingsOut), operation_id="get_store_settings")
@requires(Permission.VIEW_HOME)
def get_store_settings(request: StoreRequest) -> Any:
    """The store's own facts and its hosts."""
    return StoreSettingsOut.of(store_settings.current())


@router.patch("/settings", response=answers(StoreSettingsOut), operation_id="update_store_settings")
@requires(Permission.EDIT_SETTINGS)
def update_store_settings(request: StoreRequest, body: StoreSettingsIn) -> Any:
    """Change some of the store's facts, all or none."""
    changes = {name: value for name, value in body.dict(exclude_unset=True).items() if value is not None}
    return StoreSettingsOut.of(store_settings.update(changes=changes, actor=request.actor))


@router.get("/regions", response=answers(RegionsOut), operation_id="search_regions")
@requires(Permission.VIEW_HOME)
def search_regions(request: StoreRequest, asked: Query[RegionQuery]) -> Any:
    """Villages and districts for what somebody typed, best first; at least three characters."""
    return RegionsOut(items=[RegionOut.of(region) for region in store_settings.found_regions(asked.q)])
