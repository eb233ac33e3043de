"""Addresses of registration. Those below /register/ are open: who comes here has no logon yet."""

from django.urls import path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.registration.views import address, deciding, finishing, letter, way_in

app_name = "registration"
urlpatterns = [
    path("register/", way_in.start, name="start"),
    path("register/myself/", way_in.at_door, {"door": "myself"}, name="myself"),
    path("register/business/", way_in.at_door, {"door": "business"}, name="business"),
    path("register/third-party/", way_in.at_door, {"door": "third_party"}, name="third_party"),
    path("register/prove/", way_in.prove_page, name="prove"),
    path("register/representative/", way_in.representative, name="representative"),
    path("register/email/", address.email, name="email"),
    path("register/confirm/", address.confirm, name="confirm"),
    path("register/confirm/<str:token>/", address.link, name="link"),
    path("register/logon/", finishing.logon, name="logon"),
    path("register/finish/", finishing.finish, name="finish"),
    path("register/terms/", way_in.terms, name="terms"),
    path("requests-for-access/<key:pk>/withdraw/", deciding.withdraw, name="withdraw"),
    path("taxpayers/<key:taxpayer>/letter-id/", letter.letter_code, name="letter_code"),
    path("taxpayers/<key:taxpayer>/requests-for-access/<key:pk>/decide/", deciding.decide, name="decide"),
]
