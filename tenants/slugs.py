"""A store's address under our domains: proposed from its name, checked against what is taken or ours."""

import re

from django.utils.text import slugify
from django.utils.translation import gettext as _

from tenants.errors import CommerceError
from tenants.models import Store

# Names that are ours, or that would make a shop look like us.
RESERVED = frozenset(
    """
    about abuse account accounts admin administrator api app apps assets auth autoconfig
    autodiscover backup beta billing blibli blog bukalapak cache cdn checkout console dashboard demo
    dev developer developers dns docs email error files ftp git help home hostmaster http https id
    images imap info internal ipv4 ipv6 isatap join lazada legal live localhost login logout mail
    mailer media metrics mobile mx news noc ns ns1 ns2 office official operator order orders owner
    panel partner partners pay payment payments platform pop postmaster pricing privacy production
    promo register root sale sales security seller server shop shopee shops signup sitemap
    smartseller smtp ssl staff staging static stats status store storefront stores support system
    team terms test testing tiktok toko tokopedia usenet user users vpn web webhook webhooks webmail
    wpad www
    """.split()
)
_SLUG = re.compile(r"^[a-z0-9](-?[a-z0-9])*$")


class SlugRefused(CommerceError):
    code = "slug_refused"
    http_status = 422


def check(slug: str) -> str:
    """The cleaned slug. Raises SlugRefused with what to change."""
    slug = slug.strip().lower()
    if not 3 <= len(slug) <= 40:
        raise SlugRefused(_("The address must have 3 to 40 characters."))
    if not _SLUG.match(slug):
        raise SlugRefused(_("Use only letters a-z, digits and single hyphens, for example kopi-senja."))
    if slug in RESERVED or slug.startswith("xn--"):
        raise SlugRefused(_("This address is reserved. Choose another one."))
    return slug


def is_free(slug: str) -> bool:
    """Whether no store has this address (ignoring whether it is allowed)."""
    return not Store.objects.filter(slug=slug).exists()


def propose(name: str) -> str:
    """A free, allowed address made from a store's name: `kopi-senja`, `kopi-senja-2`, ..."""
    base = slugify(name)[:34].strip("-") or "toko"
    if len(base) < 3 or base in RESERVED:
        base = f"toko-{base}"[:34]
    taken = set(Store.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
