"""The least that a page of 24 cards costs: a Django without rules, started by the benchmarks as a server.

    /hello   granian alone, no Django
    /orm     host to store, search_path, 24 products by the ORM, one Django template
    /kept    the same page, whole, from Redis

FLOOR_DATABASE and FLOOR_REDIS say where the data is.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

_at = urlsplit(os.environ["FLOOR_DATABASE"])
settings.configure(
    SECRET_KEY="a floor has no secrets",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=[],
    MIDDLEWARE=[],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _at.path.lstrip("/"),
            "USER": _at.username,
            "PASSWORD": _at.password or "",
            "HOST": _at.hostname,
            "PORT": _at.port,
            "CONN_MAX_AGE": None,
        }
    },
)
django.setup()

# Everything below needs settings.
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402
from redis import Redis  # noqa: E402

_PAGE = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<header><a href="/">Bangku</a></header><main><h1>{{ title }}</h1><ul>{% for product in products %}
<li><a href="/products/{{ product.slug }}/"><img alt="{{ product.title }}" loading="lazy" width="320"
height="320" src="/media/{{ product.cover.renditions.jpeg.0.key }}"><h2>{{ product.title }}</h2>
{% if product.compare_at_amount %}<s>{{ product.compare_at_amount }}</s>{% endif %}
<b>Rp{{ product.price_min_amount }}</b>{% if not product.in_stock %}<i>Habis</i>{% endif %}</a></li>
{% endfor %}</ul></main><footer>Bangku</footer></body></html>"""


class Media(models.Model):
    """A picture's row."""

    renditions = models.JSONField()

    class Meta:
        app_label, db_table, managed = "floor", "catalog_media", False

    def __str__(self) -> str:
        return str(self.pk)


class Product(models.Model):
    """What the floor reads of a card."""

    title = models.CharField(max_length=150)
    slug = models.CharField(max_length=180)
    status = models.CharField(max_length=8)
    category_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    price_min_amount = models.BigIntegerField()
    price_max_amount = models.BigIntegerField()
    compare_at_amount = models.BigIntegerField(null=True)
    in_stock = models.BooleanField()
    cover = models.ForeignKey(Media, models.DO_NOTHING, null=True)

    class Meta:
        app_label, db_table, managed = "floor", "catalog_product", False

    def __str__(self) -> str:
        return self.title


_template = engines["django"].from_string(_PAGE)
_redis = Redis.from_url(os.environ["FLOOR_REDIS"])
_SCHEMA = (
    "SELECT s.schema_name FROM public.tenants_hostname h JOIN public.tenants_store s ON s.id = h.store_id "
    "WHERE h.name = %s"
)


def orm(request: HttpRequest, category: int) -> HttpResponse:
    """A shelf as a first version of a shop shows it."""
    with connection.cursor() as cursor:
        cursor.execute(_SCHEMA, [request.get_host().partition(":")[0]])
        cursor.execute("SELECT set_config('search_path', %s, false)", [cursor.fetchone()[0]])
    shown = Product.objects.filter(status="ACTIVE", category_id=category).select_related("cover")
    page = {"title": "Rak", "products": shown.order_by("-created_at", "-id")[:24]}
    return HttpResponse(_template.render(page))


def kept(request: HttpRequest, category: int) -> HttpResponse:
    """The same page by its host and path."""
    key = f"floor:{request.get_host()}:{request.path}"
    page = _redis.get(key)
    if page is None:
        page = orm(request, category).content
        _redis.set(key, page, ex=600)
    return HttpResponse(page)


urlpatterns = [path("orm/<int:category>", orm), path("kept/<int:category>", kept)]
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What granian calls."""
    if environ["PATH_INFO"] == "/hello":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        return [b"hello"]
    return _django(environ, start_response)
