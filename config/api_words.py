"""What the two OpenAPI documents say to the people who write against them."""

from typing import Final

_SHARED: Final = """
**Money** is `{"amount": 150000, "currency": "IDR"}`: whole rupiah, never a fraction.

**Ids** are opaque texts such as `prd_kmflrcljrfjfqewr7whw6q`. Keep them whole; read nothing out of them.

**Lists** answer `{"items": [...], "next": "..."}`. Send `next` back as `after` for the page that follows;
it is null on the last one. Rows that arrive meanwhile are neither skipped nor repeated.

**Refusals** are problem documents (RFC 9457, `application/problem+json`). Decide by `code`, which stays as
it is; show `detail`, which comes in the language of `Accept-Language` (`id` or `en`). A 422 names each wrong
field in `errors`. Nothing was changed by a request that was refused.

**Too fast**: a request over the limit gets 429 `too_many_requests` and does nothing; `Retry-After` says for
how many seconds to wait.

**Unknown fields** are refused, so that a typing error does not go unseen.
"""

_ONCE: Final = """
**Sent twice**: give a POST that creates something an `Idempotency-Key` (any text up to 255 characters, such
as a UUID). The same key with the same body gets the first answer again and makes nothing new; with another
body it gets 409 `idempotency_conflict`.
"""

STORE: Final = f"""Everything that a seller can do in the dashboard.

**Authorisation**: send `Authorization: Bearer ssk_...`. Keys are made in the dashboard under Settings, API
keys, each with the scopes it needs; without the scope of an operation a request gets 403. A key has 4
requests a second and 40 at once, all keys of a store together 20 and 200.

**A first sale**: `create_product`, `adjust_stock` for each of its SKUs, then, once somebody has ordered,
`list_orders`, `confirm_payment` and `create_fulfilment`.
{_ONCE}{_SHARED}"""

STOREFRONT: Final = f"""What a shopper sees and does, for a storefront of one's own. Public: it needs no key.

**A purchase**: `storefront_create_cart`, `storefront_add_line`, `storefront_quote` with the address for the
ways to ship and to pay, then `storefront_place_order`. Send the shopper to the order's `status_url`, where it
is paid.
{_ONCE}{_SHARED}"""

# What a parameter means, wherever it stands and says nothing of its own.
PARAMETERS: Final = {
    "after": "The `next` of the page before; left out for the first page.",
    "limit": "The most rows to answer with.",
    "sort": "What comes first.",
    "q": "Words to look for; typing errors are forgiven.",
    "tag": "Only rows with this tag.",
    "since": "From this moment on.",
    "until": "Up to this moment.",
    "sku": "The code of a variant.",
    "code": "One of the codes in the list.",
    "region_code": "The code of a region, as `regions` answers it.",
    "weight_grams": "What the goods weigh, in grams.",
    "subtotal_amount": "What the goods cost, in whole rupiah.",
    "cart_id": "The cart's id, known only to its shopper.",
    "token": "The order's secret, part of its `status_url`.",
    "handle": "The product's id, or the `slug` of its address.",
}
