"""Search: words as they stand first, then codes and typing errors, then the stemmer's guesses.

The conditions are SQL, each a branch of its own with an index of its own: tied together by OR, PostgreSQL
rather reads every product and compares its letters.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import IntegerField, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Upper

from core.catalog.models import Product

_MOST_LETTERS: Final = 100
_MOST_WORDS: Final = 10
# Ranks are compared as whole numbers, so that a cursor can carry one exactly.
_SCALE: Final = 1_000_000
# Whatever has the words themselves comes before all that is only like them.
EXACT_FROM: Final = 100 * _SCALE
_ALIKE: Final = 0.4  # share of a query's letter triples that a word has

ID_OF: Final = 'SELECT "catalog_product"."id" FROM "catalog_product"'
EXACT: Final = '"catalog_product"."search_vector" @@ to_tsquery(\'simple\', %s)'
# A SKU or a barcode finds its product by any part of it; other words by letters that they share.
_LIKE: Final = (
    '"catalog_product"."search_vector" @@ to_tsquery(\'indonesian\', %s)',
    'UPPER("catalog_product"."search_text") LIKE UPPER(%s)',
    'UPPER("catalog_product"."search_text") %%> %s',
)
_RANK: Final = (
    '((ts_rank("catalog_product"."search_vector", to_tsquery(\'simple\', %s)) * 10'
    ' + CASE WHEN UPPER("catalog_product"."search_text") LIKE UPPER(%s) THEN 1 ELSE 0 END'
    f' + word_similarity(%s, UPPER("catalog_product"."search_text"))) * {_SCALE})::integer'
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL and what stands in it."""

    sql: str
    told: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed, as the conditions take it."""

    exact: str
    stems: str
    letters: str
    part: str

    @property
    def rank(self) -> Clause:
        """How well a product fits among its like, a whole number; higher fits better."""
        return Clause(_RANK, (self.exact, self.part, self.letters))

    def has_words(self) -> Clause:
        """Products that hold the words, or words that begin so."""
        return Clause(EXACT, (self.exact,))

    def is_like(self, where: Clause) -> Clause:
        """Ids of the other products that fit, of those where a condition holds."""
        told = zip(_LIKE, (self.stems, self.part, self.letters), strict=True)
        head = f"{ID_OF} WHERE NOT ({EXACT}) AND {where.sql} AND "
        branches = [Clause(head + like, (self.exact, *where.told, value)) for like, value in told]
        return Clause(
            " UNION ".join(branch.sql for branch in branches),
            tuple(value for branch in branches for value in branch.told),
        )

    def is_any(self, where: Clause) -> Clause:
        """Ids of all products that fit."""
        words = f"{ID_OF} WHERE {EXACT} AND {where.sql}"
        like = self.is_like(where)
        return Clause(f"{words} UNION ALL ({like.sql})", (self.exact, *where.told, *like.told))


def wanted(query: str) -> Wanted | None:
    """How to find what was typed; None when there is no word in it."""
    typed = plain(query)
    words = re.findall(r"\w+", typed)[:_MOST_WORDS]
    if not words:
        return None
    return Wanted(
        exact=_prefixes(words, ":*"),
        stems=_prefixes(words, ":D"),
        letters=typed.upper(),
        part="%" + re.sub(r"([\\%_])", r"\\\1", typed) + "%",
    )


def matching(products: QuerySet[Product], query: str) -> QuerySet[Product]:
    """Products that fit what somebody typed, each with `relevance`; higher fits better.

    The Indonesian stemmer only adds matches, below all others: it takes *kemeja* (shirt) for *meja* (table).
    """
    asked = wanted(query)
    if asked is None:
        # An empty list has its relevance too: callers sort by it.
        unranked = products.annotate(relevance=Value(0))
        return unranked.none() if plain(query) else unranked
    found = asked.is_any(Clause("TRUE"))
    words, rank = asked.has_words(), asked.rank
    relevance = f"CASE WHEN {words.sql} THEN {EXACT_FROM} ELSE 0 END + {rank.sql}"
    return products.filter(pk__in=RawSQL(found.sql, found.told)).annotate(  # noqa: S611 - constants of this file
        relevance=RawSQL(relevance, (*words.told, *rank.told), IntegerField())  # noqa: S611 - likewise
    )


def nearest(products: QuerySet[Product], query: str) -> QuerySet[Product]:
    """For a query that found nothing: what is spelt most like it. Reads every product, so only then."""
    rows = products.annotate(letters=Upper("search_text", output_field=TextField()))
    alike = TrigramWordSimilarity(plain(query).upper(), "letters")
    return rows.annotate(alike=alike).filter(alike__gte=_ALIKE).order_by("-alike", "-pk")


def plain(query: str) -> str:
    """The query without control characters, at most 100 letters."""
    return " ".join("".join(c if c.isprintable() else " " for c in query[:500]).split())[:_MOST_LETTERS]


def _prefixes(words: list[str], mark: str) -> str:
    return " & ".join(f"'{word}'{mark}" for word in words)
