"""Names of Celery queues: what a job needs of cards says to which one its message goes, and what a worker offers to which it listens.

A name is only a way to a worker that fits: the claim asks again for every need, and polling looks at no queue at all.
"""

from collections.abc import Mapping

from django.conf import settings

# Memory of one card in decimal GB, as cards are sold; a need between two of them waits at the larger one.
SIZES = (16, 24, 48, 80, 96, 141, 192, 288)


def queue_for(requirements: Mapping[str, int]) -> str:
    """`jobs` without cards, `jobs.g2` for two cards of any memory, `jobs.g2.m80` for two of at least 80 GB each."""
    cards, memory = requirements.get("gpus", 0), requirements.get("gpu_memory_gb", 0)
    if not cards:
        return str(settings.CELERY_TASK_DEFAULT_QUEUE)
    if not memory:
        return named(cards)
    return named(cards, next((size for size in SIZES if size >= memory), SIZES[-1]))


def queues_for(offers: Mapping[str, int]) -> list[str]:
    """Every queue whose jobs a worker with these offers can do as far as cards go."""
    sizes = [size for size in SIZES if size <= offers.get("gpu_memory_gb", 0)]
    with_cards = [named(cards, size) for cards in range(1, offers.get("gpus", 0) + 1) for size in (0, *sizes)]
    return [str(settings.CELERY_TASK_DEFAULT_QUEUE), *with_cards]


def named(cards: int, memory: int = 0) -> str:
    name = f"{settings.CELERY_TASK_DEFAULT_QUEUE}.g{cards}"
    return f"{name}.m{memory}" if memory else name
