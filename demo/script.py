"""The order of the demonstration, one line per scene."""

from collections.abc import Callable
from typing import NamedTuple

from demo.progress import Title
from demo.scenes import handin, judging, opening, release, verifying
from demo.stage import Outcome, Stage


class Scene(NamedTuple):
    title: Title
    play: Callable[[Stage], Outcome]


SCENES = (
    Scene(Title("rules", "규칙을 공개하고 동결", "Publish and freeze the rules"), opening.freeze_the_rules),
    Scene(Title("teams", "컨소시엄 등록과 초대", "Register consortia, accept invitations"), opening.register_the_teams),
    Scene(Title("models", "모델 학습", "Train the models"), opening.make_the_models),
    Scene(Title("registry", "참조 모델 등록", "Register the reference models"), opening.build_the_registry),
    Scene(Title("handin", "업로드와 접수증", "Upload and receipts"), handin.hand_in),
    Scene(Title("close", "접수 마감", "Close receiving"), handin.close_receiving),
    Scene(
        Title("runs", "벤치마크·독자성·학습 이력", "Benchmark, originality, training trace"), handin.work_off_the_runs
    ),
    Scene(Title("panels", "평가위원회와 이해관계 확인", "Panels and declarations"), judging.seat_the_panels),
    Scene(Title("session", "공개 검증", "Verification session"), verifying.verify_in_public),
    Scene(Title("sheets", "평가표 작성과 서명", "Score and sign the sheets"), judging.score_and_sign),
    Scene(Title("reply", "질의, 소명, 게이트 의결", "Question, right of reply, gate"), judging.hear_team_b),
    Scene(Title("tally", "마감과 집계", "Seal and tally"), judging.seal_and_tally),
    Scene(Title("decisions", "의결과 통보", "Decide and notify"), judging.decide_and_notify),
    Scene(Title("vacancy", "결원과 추가 공모", "Vacant seat, additional call"), judging.open_the_vacant_seat),
    Scene(Title("release", "공표와 재계산", "Release and replay"), release.release_and_replay),
)
