"""Addresses of Manage My Profile."""

from django.urls import path

from countersign.profile import views

app_name = "profile"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/security/", views.security, name="security"),
    path("profile/manage-my-access/", views.manage_my_access, name="manage_my_access"),
    path("profile/more/", views.more, name="more"),
    path("acting-for/", views.acting_for_page, name="acting_for"),
]
