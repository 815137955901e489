"""When something of ours fails: the person gets a number, the log the place, nobody the content."""

import json
import logging
import sys

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from server.web.logs import LibraryLine
from sync.store import table_of
from sync.tables import DocumentRow
from tests.server.web.plant_in_use import House

LOT = "lot/SZ:M-1001:L2611-02"
SECRET = "what somebody wrote"


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "Tell the administrator this number: "), ("zh_CN", "编号 ")]
)
def test_a_defect_is_a_page_with_a_number_that_the_log_knows(
    house: House, lang: str, sentence: str
):
    table = table_of(DocumentRow)
    with house.plant.store.write() as connection:
        broken = update(table).where(table.c.key == LOT).values(body=f"{{{SECRET}".encode())
        connection.execute(broken)
    browser = house.browser("wang.fang")
    browser.cookies["traveler_lang"] = lang
    with capture_logs() as lines:
        answer = browser.get("/lots/SZ:M-1001:L2611-02")
    assert answer.status_code == 500
    number = answer.text.partition(sentence)[2][:8]
    (line,) = [one for one in lines if one["event"] == "unforeseen"]
    assert line["number"] == number
    assert line["error"] == "JSONDecodeError"
    assert "reader.py" in "".join(line["where"])
    assert SECRET not in answer.text + str(lines)
    assert "Traceback" not in answer.text
    assert browser.get("/lots/SZ:M-1005:L2611-16").status_code == 200, "others were held up"


def test_a_librarys_line_is_json_without_the_message_of_its_exception():
    record = logging.LogRecord(
        "uvicorn.error", logging.ERROR, __file__, 1, "failed\n%s", ("x",), None
    )
    try:
        raise ValueError(SECRET)
    except ValueError:
        record.exc_info = sys.exc_info()
    line = LibraryLine().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["event"], told["error"], told["level"]) == ("failed\nx", "ValueError", "error")
    assert "test_failures.py" in told["where"][0]
    assert SECRET not in line
