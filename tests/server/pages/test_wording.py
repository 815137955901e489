"""What people are told is in their words: no key, no whole id."""

import pytest

from server.pages.wording import Wording

PROBLEMS = {"gone": {"zh_CN": "找不到 {key:code}。", "en": "{key:code} was not found."}}
MESSAGES = {"title": {"requisition": "Requisition"}}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("lot/SZ:M-1:L2611-02", "L2611-02 was not found."),
        (
            "requisition/SZ:01a1e579-0a00-7f27-a6c3-e81d50f96505",
            "Requisition …f96505 was not found.",
        ),
        ("other/SZ:01a1e579-0a00-7f27-a6c3-e81d50f96505", "…f96505 was not found."),
    ],
)
def test_a_document_is_called_by_its_code_or_what_it_is_and_the_end_of_its_id(key: str, said: str):
    wording = Wording("en", MESSAGES, PROBLEMS)
    assert wording.problem({"code": "gone", "params": {"key": key}}) == said
