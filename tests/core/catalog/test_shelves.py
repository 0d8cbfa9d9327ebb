import pytest

from core.catalog import selectors, services
from core.catalog.models import Brand, Category, Product
from core.catalog.services import words
from core.kernel.errors import InvalidInput
from tenants import work
from tenants.models import Job
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


def found(typed: str) -> list[str]:
    """What a search finds once the workers are done."""
    work.work_until_idle()
    return [card.name for card in selectors.search(typed)]


@pytest.fixture
def kettle() -> Product:
    """A kettle by Hario, two shelves deep."""
    below = make_category("Teko", make_category("Seduh"))
    return make_product("Leher Angsa", category=below.public_id, brand="Hario")


@pytest.mark.parametrize(("shelf", "name"), [("Teko", "Ketel"), ("Seduh", "Peralatan")])
def test_products_are_found_by_the_new_name_of_a_shelf_and_of_those_above(
    kettle: Product, shelf: str, name: str
):
    category = Category.objects.get(name=shelf)
    services.rename_category(public_id=category.public_id, name=name, actor=SYSTEM)

    assert (found(name), found(shelf)) == (["Leher Angsa"], [])


def test_products_are_found_by_the_new_name_of_their_brand(kettle: Product):
    services.rename_brand(public_id=Brand.objects.get().public_id, name="Timemore", actor=SYSTEM)

    assert (found("timemore"), found("hario")) == (["Leher Angsa"], [])


def test_a_product_moves_with_its_shelf_in_searches_too(kettle: Product):
    elsewhere = make_category("Dapur")
    services.move_category(
        public_id=Category.objects.get(name="Teko").public_id,
        parent=elsewhere.public_id,
        position=0,
        actor=SYSTEM,
    )

    assert (found("dapur"), found("seduh")) == (["Leher Angsa"], [])


def test_what_is_deleted_finds_nothing_any_more(kettle: Product):
    services.delete_category(public_id=Category.objects.get(name="Teko").public_id, actor=SYSTEM)
    services.delete_brand(public_id=Brand.objects.get().public_id, actor=SYSTEM)

    assert [found(typed) for typed in ("teko", "seduh", "hario", "angsa")] == [[], [], [], ["Leher Angsa"]]


def test_new_search_words_are_no_edit_of_the_product(kettle: Product):
    before = Product.objects.get(pk=kettle.pk).updated_at
    services.rename_brand(public_id=Brand.objects.get().public_id, name="Timemore", actor=SYSTEM)
    work.work_until_idle()

    assert Product.objects.get(pk=kettle.pk).updated_at == before


def test_many_products_are_rewritten_in_runs(kettle: Product, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words, "_RUN", 2)
    for number in range(4):
        make_product(f"Ketel {number}", brand="Hario")
    services.rename_brand(public_id=Brand.objects.get().public_id, name="Timemore", actor=SYSTEM)

    assert Job.objects.filter(kind="core.catalog.services.words.rewrite_run").count() == 3
    assert len(found("timemore")) == 5
