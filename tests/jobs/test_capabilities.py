import pytest

from portal.jobs.capabilities import checked, covers, parse, route_of


def test_parse_counts_a_bare_name_once() -> None:
    assert parse("cpu, gpus=2,vllm") == {"cpu": 1, "gpus": 2, "vllm": 1}


@pytest.mark.parametrize("text", ["gpus=two", "=3", "gpus=-1"])
def test_parse_names_the_broken_item(text: str) -> None:
    with pytest.raises(ValueError, match=f"Capability '{text}'"):
        parse(text)


@pytest.mark.parametrize(
    ("offers", "needs"), [({}, {}), ({"gpus": 2}, {"gpus": 2}), ({"gpus": 2, "vllm": 1}, {"gpus": 1})]
)
def test_worker_covers_what_it_offers(offers: dict[str, int], needs: dict[str, int]) -> None:
    assert covers(offers, needs)


@pytest.mark.parametrize(("offers", "needs"), [({"gpus": 1}, {"gpus": 2}), ({"gpus": 8}, {"vllm": 1})])
def test_worker_does_not_cover_more_than_it_offers(offers: dict[str, int], needs: dict[str, int]) -> None:
    assert not covers(offers, needs)


def test_equal_needs_have_one_route() -> None:
    assert route_of(checked({"gpus": 1, "memory_gb": 8, "vllm": 0})) == route_of(checked({"memory_gb": 8, "gpus": 1}))


def test_negative_need_is_refused() -> None:
    with pytest.raises(ValueError, match="Requirement 'gpus' is -1"):
        checked({"gpus": -1})
