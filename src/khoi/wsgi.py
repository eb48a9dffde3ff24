"""The WSGI application that ``khoi run`` serves, and any other WSGI server may."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khoi.settings")

application = get_wsgi_application()
