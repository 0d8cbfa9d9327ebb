"""The staff console."""

from django.urls import path

from billing import console, console_cycle, console_fleet, console_growth, console_revenue

app_name = "console"
urlpatterns = [
    path("", console.stores, name="list"),
    path("alerts/", console.alerts, name="alerts"),
    path("log/", console.log, name="log"),
    path("revenue/", console_revenue.show, name="revenue"),
    path("revenue.csv", console_revenue.download, name="revenue_csv"),
    path("revenue/costs/", console_revenue.enter_cost, name="enter_cost"),
    path("growth/", console_growth.show, name="growth"),
    path("growth.csv", console_growth.download, name="growth_csv"),
    path("fleet/", console_fleet.fleet, name="fleet"),
    path("fleet/<slug:slug>/retry/", console_fleet.retry, name="fleet_retry"),
    path("auth/enter/", console.enter, name="enter"),
    path("auth/leave/", console.leave, name="leave"),
    path("stores/<slug:slug>/", console.store, name="store"),
    path("stores/<slug:slug>/trial/", console.extend_trial, name="extend_trial"),
    path("stores/<slug:slug>/plan/", console.change_plan, name="change_plan"),
    path("stores/<slug:slug>/suspend/", console.suspend, name="suspend"),
    path("stores/<slug:slug>/resume/", console.resume, name="resume"),
    path("stores/<slug:slug>/build/", console.build_on, name="build_on"),
    path("stores/<slug:slug>/export/", console_cycle.export, name="export"),
    path("stores/<slug:slug>/backup/", console_cycle.back_up, name="back_up"),
    path("stores/<slug:slug>/restore/", console_cycle.restore, name="restore"),
    path("stores/<slug:slug>/leave/", console_cycle.leave, name="leave"),
    path("stores/<slug:slug>/stay/", console_cycle.stay, name="stay"),
    path("stores/<slug:slug>/move/", console_cycle.move, name="move"),
    path("stores/<slug:slug>/move/back/", console_cycle.turn_back, name="turn_back"),
    path("stores/<slug:slug>/count/", console.count_again, name="count_again"),
]
