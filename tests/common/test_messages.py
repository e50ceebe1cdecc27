"""The catalogue tool on catalogues of its own making, and on those of the project."""

import pytest

from tools import messages


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    folder = tmp_path / "portal" / "sample"
    (tmp_path / "templates" / "sample").mkdir(parents=True)
    folder.mkdir(parents=True)
    (folder / "views.py").write_text('from x import gettext as _\nA = _("Sealed on %(day)s")\n', encoding="utf-8")
    (tmp_path / "templates" / "sample" / "page.html").write_text(
        '{% load i18n %}\n  <p>{% trans "Open" %}</p>\n{% blocktrans count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktrans %}',
        encoding="utf-8",
    )
    return folder


def translate(folder, **texts):
    file = messages.catalogue_file(folder)
    lines = file.read_text(encoding="utf-8")
    for msgid, msgstr in texts.values():
        lines = lines.replace(f'msgid "{msgid}"\nmsgstr ""', f'msgid "{msgid}"\nmsgstr "{msgstr}"')
    file.write_text(lines.replace('msgstr[0] ""', 'msgstr[0] "%(n)s일"'), encoding="utf-8")


def problems(folder):
    return [problem.split(": ", 1)[1] for problem in messages.problems("sample", folder)]


def test_texts_of_code_and_templates_are_found(app):
    messages.update("sample", app)

    text = messages.catalogue_file(app).read_text(encoding="utf-8")
    assert 'msgid "Open"' in text
    assert 'msgid "Sealed on %(day)s"' in text
    assert 'msgid_plural "%(n)s days"' in text


def test_complete_catalogue_has_no_problem_and_survives_an_update(app):
    messages.update("sample", app)
    translate(app, a=("Open", "열기"), b=("Sealed on %(day)s", "%(day)s 마감"))
    before = messages.catalogue_file(app).read_bytes()

    messages.update("sample", app)

    assert problems(app) == []
    assert messages.catalogue_file(app).read_bytes() == before


def test_missing_untranslated_and_obsolete_texts_are_named(app):
    messages.update("sample", app)
    translate(app, b=("Sealed on %(day)s", "%(day)s 마감"))
    (app / "views.py").write_text('from x import gettext as _\nA = _("Closed")\n', encoding="utf-8")

    assert sorted(problems(app)) == [
        "missing, run update: 'Closed'",
        "no longer used: 'Sealed on %(day)s'",
        "untranslated: 'Open'",
    ]


def test_lost_placeholder_is_named(app):
    messages.update("sample", app)
    translate(app, a=("Open", "열기"), b=("Sealed on %(day)s", "마감"))

    assert problems(app) == ["placeholders differ (%(day)s): 'Sealed on %(day)s'"]


def test_compiled_catalogue_is_read_by_gettext(app):
    import gettext

    messages.update("sample", app)
    translate(app, a=("Open", "열기"), b=("Sealed on %(day)s", "%(day)s 마감"))
    (app / "apps.py").touch()

    messages.compile_catalogues()

    with messages.catalogue_file(app).with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Open") == "열기"


def test_one_text_with_two_translations_is_named(app):
    other = app.parent / "other"
    other.mkdir()
    (other / "views.py").write_text('from x import gettext as _\nA = _("Open")\n', encoding="utf-8")
    for folder, korean in ((app, "열기"), (other, "공개")):
        (folder / "apps.py").touch()
        messages.update(folder.name, folder)
        translate(folder, a=("Open", korean))

    assert list(messages.clashes()) == [
        "'Open' is '공개' in other, '열기' in sample: agree on one, or tell them apart by a context"
    ]


def test_catalogues_of_the_project_are_complete():
    found = [problem for name, folder in messages.apps().items() for problem in messages.problems(name, folder)]

    assert [*found, *messages.clashes()] == []
