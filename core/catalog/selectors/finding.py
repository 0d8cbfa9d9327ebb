"""Search: words as they stand first, then codes and typing errors, then the stemmer's guesses."""

import re
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import Case, F, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Upper

from core.catalog.models import Product

_MOST_LETTERS: Final = 100
_MOST_WORDS: Final = 10
# Ranks are compared as whole numbers, so that a cursor can carry one exactly.
_SCALE: Final = 1_000_000
_ALIKE: Final = 0.4  # share of a query's letter triples that a word has


def matching(products: QuerySet[Product], query: str) -> QuerySet[Product]:
    """Products that fit what somebody typed, each with `relevance`; higher fits better.

    A SKU or a barcode finds its product by any part of it. The Indonesian stemmer only adds matches, below
    all others: it takes *kemeja* (shirt) for *meja* (table).
    """
    typed = plain(query)
    words = re.findall(r"\w+", typed)[:_MOST_WORDS]
    if not words:
        # An empty list has its relevance too: callers sort by it.
        unranked = products.annotate(relevance=Value(0))
        return unranked.none() if typed else unranked
    upper = typed.upper()
    exact = SearchQuery(_prefixes(words, ":*"), config="simple", search_type="raw")
    stems = SearchQuery(_prefixes(words, ":D"), config="indonesian", search_type="raw")
    rows = products.annotate(letters=Upper("search_text", output_field=TextField()))
    found = (
        Q(search_vector=exact)
        | Q(search_vector=stems)
        | Q(search_text__icontains=typed)
        | Q(letters__trigram_word_similar=upper)
    )
    return rows.filter(found).annotate(relevance=_relevance(exact, typed))


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


def _relevance(exact: SearchQuery, typed: str) -> Cast:
    has_code = Case(When(search_text__icontains=typed, then=Value(1.0)), default=Value(0.0))
    rank = SearchRank(F("search_vector"), exact)
    alike = TrigramWordSimilarity(typed.upper(), "letters")
    return Cast((rank * 10 + has_code + alike) * _SCALE, IntegerField())
