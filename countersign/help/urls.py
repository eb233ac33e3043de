"""Addresses of Help."""

from django.urls import path

from countersign.help import views

app_name = "help"
urlpatterns = [
    path("help/", views.start, name="start"),
    path("help/<slug:topic>/", views.topic, name="topic"),
]
