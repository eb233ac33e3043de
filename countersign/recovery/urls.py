"""Addresses of recovery."""

from django.urls import path

from countersign.recovery import views

app_name = "recovery"
urlpatterns = [
    path("forgot-username-or-password/", views.forgot, name="forgot"),
    path("forgot-username-or-password/sent/", views.sent, name="sent"),
    path("forgot-username-or-password/link/<str:token>/", views.link, name="link"),
    path("forgot-username-or-password/new-password/", views.reset, name="reset"),
    path("forgot-username-or-password/done/", views.done, name="done"),
    path("profile/security/change-password/", views.change, name="change"),
    path("log-in/second-step/lost/", views.lost, name="lost"),
    path("log-in/second-step/lost/other-ways/", views.other_ways, name="other_ways"),
    path("second-factors-stay/link/<str:token>/", views.cancel_link, name="cancel_link"),
    path("second-factors-stay/", views.cancel, name="cancel"),
    path("second-factors-stay/done/", views.cancelled, name="cancelled"),
]
