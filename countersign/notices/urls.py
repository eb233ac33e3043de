"""Addresses of notices."""

from django.urls import path

from countersign.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notices, name="list"),
    path("notices/mail/", views.choice, name="choice"),
    path("this-was-not-me/", views.not_me, name="not_me"),
    path("this-was-not-me/stopped/", views.stopped, name="stopped"),
    path("this-was-not-me/<str:token>/", views.link, name="not_me_link"),
    path("profile/security/this-was-not-me/", views.own, name="own"),
]
