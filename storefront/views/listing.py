"""Lists of products: all of them, one category, what a search finds."""

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.catalog import selectors as catalog
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.formats import format_money
from storefront import showing, structured
from storefront.forms import ListingForm
from storefront.keeping import SHOP, kept
from storefront.memory import remembered
from storefront.views.frame import origin_of, shelves_of, show
from tenants.permissions import public

LONGEST_QUERY = 100
# Amounts are left out: of those there is no end.
_NARROWING = frozenset({"sort", "in_stock", "reduced", "brand", "after"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What a list is about, before anything is filtered."""

    title: str
    category: str | None = None
    shelf: Any = None  # the category itself, as the catalogue gave it
    query: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> dict[str, str]:
        """The parameters that stay when every filter is taken away."""
        return {"q": self.query} if self.query else {}


@public
@require_safe
@kept(SHOP, names=_NARROWING)
def products(request: HttpRequest) -> HttpResponse:
    """Everything on sale."""
    return _list(request, Scope(_("All products")))


@public
@require_safe
@kept(SHOP, names=_NARROWING)
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """What stands on one shelf and on those below it."""
    try:
        found = remembered(request, f"shelf:{slug}", lambda: catalog.category_by_slug(slug))
    except NotFound as missing:
        raise Http404 from missing
    crumbs = remembered(request, f"crumbs:{slug}", lambda: catalog.crumbs_of(found))
    shelves = shelves_of(request)
    shelf = showing.shelf_where(shelves, lambda each: each.slug == slug)
    more = {
        "crumbs": [
            {"label": _("Home"), "url": reverse("storefront:home")},
            *(
                {"label": name, "url": showing.category_url(each) if each != slug else ""}
                for name, each in crumbs
            ),
        ],
        "shelves": shelves,
        "below": [
            {"label": child.name, "url": showing.category_url(child.slug)}
            for child in (shelf.children if shelf else [])
        ],
        "jsonld": [structured.breadcrumb(crumbs, origin=origin_of(request))],
    }
    return _list(request, Scope(found.name, category=slug, shelf=found, more=more))


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What fits the words that somebody typed."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    title = _("Results for “%(query)s”") % {"query": query} if query else _("Search")
    return _list(request, Scope(title, query=query, more={"query": query, "noindex": True}))


def _list(request: HttpRequest, scope: Scope) -> HttpResponse:
    brands = remembered(
        request, f"brands:{scope.category or ''}", lambda: catalog.brands_on_sale(scope.shelf)
    )
    form = _form(request, scope, brands)
    told = form.told()
    after = request.GET.get("after", "")[:200]
    try:
        found = _found(scope, form, after)
    except InvalidInput:
        return HttpResponseRedirect(showing.with_query(request.path, {**scope.base, **told}))
    cards = showing.cards(found.cards)
    context = {
        "page_title": scope.title,
        "cards": cards,
        "form": form,
        "whole": None if _is_asked(request) else scope.category or "",
        "sort": told.get("sort", ""),
        "sorts": _sorts(bool(scope.query)),
        "keep_sort": [*scope.base.items(), *_pairs(told, without="sort")],
        "keep_filters": [*scope.base.items(), *_pairs({"sort": told.get("sort", "")})],
        "chips": _chips(request.path, scope.base, told, {slug: name for name, slug in brands}),
        "noindex": bool(told),
        "clear_url": showing.with_query(request.path, scope.base),
        "is_narrowed": any(name != "sort" for name in told),
        "is_first": not after,
        "is_nearest": found.is_nearest,
        **scope.more,
    }
    if found.next:
        context["next_url"] = showing.with_query(request.path, {**scope.base, **told}, after=found.next)
    if after and not told:
        context["canonical_url"] = f"{origin_of(request)}{request.get_full_path()}"
    listed = structured.item_list([card.url for card in cards], origin=origin_of(request))
    context["jsonld"] = [*scope.more.get("jsonld", []), *([listed] if cards else [])]
    return show(request, "listing.html", context)


def _form(request: HttpRequest, scope: Scope, brands: list[tuple[str, str]]) -> ListingForm:
    """What the list is narrowed to, read already; most lists are not narrowed at all."""

    def read(told: QueryDict) -> ListingForm:
        form = ListingForm(told, brands)
        form.is_valid()
        return form

    if _is_asked(request):
        return read(request.GET)
    return remembered(request, f"form:{scope.category or ''}", lambda: read(QueryDict()))


def _is_asked(request: HttpRequest) -> bool:
    """Whether the list is to be narrowed or sorted, be it by something that makes no sense."""
    return bool(request.GET.keys() & ListingForm.base_fields.keys())


def _found(scope: Scope, form: ListingForm, after: str) -> catalog.CardPage:
    return catalog.product_cards(
        category=scope.shelf,
        query=scope.query,
        filters=form.filters(),
        sort=form.told().get("sort", ""),
        after=after,
    )


def _sorts(has_query: bool) -> list[tuple[str, str]]:
    sorts = [
        ("newest", _("Newest")),
        ("price_low", _("Lowest price")),
        ("price_high", _("Highest price")),
        ("name", _("Name")),
    ]
    return [("relevance", _("Best match")), *sorts] if has_query else sorts


def _pairs(told: dict[str, Any], without: str = "") -> list[tuple[str, Any]]:
    """Parameters as hidden fields carry them: one pair for each value."""
    pairs = []
    for name, value in told.items():
        if name != without and value:
            pairs += [(name, each) for each in (value if isinstance(value, list) else [value])]
    return pairs


def _chips(
    path: str, base: dict[str, str], told: dict[str, Any], brands: dict[str, str]
) -> list[dict[str, Any]]:
    """What the list is narrowed to, each with the address that takes it away, and two quick filters."""

    def without(**changes: Any) -> str:
        return showing.with_query(path, {**base, **told}, **changes)

    quick = (("in_stock", _("In stock")), ("reduced", _("Reduced")))
    chips = [
        {"label": label, "url": without(**{name: "" if told.get(name) else "1"}), "on": bool(told.get(name))}
        for name, label in quick
    ]
    for name, words in (("min", _("from %(amount)s")), ("max", _("up to %(amount)s"))):
        if told.get(name) is not None:
            label = words % {"amount": format_money(told[name])}
            chips.append({"label": label, "url": without(**{name: ""}), "on": True})
    for slug in told.get("brand", []):
        others = [each for each in told["brand"] if each != slug]
        chips.append({"label": brands[slug], "url": without(brand=others), "on": True})
    return chips
