"""Foreign keys point the way imports do; import-linter cannot see keys given as strings."""

from django.apps import apps as installed
from django.db import models
from django.test.utils import isolate_apps

from tests.architecture.layers import Relation, ranks, violations


def relations_of(registry) -> list[Relation]:
    return [
        Relation(model._meta.app_label, f"{model.__name__}.{field.name}", field.related_model._meta.app_label)
        for model in registry.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
    ]


def test_relations_point_downwards():
    assert violations(relations_of(installed), ranks()) == []


def test_no_generic_foreign_keys():
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in installed.get_models()
        if model._meta.app_label in ranks()
        for field in model._meta.private_fields
    ]
    assert generic == []


def test_every_app_of_the_house_has_a_layer():
    house = {
        app.label
        for app in installed.get_app_configs()
        if app.name.startswith(("portal.", "evaluation", "orig", "demo"))
    }
    assert house == set(ranks()) - {"config"}


@isolate_apps("portal.audit", "portal.results")
def test_a_planted_upward_key_is_flagged():
    class Release(models.Model):
        class Meta:
            app_label = "results"

    class Event(models.Model):
        release = models.ForeignKey("results.Release", on_delete=models.PROTECT)

        class Meta:
            app_label = "audit"

    relations = relations_of(Event._meta.apps)

    assert violations(relations, ranks()) == ["audit.Event.release points at results, which is not below it"]


def test_siblings_and_strangers_are_flagged():
    sideways = Relation("evaluation", "Run.report", "originality")
    stranger = Relation("review", "Note.content_type", "contenttypes")
    assert len(violations([sideways, stranger], ranks())) == 2


def test_downward_and_own_keys_pass():
    down = Relation("results", "Release.phase", "programmes")
    own = Relation("jobs", "Attempt.job", "jobs")
    groups = Relation("accounts", "User.groups", "auth")
    assert violations([down, own, groups], ranks()) == []
