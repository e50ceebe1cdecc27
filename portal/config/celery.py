"""The Celery application: `celery -A portal.config worker`. Messages carry a job's id and nothing else.

A message is acknowledged late and redelivered soon; running twice is harmless, because the job's row decides who may work.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings.embedded")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
