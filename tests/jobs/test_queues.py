import pytest

from portal.jobs.queues import queue_for, queues_for


@pytest.mark.parametrize(
    ("needs", "queue"),
    [
        ({}, "jobs"),
        ({"cpu": 4, "memory_gb": 64}, "jobs"),
        ({"gpus": 1}, "jobs.g1"),
        ({"gpus": 3, "gpu_memory_gb": 70}, "jobs.g3.m80"),
        ({"gpus": 8, "gpu_memory_gb": 141}, "jobs.g8.m141"),
    ],
)
def test_message_goes_to_the_queue_of_its_needs(needs: dict[str, int], queue: str) -> None:
    assert queue_for(needs) == queue


@pytest.mark.parametrize(
    "offers", [{"gpus": 2, "gpu_memory_gb": 85}, {"gpus": 8, "gpu_memory_gb": 150}, {"gpus": 1, "gpu_memory_gb": 25}]
)
def test_worker_hears_of_every_job_whose_cards_it_has(offers: dict[str, int]) -> None:
    """For needs as cards are sold; between two sizes the poller takes what no message told."""
    heard = queues_for(offers)
    for cards in range(10):
        for memory in (0, 16, 24, 48, 80, 96, 141, 192, 288):
            fits = cards <= offers["gpus"] and (memory <= offers["gpu_memory_gb"] or not cards)
            assert (queue_for({"gpus": cards, "gpu_memory_gb": memory}) in heard) == fits
