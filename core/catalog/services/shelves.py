"""Categories and brands: where products stand, and who makes them."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.catalog import texts
from core.catalog.models import Brand, Category, Product
from core.catalog.services.naming import free_slug, queue_up
from core.catalog.services.words import rewrite_words
from core.kernel import audit, ids
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from tenants.permissions import Actor

DEEPEST: Final = 5


class CategoryInUse(CommerceError):
    """A category with shelves below it stays until they are moved."""

    code = "category_in_use"
    http_status = 409


def category_by(public_id: str) -> Category:
    """The category of a public id. Raises NotFound."""
    found = Category.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This category does not exist."))
    return found


@transaction.atomic
def create_category(*, name: str, parent: str | None = None, actor: Actor) -> Category:
    """Add a shelf at the end of its parent's shelves.

    parent   public id, None for the top
    """
    queue_up()
    above = category_by(parent) if parent else None
    clean = texts.line(name, most=80, field="name", required=True)
    category = Category(
        public_id=ids.new_id("cat"),
        name=clean,
        slug=free_slug(clean, Category, "category"),
        parent=above,
        position=Category.objects.filter(parent=above).count(),
    )
    _refuse_too_deep(above)
    category.save()
    category.path = _path(category, above)
    category.save(update_fields=["path"])
    audit.write(
        actor=actor,
        action="category.created",
        subject="category",
        subject_id=category.public_id,
        changes={"name": clean},
    )
    return category


@transaction.atomic
def rename_category(*, public_id: str, name: str, actor: Actor) -> Category:
    """Give a shelf another name; its address stays. What stands on and below it is found by the new one."""
    queue_up()
    category = category_by(public_id)
    before, category.name = category.name, texts.line(name, most=80, field="name", required=True)
    category.save(update_fields=["name"])
    rewrite_words(_products_below(category))
    _audit(actor, "category.renamed", category, {"name": [before, category.name]})
    return category


@transaction.atomic
def move_category(*, public_id: str, parent: str | None, position: int, actor: Actor) -> Category:
    """Put a shelf, with everything below it, under another one.

    position   its place among its new siblings, from 0
    Raises     InvalidInput when it would end up below itself, or too deep
    """
    queue_up()
    category = category_by(public_id)
    above = category_by(parent) if parent else None
    if above is not None and above.path.startswith(category.path):
        raise InvalidInput(_("A category cannot be put below itself."), "parent")
    _refuse_too_deep(above, _height(category))
    before = category.path
    category.parent = above
    category.save(update_fields=["parent"])
    _rewrite_paths(before, category, above)
    rewrite_words(_products_below(category))
    _renumber(category, above, position)
    _audit(actor, "category.moved", category, {"parent": parent, "position": position})
    return category


@transaction.atomic
def edit_category(*, public_id: str, changes: Mapping[str, Any], actor: Actor) -> Category:
    """Rename a shelf, move it, or both.

    changes   `name`; `parent_id`, None for the top; `position` among its siblings, last when left out
    """
    category = category_by(public_id)
    if changes.get("name"):
        category = rename_category(public_id=public_id, name=changes["name"], actor=actor)
    place = changes.get("position")
    if "parent_id" in changes or place is not None:
        now = category.parent.public_id if category.parent else None
        category = move_category(
            public_id=public_id,
            parent=changes.get("parent_id", now),
            position=10_000 if place is None else place,
            actor=actor,
        )
    return category


@transaction.atomic
def delete_category(*, public_id: str, actor: Actor) -> None:
    """Take a shelf away; its products then stand on none.

    Raises   CategoryInUse while other categories are below it
    """
    queue_up()
    category = category_by(public_id)
    if category.children.exists():
        raise CategoryInUse(_("Move or delete the categories below this one first."))
    _audit(actor, "category.deleted", category, {"name": category.name})
    rewrite_words(_products_below(category))
    category.delete()


def brand_named(name: str) -> Brand | None:
    """The brand of that name, made when it is new; None for an empty name. Call after `queue_up`."""
    clean = texts.line(name, most=80, field="brand")
    if not clean:
        return None
    return Brand.objects.filter(name__iexact=clean).first() or Brand.objects.create(
        public_id=ids.new_id("brd"), name=clean, slug=free_slug(clean, Brand, "brand")
    )


@transaction.atomic
def create_brand(*, name: str, actor: Actor) -> Brand:
    """Note who makes products. Raises InvalidInput when there is a brand of this name."""
    queue_up()
    clean = texts.line(name, most=80, field="name", required=True)
    if Brand.objects.filter(name__iexact=clean).exists():
        raise InvalidInput(_("There is already a brand of this name."), "name")
    brand = brand_named(clean)
    assert brand is not None
    audit.write(
        actor=actor,
        action="brand.created",
        subject="brand",
        subject_id=brand.public_id,
        changes={"name": clean},
    )
    return brand


@transaction.atomic
def rename_brand(*, public_id: str, name: str, actor: Actor) -> Brand:
    """Give a brand another name. Raises InvalidInput when another brand has it."""
    queue_up()
    brand = _brand(public_id)
    clean = texts.line(name, most=80, field="name", required=True)
    if Brand.objects.filter(name__iexact=clean).exclude(pk=brand.pk).exists():
        raise InvalidInput(_("There is already a brand of this name."), "name")
    before, brand.name = brand.name, clean
    brand.save(update_fields=["name"])
    rewrite_words(Product.objects.filter(brand=brand))
    audit.write(
        actor=actor,
        action="brand.renamed",
        subject="brand",
        subject_id=brand.public_id,
        changes={"name": [before, clean]},
    )
    return brand


@transaction.atomic
def delete_brand(*, public_id: str, actor: Actor) -> None:
    """Take a brand away; its products then have none."""
    queue_up()
    brand = _brand(public_id)
    audit.write(
        actor=actor,
        action="brand.deleted",
        subject="brand",
        subject_id=brand.public_id,
        changes={"name": brand.name, "products": Product.objects.filter(brand=brand).count()},
    )
    rewrite_words(Product.objects.filter(brand=brand))
    brand.delete()


def _brand(public_id: str) -> Brand:
    found = Brand.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This brand does not exist."))
    return found


def _path(category: Category, above: Category | None) -> str:
    return f"{above.path if above else '/'}{category.pk}/"


def _height(category: Category) -> int:
    """How many levels a category and everything below it take up."""
    deepest = max(path.count("/") for path in _branch(category.path).values_list("path", flat=True))
    return deepest - category.path.count("/") + 1


def _branch(path: str) -> Any:
    return Category.objects.filter(path__startswith=path)


def _products_below(category: Category) -> QuerySet[Product]:
    """What stands on a shelf and on those below it."""
    return Product.objects.filter(category__path__startswith=category.path)


def _refuse_too_deep(above: Category | None, height: int = 1) -> None:
    depth = (above.path.count("/") - 1 if above else 0) + height
    if depth > DEEPEST:
        raise InvalidInput(_("Use at most %(most)s levels.") % {"most": DEEPEST}, "parent")


def _rewrite_paths(before: str, category: Category, above: Category | None) -> None:
    category.path = _path(category, above)
    below = list(_branch(before).exclude(pk=category.pk))
    for each in below:
        each.path = category.path + each.path.removeprefix(before)
    Category.objects.bulk_update([category, *below], ["path"])


def _renumber(category: Category, above: Category | None, position: int) -> None:
    siblings = list(Category.objects.filter(parent=above).exclude(pk=category.pk).order_by("position", "pk"))
    siblings.insert(max(0, min(position, len(siblings))), category)
    for at, each in enumerate(siblings):
        each.position = at
    Category.objects.bulk_update(siblings, ["position"])


def _audit(actor: Actor, action: str, category: Category, changes: dict[str, Any]) -> None:
    audit.write(
        actor=actor, action=action, subject="category", subject_id=category.public_id, changes=changes
    )
