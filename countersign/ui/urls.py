"""Addresses of the shell."""

from django.urls import path

from countersign.ui.views import gallery, small

app_name = "ui"
urlpatterns = [
    path("healthz", small.healthz, name="healthz"),
    path("theme.css", small.theme_css, name="theme"),
    path("language/", small.language, name="language"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/layouts/<slug:layout>/", gallery.layout, name="gallery_layout"),
    path("gallery/errors/<int:status>/", gallery.error, name="gallery_error"),
]
