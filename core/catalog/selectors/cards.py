"""Products as cards: lists, searches, what is like another one.

A list is what shops are asked for most, so it is one statement in SQL as PostgreSQL is to run it, with the
columns that a card shows and no others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from core.catalog.models import Category, Product, ProductStatus
from core.catalog.selectors.finding import EXACT_FROM, ID_OF, Clause, Wanted, nearest, plain, wanted
from core.catalog.selectors.pictures import Cover, Picture
from core.kernel import paging
from core.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class _Sort:
    """A column to sort by, and how a cursor's value is read."""

    column: str
    direction: str
    read: Callable[[Any], Any]


def _amount(value: Any) -> int:
    if not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError(value)
    return value


# What a shopper may ask for. Never user text.
SORTS: Final[dict[str, _Sort]] = {
    "newest": _Sort('"created_at"', "DESC", datetime.fromisoformat),
    "price_low": _Sort('"price_min_amount"', "ASC", _amount),
    "price_high": _Sort('"price_min_amount"', "DESC", _amount),
    "name": _Sort('"title"', "ASC", str),
    "relevance": _Sort("", "DESC", _amount),
}
# The rows are chosen first and dressed then: of those that fall away no picture is looked up. It begins with
# its verb, by which the database backend tells a question from a change.
_READ: Final = """\
SELECT card."id", card."public_id", card."slug", card."title", card."price_min_amount",
       card."price_max_amount", card."compare_at_amount", card."in_stock", card."updated_at",
       card."sorted_by",
       media."public_id", media."alt_text", media."colour", media."renditions"::text
FROM (
    SELECT "catalog_product"."id", "public_id", "slug", "title", "price_min_amount", "price_max_amount",
           "compare_at_amount", "in_stock", "updated_at", "cover_id", {key} AS "sorted_by"
    FROM "catalog_product" WHERE {where} ORDER BY "sorted_by" {direction}, "id" {direction} LIMIT %s
) AS card
LEFT JOIN "catalog_media" AS media ON media."id" = card."cover_id" AND media."state" = 'READY'
ORDER BY card."sorted_by" {direction}, card."id" {direction}
"""
_SORTED_BY: Final = 9
_SHELF: Final = '"category_id" IN (SELECT "id" FROM "catalog_category" WHERE "path" LIKE %s)'
_BRANDS: Final = '"brand_id" IN (SELECT "id" FROM "catalog_brand" WHERE "slug" = ANY(%s))'


@dataclass(frozen=True, slots=True)
class CardFilters:
    """How a shopper narrows a list. Amounts are whole rupiah; brands are slugs."""

    min_amount: int | None = None
    max_amount: int | None = None
    in_stock: bool = False
    reduced: bool = False
    brands: Sequence[str] = ()
    tag: str = ""


class ProductCard(NamedTuple):
    """A product in a list, in one row of one query."""

    id: int
    public_id: str
    slug: str
    name: str
    price_amount: int
    compare_amount: int | None
    from_price: bool
    sold_out: bool
    cover: Cover | None
    updated_at: datetime

    @property
    def image(self) -> Picture | None:
        """Its picture, made out anew at each call."""
        return self.cover.picture() if self.cover else None

    @property
    def percent_off(self) -> int:
        """Whole percent of the reduction; 0 without one."""
        if not self.compare_amount:
            return 0
        return (self.compare_amount - self.price_amount) * 100 // self.compare_amount


@dataclass(frozen=True, slots=True)
class CardPage:
    """Some cards, and the cursor of the next ones. `is_nearest`: nothing fits, these are only spelt alike."""

    cards: list[ProductCard]
    next: str | None
    is_nearest: bool = False


def product_cards(
    *,
    category: str | Category | None = None,
    query: str = "",
    filters: CardFilters | None = None,
    sort: str = "",
    after: str = "",
    limit: int = 24,
) -> CardPage:
    """A page of what is on sale.

    category   or its slug; products of the categories below it are in it too
    sort       a key of SORTS; relevance when there is a query, else newest
    Raises     NotFound for an unknown category, InvalidInput for a foreign cursor
    """
    narrowed = _narrowed(category, filters or CardFilters())
    typed = plain(query)
    asked = wanted(typed) if typed else None
    if typed and asked is None:
        return CardPage([], None)
    if sort not in SORTS or (sort == "relevance" and not typed):
        sort = "relevance" if typed else "newest"
    limit = max(1, min(limit, paging.LARGEST_PAGE))
    beyond = paging.place(after, SORTS[sort].read)
    if asked and sort == "relevance":
        rows = _best(asked, narrowed, beyond, limit + 1)
    else:
        where = [*narrowed, _among(asked.is_any(_all(narrowed)))] if asked else narrowed
        rows = _rows(SORTS[sort], Clause(SORTS[sort].column), where, beyond, limit + 1)
    if asked and not rows and not after:
        return CardPage(_nearest(narrowed, typed, limit), None, True)
    last = rows[limit - 1] if len(rows) > limit else None
    following = paging.cursor_after(last[_SORTED_BY], last[0]) if last else None
    return CardPage([_card(row) for row in rows[:limit]], following)


def search(query: str, limit: int = 8) -> list[ProductCard]:
    """The best few products for what somebody is typing."""
    return product_cards(query=query, limit=limit).cards if plain(query) else []


def cards_by_id(ids: Sequence[int]) -> list[ProductCard]:
    """Cards of these products in this order; those not on sale are left out."""
    where = [_ON_SALE, Clause('"catalog_product"."id" = ANY(%s)', (list(ids),))]
    newest = SORTS["newest"]
    found = {row[0]: _card(row) for row in _rows(newest, Clause(newest.column), where, None, len(ids))}
    return [found[pk] for pk in ids if pk in found]


def related_cards(product_id: int, category_id: int | None, limit: int = 8) -> list[ProductCard]:
    """What stands on the same shelf, newest first."""
    shelf = Clause('"category_id" = %s', (category_id,)) if category_id else Clause('"category_id" IS NULL')
    where = [_ON_SALE, Clause('"in_stock"'), shelf, Clause('"catalog_product"."id" <> %s', (product_id,))]
    newest = SORTS["newest"]
    return [_card(row) for row in _rows(newest, Clause(newest.column), where, None, limit)]


def category_by_slug(slug: str) -> Category:
    """A category. Raises NotFound."""
    found = Category.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This category does not exist."))
    return found


def path_of(category: str | Category) -> str:
    """The path of a category or of its slug. Raises NotFound."""
    return (category_by_slug(category) if isinstance(category, str) else category).path


_ON_SALE: Final = Clause(f"\"status\" = '{ProductStatus.ACTIVE}'")


def _narrowed(category: str | Category | None, filters: CardFilters) -> list[Clause]:
    where = [_ON_SALE]
    if category:
        where.append(Clause(_SHELF, (path_of(category) + "%",)))
    if filters.min_amount is not None:
        where.append(Clause('"price_max_amount" >= %s', (filters.min_amount,)))
    if filters.max_amount is not None:
        where.append(Clause('"price_min_amount" <= %s', (filters.max_amount,)))
    if filters.in_stock:
        where.append(Clause('"in_stock"'))
    if filters.reduced:
        where.append(Clause('"compare_at_amount" IS NOT NULL'))
    if filters.brands:
        where.append(Clause(_BRANDS, (list(filters.brands),)))
    if filters.tag:
        where.append(Clause('"tags" @> %s::varchar[]', ([filters.tag.lower()],)))
    return where


def _best(asked: Wanted, narrowed: list[Clause], beyond: paging.Place, many: int) -> list[tuple]:
    """Rows by how well they fit. Those that are only like the words are looked for when the words run out."""
    found: list[tuple] = []
    by, rank = SORTS["relevance"], asked.rank
    if beyond is None or beyond[0] >= EXACT_FROM:
        exact = Clause(f"{EXACT_FROM} + {rank.sql}", rank.told)
        found = _rows(by, exact, [*narrowed, asked.has_words()], beyond, many)
        beyond = None
    if len(found) < many and (like := _ids(asked.is_like(_all(narrowed)))):
        among = [Clause('"catalog_product"."id" = ANY(%s)', (like,))]
        found += _rows(by, rank, among, beyond, many - len(found))
    return found


def _ids(rows: Clause) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(rows.sql, rows.told)
        return [pk for (pk,) in cursor.fetchall()]


def _rows(by: _Sort, key: Clause, where: list[Clause], beyond: paging.Place, many: int) -> list[tuple]:
    """Rows of _READ, as many as asked for, after the place `beyond`."""
    wanted_rows = _all(where)
    told = [*key.told, *wanted_rows.told]
    sql = wanted_rows.sql
    if beyond is not None:
        sign = "<" if by.direction == "DESC" else ">"
        sql += f' AND ({key.sql}, "catalog_product"."id") {sign} (%s, %s)'
        told += [*key.told, *beyond]
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(key=key.sql, where=sql, direction=by.direction), [*told, many])
        return cursor.fetchall()


def _nearest(narrowed: list[Clause], typed: str, limit: int) -> list[ProductCard]:
    among = _all(narrowed)
    ids = RawSQL(f"{ID_OF} WHERE {among.sql}", among.told)  # noqa: S611 - clauses of this file
    alike = nearest(Product.objects.filter(pk__in=ids), typed)
    return cards_by_id(list(alike.values_list("pk", flat=True)[:limit]))


def _among(ids: Clause) -> Clause:
    """Read once, before anything else: so each branch is found by its index."""
    return Clause(f'"catalog_product"."id" = ANY(ARRAY({ids.sql}))', ids.told)


def _all(where: list[Clause]) -> Clause:
    return Clause(
        " AND ".join(each.sql for each in where), tuple(told for each in where for told in each.told)
    )


def _card(row: tuple) -> ProductCard:
    pk, public_id, slug, title, low, high, compare, in_stock, updated_at, _key, media, alt, colour, drawn = (
        row
    )
    return ProductCard(
        pk,
        public_id,
        slug,
        title,
        low,
        compare if compare and compare > low else None,
        high > low,
        not in_stock,
        Cover(media, alt or title, colour, drawn) if drawn and drawn != "{}" else None,
        updated_at,
    )
