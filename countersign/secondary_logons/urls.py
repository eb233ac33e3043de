"""Addresses of secondary logons. Each names the portfolio, so that two tabs never mix."""

from django.urls import URLPattern, URLResolver, include, path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.secondary_logons.views import (
    adding,
    additional,
    changing,
    copying,
    ending,
    enrolling,
    foreseeing,
    one,
    previews,
    reaching,
    refining,
    uploading,
    vouching,
)

app_name = "secondary_logons"

_of_logon = [
    path("", one.logon, name="logon"),
    path("groups/", changing.groups, name="groups"),
    path("groups/clients/", changing.group_clients, name="group_clients"),
    path("groups/clients/csv/", changing.group_clients_csv, name="group_clients_csv"),
    path("settings/", changing.settings, name="settings"),
    path("customers/<key:taxpayer>/", changing.customer, name="customer"),
    path("changes/", previews.changes, name="changes"),
    path("changes/csv/", previews.changes_csv, name="changes_csv"),
    path("reach/", reaching.reach, name="reach"),
    path("reach/csv/", reaching.reach_csv, name="reach_csv"),
    path("why/<key:taxpayer>/", reaching.why, name="why"),
    path("copy/", copying.copy, name="copy"),
    path("invitation/", ending.invitation, name="invitation"),
    path("deactivate/", ending.deactivate, name="deactivate"),
    path("reactivate/", ending.reactivate, name="reactivate"),
    path("cancel/", ending.cancel, name="cancel"),
    path("lost-factors/", vouching.vouch, name="vouch"),
]
_of_portfolio: list[URLPattern | URLResolver] = [
    path("", additional.additional, name="list"),
    path("csv/", additional.download, name="csv"),
    path("add/", adding.add, name="add"),
    path("add/reach/", foreseeing.would_reach, name="would_reach"),
    path("upload/", uploading.upload, name="upload"),
    path("upload/pattern/", uploading.pattern, name="pattern"),
    path("files/<key:file>/", uploading.file, name="file"),
    path("files/<key:file>/results/", uploading.results, name="results"),
    path("refinements/upload/", refining.upload, name="refinements_upload"),
    path("refinements/upload/pattern/", refining.pattern, name="refinement_pattern"),
    path("refinements/csv/", refining.download, name="refinements_csv"),
    path("refinements/<key:file>/", refining.file, name="refinement_file"),
    path("refinements/<key:file>/changes/", refining.changes, name="refinement_changes"),
    path("refinements/<key:file>/changes/csv/", refining.changes_csv, name="refinement_changes_csv"),
    path("refinements/<key:file>/results/", refining.results, name="refinement_results"),
    path("done/<slug:number>/", adding.added, name="done"),
    path("<key:logon>/", include(_of_logon)),
]
urlpatterns = [
    path("secondary-logons/", additional.start, name="start"),
    path("portfolios/<key:portfolio>/secondary-logons/", include(_of_portfolio)),
    path("log-in/second-step/lost/parent-logon/", vouching.ask, name="ask_parent"),
    path("enroll/", enrolling.complete, name="enroll"),
    path("enroll/done/", enrolling.enrolled, name="enrolled"),
    path("enroll/<slug:token>/", enrolling.link, name="enroll_link"),
]
