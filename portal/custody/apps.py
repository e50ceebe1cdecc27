from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "portal.custody"
