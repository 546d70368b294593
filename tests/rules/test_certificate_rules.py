"""Whether a certificate names a member."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.signing.certificate_rules import Belongs, belongs, same_name

OWN = "001203004567"


@pytest.mark.parametrize(
    ("subject", "emails", "expected"),
    [
        ({"common_name": "Nguyễn Văn Đạt"}, (), Belongs.NAME),
        ({"common_name": "NGUYỄN VĂN  ĐẠT"}, (), Belongs.NAME),
        ({"common_name": "Nguyen Van Dat"}, (), Belongs.NAME),
        ({"common_name": "Nguyễn Văn Đát"}, (), None),
        ({"common_name": "Trần Thị Bình"}, (), None),
        ({"common_name": ""}, (), None),
        ({}, (), None),
        ({"common_name": "Trần Thị Bình", "user_id": f"CCCD:{OWN}"}, (), Belongs.NATIONAL_ID),
        ({"common_name": "Trần Thị Bình", "serial": f"PNOVN-{OWN}"}, (), Belongs.NATIONAL_ID),
        ({"common_name": "Nguyễn Văn Đạt", "user_id": "CCCD:001203009999"}, (), None),
        ({"common_name": "Nguyễn Văn Đạt", "user_id": "CMND:012345678"}, (), None),
        ({"common_name": "Nguyễn Văn Đạt", "user_id": "MST:0101243150-001"}, (), Belongs.NAME),
        ({"common_name": "dat.nv"}, ("DAT@doan.vn",), Belongs.EMAIL),
        ({"common_name": "dat.nv", "email": "dat@doan.vn"}, (), Belongs.EMAIL),
        ({"common_name": "dat.nv"}, ("khac@doan.vn",), None),
        ({"common_name": "Nguyễn Văn Đạt"}, ("cu@doan.vn",), Belongs.NAME),
    ],
)
def test_by_what_a_certificate_is_the_members(
    subject: dict[str, str], emails: tuple[str, ...], expected: Belongs | None
) -> None:
    assert belongs(subject, emails, "Nguyễn Văn Đạt", "dat@doan.vn", lambda number: number == OWN) is expected


def test_a_member_without_an_address_is_not_everybody_without_one() -> None:
    assert belongs({"common_name": "x", "email": ""}, ("",), "Nguyễn Văn Đạt", "", lambda _number: False) is None


@given(st.text(max_size=30))
def test_a_name_is_the_same_as_itself_in_capitals_and_with_more_blanks(name: str) -> None:
    if name.strip():
        assert same_name(f"  {name} ", name)
