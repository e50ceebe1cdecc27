"""Lists as people upload them: Korean headers, odd encodings, and every bad row by its number."""

import pytest

from portal.review.enums import SeatKind, Sex
from portal.review.lists import BadRow, read_guests, read_pool, read_quotas, text_of


def lines(faults):
    return [fault.line for fault in faults]


def test_guests_with_korean_headers_and_a_blank_line():
    text = "이메일,이름,자리\nA@example.org,평가위원 1,위원장\n\nb@example.org,평가위원 2,예비\nc@example.org,,\n"

    guests, faults = read_guests(text, barred={})

    assert faults == []
    assert [(guest.email, guest.name, guest.kind) for guest in guests] == [
        ("a@example.org", "평가위원 1", SeatKind.CHAIR),
        ("b@example.org", "평가위원 2", SeatKind.ALTERNATE),
        ("c@example.org", "", SeatKind.REGULAR),
    ]


def test_every_bad_row_is_named_by_its_line():
    text = (
        "email,name,seat\nno address,x,\na@example.org,x,king\nb@example.org,x,\nB@example.org,x,\nc@example.org,x,\n"
    )

    _guests, faults = read_guests(text, barred={"c@example.org": "팀 소속"})

    assert lines(faults) == [2, 3, 5, 6]
    assert "4" in faults[2].text  # where the address stood first


@pytest.mark.parametrize("text", ["", "   ", "name\nx", "email,name\n", 'email,name\n"a@example.org,x'])
def test_a_list_without_people_is_a_fault(text):
    guests, faults = read_guests(text, barred={})

    assert guests == []
    assert len(faults) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_header_s(delimiter):
    text = delimiter.join(["email", "name"]) + "\n" + delimiter.join(["a@example.org", "x"])

    guests, faults = read_guests(text, barred={})

    assert (len(guests), faults) == (1, [])


def test_a_list_that_is_too_long_is_refused_whole():
    text = "email\n" + "\n".join(f"r{n}@example.org" for n in range(5001))

    guests, faults = read_guests(text, barred={})

    assert guests == []
    assert len(faults) == 1


def test_quotas():
    quotas, faults = read_quotas("성별,연령대,정원,예비\n여,20-29,20,4\nmale,60+,10,\n")

    assert faults == []
    assert [(q.sex, q.age_group, q.seats, q.alternates) for q in quotas] == [
        (Sex.FEMALE, "20-29", 20, 4),
        (Sex.MALE, "60+", 10, 0),
    ]


def test_bad_quotas_by_line():
    _quotas, faults = read_quotas("sex,age,seats\nx,20,1\nfemale,,1\nfemale,20,-1\nfemale,30,1\nfemale,30,2\n")

    assert lines(faults) == [2, 3, 4, 6]


def test_a_pool_row_needs_a_quota():
    people, faults = read_pool(
        "email,sex,age\na@example.org,f,20-29\nb@example.org,f,30-39\n", ages=[(Sex.FEMALE, "20-29")], barred={}
    )

    assert [person.email for person in people] == ["a@example.org"]
    assert lines(faults) == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_spreadsheets_of_this_country_are_read(encoding):
    assert text_of("이름".encode(encoding)) == "이름"


def test_what_is_no_text_is_refused():
    with pytest.raises(BadRow):
        text_of(b"\x80\xff\x00\xff")


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(BadRow):
        text_of(b"a" * (1024 * 1024 + 1))


def test_a_number_without_end_and_an_address_longer_than_its_column_are_faults_of_their_line():
    _quotas, faults = read_quotas("sex,age,seats\nfemale,20s," + "9" * 5000)
    _guests, long = read_guests("email\n" + "a" * 60 + "@" + "b" * 60 + ("." + "c" * 60) * 3 + ".org", barred={})

    assert (lines(faults), lines(long)) == ([2], [2])


def test_signs_that_no_database_keeps_do_not_come_out_of_a_file():
    assert text_of(b"email\na\0@example.org") == "email\na@example.org"
