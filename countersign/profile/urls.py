"""Addresses of Manage My Profile."""

from django.urls import path

from countersign.profile import views

app_name = "profile"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/name/", views.name, name="name"),
    path("profile/email/", views.email, name="email"),
    path("profile/second-email/", views.second_email, name="second_email"),
    path("confirm-email/", views.email_confirm, name="email_confirm"),
    path("confirm-email/done/", views.email_confirmed, name="email_confirmed"),
    path("confirm-email/<str:token>/", views.email_link, name="email_link"),
    path("profile/security/", views.security, name="security"),
    path("profile/manage-my-access/", views.manage_my_access, name="manage_my_access"),
    path("profile/more/", views.more, name="more"),
    path("acting-for/", views.acting_for_page, name="acting_for"),
]
