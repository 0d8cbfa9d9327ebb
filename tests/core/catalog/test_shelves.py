import pytest

from core.catalog import selectors, services
from core.catalog.models import Brand, Category
from core.kernel.errors import InvalidInput
from tenants.permissions import SYSTEM
from tests.factories.catalog import make_category, make_product

pytestmark = pytest.mark.usefixtures("store")


def test_the_tree_is_read_parents_first():
    coffee = make_category("Kopi")
    tools = make_category("Alat")
    make_category("Biji", coffee)

    assert [(row.name, row.depth) for row in selectors.category_tree()] == [
        ("Kopi", 0),
        ("Biji", 1),
        ("Alat", 0),
    ]
    assert tools.position == 1


def test_a_branch_moves_with_everything_below_it():
    coffee, tools = make_category("Kopi"), make_category("Alat")
    beans = make_category("Biji", coffee)
    gayo = make_category("Gayo", beans)

    services.move_category(public_id=beans.public_id, parent=tools.public_id, position=0, actor=SYSTEM)

    gayo.refresh_from_db()
    assert gayo.path == f"/{tools.pk}/{beans.pk}/{gayo.pk}/"


def test_a_category_cannot_stand_below_itself():
    coffee = make_category("Kopi")
    beans = make_category("Biji", coffee)

    for target in (coffee, beans):
        with pytest.raises(InvalidInput):
            services.move_category(
                public_id=coffee.public_id, parent=target.public_id, position=0, actor=SYSTEM
            )


def test_the_tree_has_five_levels():
    deepest = None
    for _ in range(5):
        deepest = make_category(parent=deepest)

    with pytest.raises(InvalidInput):
        make_category(parent=deepest)
    assert Category.objects.count() == 5


def test_a_branch_is_not_deleted_and_a_leaf_leaves_its_products():
    coffee = make_category("Kopi")
    beans = make_category("Biji", coffee)
    product = make_product(category=beans.public_id)

    with pytest.raises(services.CategoryInUse):
        services.delete_category(public_id=coffee.public_id, actor=SYSTEM)
    services.delete_category(public_id=beans.public_id, actor=SYSTEM)

    product.refresh_from_db()
    assert product.category is None


def test_brands_are_one_whatever_their_case():
    make_product(brand="Hario")
    make_product(brand="HARIO")

    assert Brand.objects.count() == 1


def test_a_brand_cannot_take_anothers_name():
    make_product(brand="Hario")
    make_product(brand="Timemore")

    with pytest.raises(InvalidInput):
        services.rename_brand(
            public_id=Brand.objects.get(name="Timemore").public_id, name="hario", actor=SYSTEM
        )
