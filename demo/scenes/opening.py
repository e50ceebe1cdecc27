"""Rules, teams, models and references: what exists before anything is handed in."""

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from demo import cast
from demo.client import Client
from demo.code import public_code
from demo.make import made
from demo.recipes import SAVED
from demo.stage import Outcome, Stage, UnexpectedOutcomeError, expect
from demo.text import withheld
from evaluation.actions import load_shipped_suites
from originality.actions import add_corpus, add_reference, make_baselines, withhold_text
from originality.selectors import references
from portal.accounts.actions import accept_invitation
from portal.common.viewer import SYSTEM
from portal.consortia.actions import (
    InstitutionData,
    accept_institution_invitation,
    enter_phase,
    invite_institution,
    register_consortium,
)
from portal.consortia.models import Consortium, Entry
from portal.consortia.selectors import invitations_for
from portal.programmes.actions import freeze_rules, load_programme, move_phase
from portal.programmes.models import Programme


def freeze_the_rules(stage: Stage) -> Outcome:
    from django.conf import settings

    if not Programme.objects.filter(slug="demonstration").exists():
        load_programme(settings.BASE_DIR / "programmes" / "demonstration.yaml", actor=SYSTEM)
    officer = stage.viewer(cast.OFFICER)
    for person in (*cast.STAFF, *cast.EXPERTS, *cast.USERS):
        stage.user(person)
    rules = freeze_rules(stage.phase, actor=officer)
    if stage.phase.state == "rules_frozen":
        move_phase(stage.phase, "open_receiving", actor=officer)
    return Outcome(
        f"규칙 동결, SHA-256 {rules.digest[:12]}…",
        f"rules frozen, SHA-256 {rules.digest[:12]}…",
        {"ruleset": rules.digest},
    )


def register_the_teams(stage: Stage) -> Outcome:
    for team in cast.TEAMS:
        _register(stage, team)
    count = Entry.objects.filter(phase=stage.phase).count()
    expect(count == len(cast.TEAMS), f"{count} entries instead of {len(cast.TEAMS)}")
    return Outcome("컨소시엄 3곳 등록, 참여기관 초대 수락", "3 consortia registered, member institutions accepted")


def _register(stage: Stage, team: cast.Team) -> None:
    manager = stage.viewer(team.manager)
    consortium = Consortium.objects.filter(slug=team.slug).first() or register_consortium(
        team.slug,
        name_ko=team.name_ko,
        name_en=team.name_en,
        lead=InstitutionData(**team.lead._asdict()),
        actor=manager,
    )
    if consortium.places.count() == 1:
        _place, token = invite_institution(
            consortium,
            institution=InstitutionData(**team.member._asdict()),
            email=team.contributor.email,
            actor=manager,
        )
        accept_invitation(token, name=team.contributor.title, password=cast.PASSWORD)
    contributor = stage.viewer(team.contributor)
    for place in invitations_for(contributor):
        accept_institution_invitation(place, actor=contributor)
    if not consortium.entries.exists():
        enter_phase(consortium, phase=stage.phase, actor=manager)


def make_the_models(stage: Stage) -> Outcome:
    """Two lines of work side by side, one per core: the references with what is derived from them, and the two from scratch."""
    stage.models.mkdir(parents=True, exist_ok=True)
    lines = [("smollm2", "nuri", "unrelated"), ("garam", "dasom")]
    running = [_start(stage, names) for names in lines]
    _deposit_meanwhile(stage, running)
    for process, names in zip(running, lines, strict=True):
        if process.wait() != 0:
            raise UnexpectedOutcomeError(
                f"making {', '.join(names)} ended with exit code {process.returncode}; see the logs in {stage.models}"
            )
    losses = {name: made(stage.models / name) or {} for name in ("garam", "nuri", "dasom")}
    first = ", ".join(f"{name} {facts['first_loss']} → {facts['last_loss']}" for name, facts in losses.items())
    return Outcome(f"모델 학습, 손실 {first}", f"models trained, loss {first}")


def _deposit_meanwhile(stage: Stage, running: list["subprocess.Popen[bytes]"]) -> None:
    """Deposit the digest of every checkpoint, and of the log so far, while training goes on; one team never does."""
    clients = {team.slug: Client(stage, team) for team in cast.TEAMS if team != cast.NURI}
    while True:
        ended = all(process.poll() is not None for process in running)
        for slug, client in clients.items():
            for note in sorted((stage.models / slug).glob(f"*{SAVED}")):
                row = json.loads(note.read_text(encoding="utf-8"))
                _deposit(client, stage.entry(_team(slug)), row)
                note.unlink()
        if ended:
            return
        time.sleep(0.5)


def _deposit(client: Client, entry: Entry, row: dict[str, Any]) -> None:
    told = ["--step", str(row["step"]), "--tokens", str(row["tokens"]), "--log", row["log"]]
    client.run("commit", row["folder"], "--entry", str(entry.pk), *told)


def _team(slug: str) -> cast.Team:
    return next(team for team in cast.TEAMS if team.slug == slug)


def _start(stage: Stage, names: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    """One shell-free chain: Python runs the makers one after another in a single process of its own."""
    script = "import sys; from pathlib import Path; from demo.make import make\nfor n in sys.argv[2:]: make(n, Path(sys.argv[1]) / n)"
    with (stage.models / f"{names[0]}.log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-c", script, str(stage.models), *names], stdout=log, stderr=log)


def _withhold_a_text(stage: Stage) -> None:
    path = stage.models / "withheld.txt"
    path.write_text(withheld(), encoding="utf-8")
    withhold_text(
        path,
        name="demonstration",
        language="ko, en",
        source="texts of installed packages that no recipe of the demonstration reads",
        actor=stage.user(cast.OFFICER).actor,
    )
    path.unlink()


def build_the_registry(stage: Stage) -> Outcome:
    """Suites and references, and what unrelated pairs of them give: every later score stands beside that."""
    load_shipped_suites()
    for name in ("smollm2", "unrelated"):
        facts = made(stage.models / name)
        if facts is None:
            raise UnexpectedOutcomeError(f"the reference {name} is not made")
        add_reference(
            Path(facts["folder"]),
            name=facts["name"],
            source=facts["source"],
            revision=facts["revision"],
            licence=facts["licence"],
            public_since=date.fromisoformat(facts["public_since"]),
            actor=stage.user(cast.OFFICER).actor,
        )
    make_baselines()
    _withhold_a_text(stage)
    add_corpus(public_code(), name="example", actor=stage.user(cast.OFFICER).actor)
    names = ", ".join(reference.name for reference in references())
    return Outcome(f"참조 모델 {names}", f"references {names}")
