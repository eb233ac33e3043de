"""The entry point for the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "countersign.config.settings")
application = get_wsgi_application()

from countersign.logons.passwords import prepare  # noqa: E402 - names models, so not before the line above

prepare()
