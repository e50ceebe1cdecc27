"""What a team declares of its training, in the form that the checks read."""

import json
from pathlib import Path

from demo.recipes import Recipe
from originality.core.trace.declaration import declaration_document
from originality.core.trace.facts import Declaration, InitLaw, Optimiser, OwnCompute, Schedule

CARD = "CPU"


def write_training_declaration(
    path: Path, *, recipe: Recipe, parameters: int, began: str, ended: str, hours: float
) -> Path:
    """All three teams declare a model of their own draw; `hours` are those of the one processor that trained it."""
    declaration = Declaration(
        vocabulary=recipe.vocabulary,
        parameters=parameters,
        active_parameters=parameters,
        optimiser=Optimiser("adamw", *recipe.betas, recipe.epsilon, recipe.weight_decay),
        schedule=Schedule(
            "cosine",
            peak=recipe.peak_rate,
            warmup_steps=recipe.warmup,
            total_steps=recipe.steps,
            final=recipe.peak_rate * recipe.rate_at_end,
        ),
        clip=recipe.clip,
        batch_tokens=recipe.tokens_per_step,
        sequence_length=recipe.length,
        layers=recipe.layers,
        width=recipe.width,
        seed=recipe.seed,
        init=(InitLaw("*norm.weight", "constant", 1.0), InitLaw("*", "normal", recipe.init_std)),
        own_compute=(OwnCompute(CARD, 1, began, ended, hours),),
        cards=1,
        started=began,
        ended=ended,
    )
    text = json.dumps(declaration_document(declaration), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path
