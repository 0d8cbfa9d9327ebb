from django.urls import URLPattern, URLResolver, path

from core.catalog.dashboard import editor, grid, listing, options, shelves, tiles

app_name = "catalog"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", listing.product_list, name="list"),
    path("bulk/", listing.bulk, name="bulk"),
    path("views/", listing.save_view, name="save-view"),
    path("views/<slug:public_id>/delete/", listing.delete_view, name="delete-view"),
    path("new/", editor.new, name="new"),
    path("categories/", shelves.categories, name="categories"),
    path("categories/add/", shelves.add_category, name="add-category"),
    path("categories/<slug:public_id>/rename/", shelves.rename_category, name="rename-category"),
    path("categories/<slug:public_id>/move/", shelves.move_category, name="move-category"),
    path("categories/<slug:public_id>/delete/", shelves.delete_category, name="delete-category"),
    path("brands/", shelves.brands, name="brands"),
    path("brands/add/", shelves.add_brand, name="add-brand"),
    path("brands/<slug:public_id>/rename/", shelves.rename_brand, name="rename-brand"),
    path("brands/<slug:public_id>/delete/", shelves.delete_brand, name="delete-brand"),
    path("pictures/<slug:public_id>/", tiles.tile, name="tile"),
    path("pictures/<slug:public_id>/describe/", tiles.describe, name="describe"),
    path("pictures/<slug:public_id>/show/", tiles.show, name="show"),
    path("pictures/<slug:public_id>/remove/", tiles.remove, name="remove"),
    path("<slug:public_id>/", editor.edit, name="edit"),
    path("<slug:public_id>/status/", editor.move, name="move"),
    path("<slug:public_id>/pictures/", tiles.pictures, name="pictures"),
    path("<slug:public_id>/pictures/upload/", tiles.upload, name="upload"),
    path("<slug:public_id>/pictures/order/", tiles.arrange, name="arrange"),
    path("<slug:public_id>/options/", options.matrix, name="options"),
    path("<slug:public_id>/options/preview/", options.preview, name="preview"),
    path("<slug:public_id>/variants/", grid.sheet, name="variants"),
    path("<slug:public_id>/variants/values/", grid.values, name="values"),
    path("<slug:public_id>/variants/save/", grid.save_values, name="save-values"),
]
