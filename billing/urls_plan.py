"""What a store's people see of its plan and its money with us."""

from django.urls import path

from billing.account import overview

app_name = "plan"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("choose/", overview.choose, name="choose"),
]
