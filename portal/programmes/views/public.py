"""Programmes and their rule sets, for everybody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.common.access import access, anyone
from portal.common.formats.canonical import canonical_json
from portal.common.viewer import viewer_of
from portal.programmes import selectors, words
from portal.programmes.differences import differences
from portal.programmes.editing import as_yaml
from portal.programmes.enums import PhaseState
from portal.programmes.models import Programme, RuleSetVersion
from portal.programmes.policies import compares_rulesets, sees_programme, sees_ruleset
from portal.programmes.ruleset import RuleSet, parse_ruleset
from portal.programmes.ruleset.vocabulary import AUDIENCES, NEVER


@access(anyone)
@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    return render(request, "programmes/list.html", {"programmes": selectors.programmes()})


@access(sees_programme)
@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Programme, slug=slug)
    context = {
        "programme": found,
        "phases": found.phases.select_related("ruleset__programme").order_by("number"),
        "rulesets": selectors.rulesets_for(viewer_of(request), found),
        "changes": selectors.deadline_changes_in(found),
        "calls": selectors.announced_calls_in(found),
    }
    return render(request, "programmes/programme.html", context)


@access(sees_ruleset)
@require_safe
def ruleset(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    found = _version(slug, version)
    others = selectors.rulesets_for(viewer_of(request), found.programme).exclude(pk=found.pk)
    return render(
        request, "programmes/ruleset.html", {"version": found, "others": others, **rules_context(found.document)}
    )


@access(compares_rulesets)
@require_safe
def ruleset_diff(request: HttpRequest, slug: str, before: int, after: int) -> HttpResponse:
    old, new = _version(slug, before), _version(slug, after)
    context = {
        "pair": (old, new),
        "before": old,
        "after": new,
        "changes": differences(old, new),
        "others": selectors.rulesets_for(viewer_of(request), new.programme).exclude(pk=new.pk),
    }
    return render(request, "programmes/ruleset_diff.html", context)


@access(sees_ruleset)
@require_safe
def ruleset_json(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """The canonical bytes: the SHA-256 of this file is the digest."""
    return _download(_version(slug, version), "json", canonical_json, content_type="application/json")


@access(sees_ruleset)
@require_safe
def ruleset_yaml(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    return _download(_version(slug, version), "yaml", as_yaml_bytes, content_type="application/yaml; charset=utf-8")


def _version(slug: str, version: int) -> RuleSetVersion:
    return get_object_or_404(RuleSetVersion.objects.select_related("programme"), programme__slug=slug, version=version)


def as_yaml_bytes(document: Any) -> bytes:
    return as_yaml(document).encode()


def _download(version: RuleSetVersion, suffix: str, to_bytes: Any, *, content_type: str) -> HttpResponse:
    name = f"{version.programme.slug}-rules-v{version.version}.{suffix}"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        to_bytes(version.document), content_type=content_type, headers={"Content-Disposition": disposition}
    )


def rules_context(document: Any) -> dict[str, Any]:
    """What the page of a rule set shows of its document."""
    rules = parse_ruleset(document)
    return {
        "rules": rules,
        "rounding": words.rounding_words(rules),
        "tie_break": words.tie_break_titles(rules, get_language() or "ko"),
        "vote": words.vote_words(rules.vote),
        "audiences": [words.AUDIENCES[audience] for audience in AUDIENCES],
        "disclosure": [(words.SUBJECTS[subject], _stages(rules, subject)) for subject in rules.disclosure],
    }


def _stages(rules: RuleSet, subject: str) -> list[str]:
    """For each audience the state from which the subject is open to it, or nothing."""
    stages = [rules.disclosure[subject].get(audience, NEVER) for audience in AUDIENCES]
    return ["" if stage == NEVER else str(PhaseState(stage).label) for stage in stages]
