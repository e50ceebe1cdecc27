"""The ways by which other review systems leaked, each tried here (design/review.md has the list)."""

import ast
import inspect
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from portal.audit.models import Event
from portal.letters.models import Letter
from portal.review import actions
from portal.review.actions import SheetValues
from portal.review.errors import ReviewError
from portal.review.models import Declaration, ScoreSheet
from tests.access.urls import addresses
from tests.factories.accounts import make_user, sign_in
from tests.factories.review import Scene, make_seat
from tests.leak_probe.asking import normalised

PORTAL = Path(__file__).resolve().parents[2] / "portal"
CANARY, CANARY_SCORE = "카나리아 의견 7f3a", "33.5"
# Views that read the query string, and what for. None of it names a field of a model.
QUERIES = {
    "accounts/views/devices.py": {"code"},  # shown in the input again; only a POST asks for it
    "artifacts/api.py": {"plan", "direct"},  # how to answer about the own upload
    "common/templatetags/portal.py": {"?"},  # a link to the same page in the other language keeps its query
    "custody/views/team.py": {"purpose", "page"},  # of the own team's list
    "letters/views.py": {"state", "page"},
    "programmes/views/rules.py": {"start"},
    "submissions/views/receipts.py": {"number", "digest"},  # compared with the ledger, nothing is searched
    "measurements/views/answers.py": {"page"},  # and a form: one task of those that are open, and a text in its items
    "measurements/views/paired.py": {"page"},
    "measurements/views/reports.py": {
        "kind",
        "log",
    },  # of the own logs, and how to report; another number is the first one
    "measurements/views/work.py": {
        "attempt",
        "after",
        "page",
    },  # a place in the log of one job, which its own rule opens
    "review/views/curves.py": set(),  # a form: which entries' curves to draw, of those whose evidence is open
    "review/views/ops_log.py": {"format"},
}
AGGREGATES = {"Avg", "StdDev", "Variance", "Sum"}
# Sums in the database, none of them over anything that a person scored.
SUMMED = {
    "artifacts/selectors.py": {"Sum"},
    "custody/selectors/public.py": {"Sum"},
    "jobs/quotas.py": {"Sum"},  # seconds of cards
}
# A page and what can be taken away from it: both ask the same question at the door.
EXPORTS = {
    "measurements:answers_document": "measurements:answers",
    "measurements:checkpoints_document": "measurements:checkpoints",
    "measurements:comparison_document": "measurements:comparison",
    "measurements:run_document": "measurements:reruns",
    "measurements:suite_document": "measurements:suite",
    "ops_measurements:job_document": "ops_measurements:job",
    "ops_measurements:work_document": "ops_measurements:work",
    "custody:destruction_document": "custody:destruction",
    "custody:reads_document": "custody:reads",
    "ops_custody:destruction_document": "ops_custody:destruction",
    "review:sheet_document": "review:print",
    "submissions:receipt_document": "submissions:receipt",
    "review:notice_document": "review:notice",
    "ops:minutes_document": "ops:minutes",
    "verifications:record_document": "verifications:record",
}
WITHOUT_PAGE = {
    "checkpoints:draw_document": "public: what anybody needs to draw again",
    "measurements:draw_document": "public: what anybody needs to draw again",
    "review:draw_document": "public: what anybody needs to draw again",
    "ops:outside_document": "narrower than its page: before the seal only while two people take figures down from it",
    "ops:notice_document": "its page is a list of notices; each document asks for its own notice",
}


def sources():
    for file in sorted(PORTAL.rglob("*.py")):
        yield str(file.relative_to(PORTAL)), ast.parse(file.read_text(encoding="utf-8"))


def test_no_page_can_be_searched_filtered_or_sorted_by_a_hidden_field():
    read = {}
    for name, tree in sources():
        if any(isinstance(node, ast.Attribute) and node.attr in {"GET", "query_params"} for node in ast.walk(tree)):
            read[name] = set()
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Subscript)]
        if keys := {key for node in nodes for key in _key_of_query(node)}:
            read[name] = keys

    assert read == QUERIES, "a view reads the query string: say in QUERIES what for, and that it names no hidden field"


def _key_of_query(node):
    """The key of request.GET.get("key", …), request.GET["key"] and the like; "?" for one that is not written out."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    inner = node.func.value if called else getattr(node, "value", None)
    if not (isinstance(inner, ast.Attribute) and inner.attr in {"GET", "query_params"}):
        return set()
    key = next(iter(node.args), None) if called else node.slice
    return {key.value if isinstance(key, ast.Constant) else "?"}


def test_the_database_makes_no_mean_sum_or_spread_of_scores():
    used = {}
    for name, tree in sources():
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & AGGREGATES
        if names:
            used[name] = names

    assert used == SUMMED


def test_there_is_no_site_for_administrators_and_no_acting_as_somebody_else():
    routes = [address.route for address in addresses()]

    assert not [
        app.name
        for app in apps.get_app_configs()
        if app.name.split(".")[-1] in {"admin", "hijack", "impersonate", "loginas"}
    ]
    assert not [
        route for route in routes if any(word in route for word in ("admin", "hijack", "impersonate", "login-as"))
    ]


@pytest.mark.parametrize("export", EXPORTS)
def test_an_export_asks_what_its_page_asks(export):
    rules = {address.name: address.view.access_rule for address in addresses() if hasattr(address.view, "access_rule")}

    assert inspect.unwrap(rules[export]) is inspect.unwrap(rules[EXPORTS[export]])


def test_every_export_has_its_page():
    documents = {address.name for address in addresses() if address.name.endswith("_document")}

    assert documents == set(EXPORTS) | set(WITHOUT_PAGE), (
        "name the page that the export belongs to, or why there is none"
    )


@pytest.fixture
def scored():
    """Every sheet of seat 1 carries the canary; the other seats scored otherwise."""
    scene = Scene()
    for entry in range(3):
        sheet = scene.sheet_of(1, entry)
        values = SheetValues({"strategy": CANARY_SCORE, "impact": "15"}, {"strategy": CANARY}, opinion=CANARY)
        actions.save_score(sheet, values=values, version=sheet.version, saved_by=scene.seats[1].user)
    return scene


@pytest.mark.django_db
def test_the_history_and_the_mail_carry_no_score_and_no_opinion(scored):
    for entry in range(3):
        actions.sign_sheet(ScoreSheet.objects.get(pk=scored.sheet_of(1, entry).pk), signed_by=scored.seats[1].user)
    scored.sheets = [sheet for sheet in scored.sheets if sheet.assignment.seat_id != scored.seats[1].pk]
    scored.notify()

    history = [f"{event.before} {event.after} {event.reason} {event.subject}" for event in Event.objects.all()]
    mails = [f"{letter.subject} {letter.body}" for letter in Letter.objects.all()]
    assert history
    assert [text for text in history + mails if CANARY in text or CANARY_SCORE in text] == []


@pytest.mark.django_db
def test_mail_about_a_result_goes_to_the_team_alone(scored):
    scored.sheets = [sheet for sheet in scored.sheets if sheet.assignment.seat_id != scored.seats[1].pk]
    for entry in range(3):
        actions.sign_sheet(ScoreSheet.objects.get(pk=scored.sheet_of(1, entry).pk), signed_by=scored.seats[1].user)
    Letter.objects.all().delete()
    scored.notify()

    assert set(Letter.objects.values_list("to", flat=True)) == {member.email for member in scored.members}


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["review:sheet", "review:sign", "review:print", "review:sheet_document"])
def test_a_refusal_does_not_say_whether_the_thing_is_there(scored, page):
    client = sign_in(Client(), scored.seats[2].user)
    more = {"form": "pdf"} if page == "review:sheet_document" else {}
    answers = []
    for number in (scored.sheet_of(1, 0).pk, 10**9):
        url = reverse(page, kwargs={"sheet_id": number, **more})
        status, headers, content = normalised(client.get(url), [])
        answers.append((status, headers, content.replace(url.encode(), b"")))

    assert answers[0][0] == 404
    assert answers[0] == answers[1]


@pytest.mark.django_db
def test_the_error_about_a_faulty_form_shows_only_what_was_typed(scored):
    """A save with an old version shows both texts: one's own. A colleague's is answered like one that is not there."""
    client = sign_in(Client(), scored.seats[2].user)
    form = {"version": "0", "score-strategy": "x", "opinion": "?"}

    answer = client.post(reverse("review:save", kwargs={"sheet_id": scored.sheet_of(1, 0).pk}), form)

    assert answer.status_code == 404
    assert CANARY.encode() not in answer.content


@pytest.mark.django_db
def test_a_bulk_choice_takes_no_entry_of_another_phase(scored):
    other = Scene()
    url = reverse("ops:assign", kwargs={"phase_id": scored.phase.pk, "seat_id": scored.seats[0].pk})

    sign_in(Client(), scored.officer).post(url, {"entries": [entry.pk for entry in other.entries]})

    assert not scored.seats[0].assignments.filter(entry__phase=other.phase).exists()


@pytest.mark.django_db
def test_nobody_lifts_the_wall_that_was_set_against_them(scored):
    """An officer who sits on a panel with an interest cannot allow it; one of a competing team has no part in the phase."""
    both = make_user("officer", "reviewer")
    seat = make_seat(scored.panel, officer=scored.officer, cleared=False, user=both)
    Declaration.objects.filter(seat=seat).update(state="declared")
    declaration = Declaration.objects.get(seat=seat)

    with pytest.raises(ReviewError):
        actions.rule_on_declaration(declaration, event="allow", reason="내가", ruled_by=both)
    url = reverse("ops:declaration", kwargs={"declaration_id": declaration.pk})
    assert sign_in(Client(), both).get(url).status_code == 404


@pytest.mark.django_db
def test_counts_before_the_seal_are_counts_of_sheets_and_nothing_else(scored):
    """The page of a phase says how many are signed; a page with a canary or a score on it would be a leak."""
    for user in (scored.officer, scored.decider, scored.auditor, scored.seats[0].user):
        client = sign_in(Client(), user)
        for name in ("phase", "panels", "seal", "gates", "decisions", "minutes_list", "outside_results"):
            content = client.get(reverse(f"ops:{name}", kwargs={"phase_id": scored.phase.pk})).content.decode()
            assert CANARY not in content
            assert CANARY_SCORE not in content
