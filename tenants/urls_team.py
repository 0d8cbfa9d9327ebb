"""Who works in a store."""

from django.urls import path

from tenants.views import team

app_name = "team"
urlpatterns = [
    path("", team.members, name="list"),
    path("invite/", team.invite, name="invite"),
    path("invitations/<uuid:uid>/send/", team.send_again, name="send_again"),
    path("invitations/<uuid:uid>/revoke/", team.revoke, name="revoke"),
    path("<uuid:person>/", team.member, name="member"),
    path("<uuid:person>/remove/", team.remove, name="remove"),
    path("<uuid:person>/hand-over/", team.hand_over, name="hand_over"),
]
