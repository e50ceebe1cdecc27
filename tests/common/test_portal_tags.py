from datetime import UTC, datetime

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation


def rendered(source, **context):
    return Template("{% load portal %}" + source).render(Context(context)).strip()


def test_moment_is_readable_by_people_and_machines():
    moment = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)

    assert rendered("{% kst m %}", m=moment) == (
        '<time datetime="2026-01-15T15:00:00+09:00">2026. 1. 15. 15:00 KST</time>'
    )


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), ("", "-"), (0, "0"), ("0.0", "0.0"), ("가", "가")])
def test_only_what_is_empty_becomes_a_dash(value, shown):
    assert rendered("{{ v|dash }}", v=value) == shown


def test_particle_stands_in_korean_only():
    assert rendered('{{ name|josa:"은/는" }}', name="가람") == "가람은"
    with translation.override("en"):
        assert rendered('{{ name|josa:"은/는" }}', name="Garam") == "Garam"


def test_badge_escapes_its_text():
    assert rendered("{% badge t 'danger' %}", t="<b>") == '<span class="krds-badge bg-light-danger">&lt;b&gt;</span>'


def test_unknown_tone_is_refused():
    with pytest.raises(TemplateSyntaxError, match="'red' is no tone"):
        rendered("{% badge 'x' 'red' %}")


def test_digest_carries_all_of_its_digits():
    assert rendered("{% digest d %}", d="ab" * 32).count("ab" * 32) == 3
    assert rendered("{% digest d %}", d="") == "-"


def test_breadcrumb_ends_with_the_page_itself():
    html = rendered("{% breadcrumb 'Rounds' '/rounds/' 'Round 1' %}")

    assert '<a href="/rounds/">Rounds</a>' in html
    assert '<span aria-current="page">Round 1</span>' in html


def test_breadcrumb_without_a_last_label_is_refused():
    with pytest.raises(TemplateSyntaxError, match="pairs"):
        rendered("{% breadcrumb 'Rounds' '/rounds/' %}")


def test_steps_mark_the_current_one_and_what_is_done():
    html = rendered("{% steps items 2 %}", items=["a", "b", "c"])

    assert html.count('class="step-done"') == 1
    assert html.count('aria-current="step"') == 1
    assert html.count('class="step-todo"') == 1


def test_pages_keep_the_other_parameters():
    request = RequestFactory().get("/?q=a&page=2")

    html = rendered("{% pagination page %}", page=Paginator(range(30), 10).page(2), request=request)

    assert 'href="?q=a&amp;page=3"' in html
    assert html.count('aria-current="page"') == 1
