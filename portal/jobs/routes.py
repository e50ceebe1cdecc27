"""Which distinct needs wait, found without reading the queue.

A claim asks this first. SELECT DISTINCT would read every waiting row each time; here each step of the recursion is one
look into the index on the routes of waiting jobs, so the cost follows the number of distinct needs alone.
"""

import json

from django.db import connection

from portal.jobs.capabilities import Amounts

NEXT = "SELECT min(route) FROM jobs_job WHERE state = 'queued'"
WAITING = f"""
WITH RECURSIVE found(route) AS (
    {NEXT} UNION ALL SELECT ({NEXT} AND route > found.route) FROM found WHERE found.route IS NOT NULL
)
SELECT route FROM found WHERE route IS NOT NULL
"""  # noqa: S608 - made of constants


def waiting_routes() -> dict[str, Amounts]:
    """The routes of all waiting jobs, with the needs each stands for."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return {route: json.loads(route) for (route,) in cursor.fetchall()}
