from django.urls import path

from core.inventory.dashboard import history, locations, sku, stock, transfers

app_name = "inventory"
urlpatterns = [
    path("", stock.table, name="stock"),
    path("undo/<int:movement_id>/", stock.take_back, name="take_back"),
    path("movements/", history.movements, name="movements"),
    path("past/", history.past, name="past"),
    path("past/export/", history.past_export, name="past_export"),
    path("locations/", locations.places, name="locations"),
    path("locations/new/", locations.new, name="new_location"),
    path("locations/<slug:location_id>/", locations.edit, name="location"),
    path("locations/<slug:location_id>/default/", locations.make_default, name="make_default"),
    path("locations/<slug:location_id>/open/", locations.set_open, name="set_open"),
    path("transfers/", transfers.listing, name="transfers"),
    path("transfers/new/", transfers.new, name="new_transfer"),
    path("transfers/pick/", transfers.pick, name="pick"),
    path("transfers/line/", transfers.line, name="line"),
    path("transfers/<slug:transfer_id>/", transfers.whole, name="transfer"),
    path("transfers/<slug:transfer_id>/edit/", transfers.edit, name="edit_transfer"),
    path("transfers/<slug:transfer_id>/send/", transfers.send, name="send_transfer"),
    path("transfers/<slug:transfer_id>/receive/", transfers.receive, name="receive_transfer"),
    path("transfers/<slug:transfer_id>/cancel/", transfers.cancel, name="cancel_transfer"),
    path("<slug:variant_id>/", sku.page, name="sku"),
    path("<slug:variant_id>/release/", sku.release, name="release"),
    path("<slug:variant_id>/<slug:location_id>/", sku.level, name="level"),
    path("<slug:variant_id>/<slug:location_id>/adjust/", stock.adjust, name="adjust"),
    path("<slug:variant_id>/<slug:location_id>/count/", sku.count, name="count"),
    path("<slug:variant_id>/<slug:location_id>/receive/", sku.receive, name="receive"),
    path("<slug:variant_id>/<slug:location_id>/rules/", sku.set_rules, name="rules"),
    path("<slug:variant_id>/<slug:location_id>/hold/", sku.hold, name="hold"),
]
