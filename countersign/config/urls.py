"""Every address of the site, by folder."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("countersign.sign_in.urls")),
    path("", include("countersign.profile.urls")),
    path("", include("countersign.submissions.urls")),
    path("", include("countersign.third_party_access.urls")),
]
