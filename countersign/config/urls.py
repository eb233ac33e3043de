"""Every address of the site, by folder."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("countersign.submissions.urls")),
    path("", include("countersign.third_party_access.urls")),
]
