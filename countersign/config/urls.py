"""Every address of the site, by folder."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("countersign.ui.urls")),
    path("", include("countersign.sign_in.urls")),
    path("", include("countersign.recovery.urls")),
    path("", include("countersign.registration.urls")),
    path("", include("countersign.security.urls")),
    path("", include("countersign.profile.urls")),
    path("", include("countersign.leaving.urls")),
    path("", include("countersign.notices.urls")),
    path("", include("countersign.help.urls")),
    path("", include("countersign.home.urls")),
    path("", include("countersign.tax_accounts.urls")),
    path("", include("countersign.history.urls")),
    path("", include("countersign.submissions.urls")),
    path("", include("countersign.third_party_access.urls")),
    path("", include("countersign.security_groups.urls")),
    path("", include("countersign.secondary_logons.urls")),
]

handler400 = "countersign.ui.error_pages.bad_request"
handler403 = "countersign.ui.error_pages.forbidden"
handler404 = "countersign.ui.error_pages.not_found"
handler500 = "countersign.ui.error_pages.server_error"
