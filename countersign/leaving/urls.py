"""Addresses of leaving."""

from django.urls import path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.leaving import views

app_name = "leaving"
urlpatterns = [
    path("profile/delete-my-profile/", views.delete_my_profile, name="delete_my_profile"),
    path(
        "profile/delete-my-profile/<key:portfolio>/<key:receiver>/falls-away/",
        views.falls_away,
        name="falls_away",
    ),
    path(
        "profile/delete-my-profile/<key:portfolio>/<key:receiver>/falls-away.csv",
        views.falls_away_csv,
        name="falls_away_csv",
    ),
    path("profile-deleted/", views.deleted, name="deleted"),
    path("profile/manage-my-access/<key:taxpayer>/leave/", views.leave, name="leave"),
    path("profile/follow/<key:offer>/", views.follow, name="follow"),
    path("profile/take-over/", views.take_over, name="take_over"),
    path("profile/take-over/<key:portfolio>/", views.take_over_one, name="take_over_one"),
]
