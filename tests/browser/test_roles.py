"""What people of each role begin, find and fail at, in a real browser against a real server.

One server for all; the journey with the server killed is `test_journey.py`.
"""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from server.demo import plant
from tests.browser.device import MM_20_PX, PHONE, TABLET, Device, Opened
from tests.browser.screenshots import page_of

PIN = "271828"
ANSWERS = "body.answers."
SURVEY = {"safe": "confirmed", "finding": "Needle stuck", "inlet_pressure": "0.8",
          "outlet_pressure": "0.42"}  # fmt: skip


def test_a_planner_releases_an_order_creates_its_lot_and_starts_the_card(opened: Opened) -> None:
    planner = opened("sun.hao")
    page = planner.page
    page.locator('#main a[href="/orders/new"]').click()
    page.wait_for_url("**/orders/new")
    planner.fill({"on.number": "W2611-77", "body.item": "item/SZ:P-2001", "body.quantity": "24",
                  "body.due_on": "2026-12-24", "body.customer": "Taihu Water"})  # fmt: skip
    planner.submit("order.released")
    page.locator('#main a[href="/orders/SZ:W2611-77"]').click()
    expect(page.locator("h1")).to_have_text("W2611-77")
    page.locator("summary", has_text="建批次").click()
    planner.fill({"on.code": "B2611-77"})
    planner.submit("lot.created")
    expect(page.locator("h1")).to_have_text("B2611-77")
    planner.fill({"on.number": "J2611-77", "body.procedure": "procedure/SZ:production.v1"})
    planner.submit("job.started")
    expect(page.locator("h1")).to_have_text("J2611-77")
    planner.wait_until_sent()
    planner.go("/orders/SZ:W2611-77")
    expect(page.locator("#main .tile")).to_have_count(2)


def release(planner: Device, quantity: str) -> None:
    planner.go("/orders/new")
    planner.fill({"on.number": "W2611-88", "body.item": "item/SZ:P-2001", "body.quantity": quantity,
                  "body.due_on": "2026-12-24", "body.customer": "Taihu Water"})  # fmt: skip
    planner.submit("order.released")


def test_a_request_that_was_refused_is_told_on_every_page_until_somebody_has_read_why(
    opened: Opened,
) -> None:
    away, present = opened("sun.hao", viewport=PHONE), opened("sun.hao")
    away.context.set_offline(True)
    release(away, "24")
    release(present, "12")
    present.wait_until_sent()
    away.context.set_offline(False)
    away.go("/")
    bar, notice = away.page.locator("[data-net]"), away.page.locator("#main .notice")
    expect(bar).to_contain_text("1 条未被接受")
    expect(bar).to_have_attribute("data-state", "stopped")
    expect(notice).to_contain_text("1 条记录未被接受")
    notice.locator("a").click()
    entry = away.page.locator(".outbox-bad")
    expect(entry).to_contain_text("这个编号已经用过：W2611-88")
    entry.locator("[data-outbox-dismiss]").click()
    expect(bar).to_contain_text("全部已同步")
    away.go("/")
    expect(notice).to_have_count(0)


def test_what_a_field_lacks_is_said_in_the_language_of_the_page(opened: Opened) -> None:
    for locale, missing, choose in (
        ("zh-CN", "请填写", "请选择一项"),
        ("en-US", "Fill this in", "Choose one"),
    ):
        technician = opened("zhou.min", locale=locale)
        page = technician.page
        technician.go(page_of(plant.OPEN_VISIT))
        form = page.locator("form[action='/do/visit.step_recorded']")
        form.locator("button.primary").click()
        told = "field => field.validationMessage"
        for name, words in {"safe": choose, "finding": missing}.items():
            field = form.locator(f"[name='{ANSWERS}{name}']").first
            assert field.evaluate(told) == words
        technician.fill({f"{ANSWERS}safe": "refused", f"{ANSWERS}finding": "x"})
        assert form.locator(":invalid").evaluate_all("all => all.map(({ name }) => name)") == [
            f"{ANSWERS}inlet_pressure",
            f"{ANSWERS}outlet_pressure",
        ]


def test_a_customer_is_found_called_and_visited_again_without_a_network(opened: Opened) -> None:
    supervisor = opened("zhang.wei", viewport=PHONE)
    page = supervisor.page
    supervisor.context.set_offline(True)
    supervisor.go("/find?q=常熟")
    page.locator("#found a[href^='/customers/']").click()
    expect(page.locator("h1")).to_have_text("常熟东湾污水处理厂")
    expect(page.locator("#main a[href^='tel:']")).to_contain_text("0512-5550 1186")
    expect(page.locator("#main a[href^='/visits/HD']")).to_have_count(1)
    expect(page.locator("#main a[href^='/orders/']")).to_have_count(1)
    page.locator("#main a[href^='/visits/new']").click()
    for name, value in {"name": "常熟东湾污水处理厂", "contact": "顾建平"}.items():
        expect(page.locator(f"[name='body.customer.{name}']")).to_have_value(value)


def test_a_refused_form_stays_open_with_what_was_typed_and_no_other_shows_it(
    opened: Opened,
) -> None:
    storekeeper = opened("chen.jing")
    page = storekeeper.page
    storekeeper.go(page_of(plant.SHARED_LOT))
    page.locator("summary", has_text="发料").click()
    form = page.locator('form[action="/do/material.issued"]')
    form.locator('[name="body.quantity"]').fill("99999")
    form.locator("button[type=submit]").click()
    expect(page.locator("[data-problems]")).to_be_visible()
    expect(form.locator('[name="body.quantity"]')).to_be_visible()
    expect(form.locator('[name="body.quantity"]')).to_have_value("99999")
    other = page.locator('form[action="/do/material.put_away"] [name="body.quantity"]')
    expect(other).to_have_value("")


def test_a_label_focuses_the_field_of_its_own_form(opened: Opened) -> None:
    storekeeper = opened("chen.jing", viewport=PHONE)
    page = storekeeper.page
    storekeeper.go(page_of(plant.SHARED_LOT))
    page.locator("summary", has_text="退料").click()
    page.locator('form[action="/do/material.returned"] label').first.click()
    inside = "() => document.activeElement.closest('form')?.getAttribute('action')"
    assert page.evaluate(inside) == "/do/material.returned"


def test_the_decision_is_in_reach_on_a_phone_and_above_the_tabs(opened: Opened) -> None:
    supervisor = opened("zhang.wei", viewport=PHONE)
    supervisor.go(page_of(plant.WAITING_REQUISITION.replace("requisition/", "approval/")))
    for value in ("approved", "rejected"):
        assert uncovered(supervisor.page, f"#main [value={value}]")


def uncovered(page: Page, selector: str) -> bool:
    """Whether a finger on the middle of it would meet it, without scrolling."""
    found: bool = page.evaluate(
        """(selector) => {
          const wanted = document.querySelector(selector);
          const { x, y, width, height } = wanted.getBoundingClientRect();
          const met = document.elementFromPoint(x + width / 2, y + height - 4);
          return wanted.contains(met);
        }""",
        selector,
    )
    return found


def test_a_scan_leads_to_the_page_of_what_it_names_and_never_away(opened: Opened) -> None:
    supervisor = opened("zhang.wei")
    page, url = supervisor.page, supervisor.server.url
    for key in (plant.OPEN_VISIT, plant.SELF_CHECK_JOB, plant.APPROVED_REQUISITION,
                "item/SZ:M-1009"):  # fmt: skip
        supervisor.go("/scan")
        page.fill("[name=code]", url + page_of(key))
        page.locator("[data-scan-form] button").click()
        page.wait_for_url(f"**{page_of(key)}")
    for code in ("J2611-004", "V2611-003", "M-1009", "W2611-02"):
        supervisor.go("/scan")
        page.fill("[name=code]", code)
        page.locator("[data-scan-form] button").click()
        page.wait_for_url(re.compile(f"/(jobs|visits|items|orders)/.*{code}$"))
    for code in ("https://example.com/lots/SZ:M-1:L1", "//example.com/x", "NOBODY-1"):
        supervisor.go("/scan")
        page.fill("[name=code]", code)
        page.locator("[data-scan-form] button").click()
        expect(page.locator("[data-problems]")).to_be_visible()
        assert page.url.startswith(url)
        expect(page.locator('#main .found-nothing a[href^="/find"]')).to_be_visible()
        expect(page.locator("[data-scan]")).to_have_attribute("data-scan-state", "closed")


def test_a_strangers_answer_leaves_the_page_and_what_was_typed(opened: Opened) -> None:
    inspector = opened("liu.yang")
    page = inspector.page
    inspector.go(page_of(plant.FIRST_ARTICLE_JOB))
    field = page.locator('[name="body.answers.seat_bore"]')
    field.fill("25.01")
    page.evaluate(
        """() => {
          const open = XMLHttpRequest.prototype.open;
          XMLHttpRequest.prototype.open = function (method, path, ...rest) {
            return open.call(this, method, "/assets/icons/icon.svg", ...rest);
          };
        }"""
    )
    page.locator('#main a[href^="/lots/"]').first.click()
    expect(page.locator("[data-no-answer]")).to_be_visible()
    expect(field).to_have_value("25.01")


def test_a_photo_shows_here_at_once_and_elsewhere_when_it_has_arrived(
    opened: Opened, tmp_path: Path
) -> None:
    photo = tmp_path / "site.jpg"
    Image.new("RGB", (1600, 1200), "#7a8b99").save(photo)
    technician = opened("zhou.min", viewport=PHONE)
    supervisor = opened("zhang.wei")
    page = technician.page
    technician.go(page_of(plant.OPEN_VISIT))
    technician.context.route("**/blobs/*", lambda route: route.abort())
    technician.fill({ANSWERS + key: value for key, value in SURVEY.items()})
    page.set_input_files(f'[name="{ANSWERS}photo"]', photo)
    expect(page.locator("[data-photo-preview]").first).to_be_visible()
    technician.submit("visit.step_recorded")
    technician.wait_until_sent()
    bar = page.locator("[data-net-waiting]")
    expect(bar).to_have_text("1 张影像待发送")
    supervisor.go(page_of(plant.OPEN_VISIT))
    picture = supervisor.page.locator("img[data-evidence]").first
    expect(supervisor.page.locator(".evidence-missing").first).to_have_text("影像还在路上")
    technician.context.unroute_all()
    technician.go("/")
    expect(bar).to_have_text("全部已同步")
    expect(picture).to_be_visible(timeout=60_000)
    shown = "img => img.decode().then(() => img.naturalWidth > 0)"
    assert picture.evaluate(shown)


def test_what_waits_goes_to_another_device_as_a_file(opened: Opened, tmp_path: Path) -> None:
    lost = opened("zhao.lei", viewport=PHONE)
    other = opened("wang.fang")
    lost.context.route("**/sync/**", lambda route: route.abort())
    lost.go(page_of(plant.SHARED_LOT))
    page = lost.page
    page.locator("summary", has_text="加备注").click()
    lost.set_clock(-5 * 60_000)
    lost.fill({"body.text": "从坏了的手机带过来"})
    lost.submit("note.added")
    lost.go("/outbox")
    expect(page.locator(".outbox-waiting time[data-age]")).to_contain_text("5 分钟")
    with page.expect_download() as downloading:
        page.locator("[data-outbox-export]").click()
    file = tmp_path / "outbox.json"
    downloading.value.save_as(file)
    other.go("/outbox")
    other.page.locator("summary").click()
    field = other.page.locator("[data-outbox-import]")
    other.page.set_input_files(
        "[data-outbox-import]", {"name": "x.json", "mimeType": "application/json", "buffer": b"[]"}
    )
    expect(other.page.locator("[data-outbox-import-wrong]")).to_contain_text("没有导入")
    other.page.set_input_files("[data-outbox-import]", file)
    expect(field).to_have_value("")
    other.wait_until_sent()
    other.go(page_of(plant.SHARED_LOT))
    expect(other.page.locator("#main")).to_contain_text("从坏了的手机带过来")


def test_no_button_is_too_small_for_its_place(opened: Opened) -> None:
    too_small = """(least) => [...document.querySelectorAll("#main .primary")]
        .filter((one) => one.offsetParent)
        .map((one) => one.getBoundingClientRect().height)
        .filter((height) => height < least)"""
    operator = opened("wang.fang", viewport=TABLET)
    for key in (plant.SELF_CHECK_JOB, plant.FIRST_ARTICLE_LOT):
        operator.go(page_of(key))
        assert operator.page.evaluate(too_small, MM_20_PX) == []
        wide = "() => document.documentElement.scrollWidth <= innerWidth"
        assert operator.page.evaluate(wide)


HELD_BACK = """() => {
  const real = (window.realFetch ??= window.fetch);
  window.fetch = async (...asked) => {
    const answer = await real(...asked);
    await new Promise((go) => (window.letGo = go));
    return answer;
  };
  const changed = new MessageEvent("message", { data: { type: "changed", keys: [] } });
  navigator.serviceWorker.dispatchEvent(changed);
}"""


def test_a_refresh_that_comes_late_leaves_alone_where_somebody_went_and_what_they_type(
    opened: Opened,
) -> None:
    page = opened("wang.fang").page
    page.evaluate(HELD_BACK)
    page.wait_for_function("() => window.letGo")
    page.locator(f'#main a[href="{page_of(plant.SELF_CHECK_JOB)}"]').first.click()
    number = plant.SELF_CHECK_JOB.rpartition(":")[2]
    expect(page.locator("h1")).to_have_text(number)
    page.evaluate("letGo()")
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    expect(page.locator("h1")).to_have_text(number)
    page.evaluate("delete window.letGo")
    page.evaluate(HELD_BACK)
    page.wait_for_function("() => window.letGo")
    field = page.locator(f'#main [name="{ANSWERS}cap_torque"]')
    field.press_sequentially("26.1")
    page.evaluate("letGo()")
    expect(page.locator("[data-stale]")).to_be_visible()
    expect(field).to_have_value("26.1")


def test_a_refresh_does_not_take_away_what_is_pressed(opened: Opened) -> None:
    page = opened("wang.fang").page
    page.evaluate(HELD_BACK)
    page.wait_for_function("() => window.letGo")
    page.evaluate("document.querySelector('#main').isOld = true")
    link = page.locator(f'#main a[href="{page_of(plant.SELF_CHECK_JOB)}"]').first
    page.locator(".bar-find").focus()  # and loses it to what is pressed
    link.hover()
    page.mouse.down()
    page.evaluate("letGo()")
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    page.evaluate("window.fetch = window.realFetch")
    page.mouse.up()
    expect(page.locator("h1")).to_have_text(plant.SELF_CHECK_JOB.rpartition(":")[2])


def test_what_was_held_back_by_a_press_is_shown_after_it(opened: Opened) -> None:
    page = opened("wang.fang").page
    page.evaluate("document.querySelector('#main').isOld = true")
    page.locator("h1").hover()
    page.mouse.down()
    page.evaluate(HELD_BACK)
    page.evaluate("window.fetch = window.realFetch")
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    page.mouse.up()
    page.wait_for_function("() => !document.querySelector('#main').isOld")


def test_a_form_that_asks_for_the_site_offers_what_is_there_and_does_not_repeat_it(
    opened: Opened,
) -> None:
    supervisor = opened("zhang.wei", viewport=PHONE)
    supervisor.go("/requisitions/new")
    site = supervisor.page.locator("[data-site]")
    item = supervisor.page.locator("select[name^='body.lines'][name$='item']").first
    offered = """select => [...select.options]
        .filter(option => option.value && !option.disabled)
        .map(({ value, text }) => [value, text])"""
    names = site.locator("option").all_inner_texts()
    assert len(names) > 1
    for code in site.locator("option").evaluate_all("all => all.map(({ value }) => value)"):
        site.select_option(code)
        choices = item.evaluate(offered)
        assert choices
        for value, text in choices:
            assert value.startswith(f"item/{code}:")
            assert not any(name.strip() in text for name in names)


def test_a_refusal_is_told_to_who_asked_until_they_put_it_aside(opened: Opened) -> None:
    boss, asker = opened("li.na"), opened("wang.fang", viewport=PHONE)
    boss.set_pin(PIN)
    boss.go(page_of(plant.CHANGED_REQUISITION.replace("requisition/", "approval/")))
    boss.fill({"body.comment": "库存还够"})
    boss.press(PIN)
    boss.submit("approval.decided", button="[value=rejected]")
    boss.wait_until_sent()
    asker.go("/")
    told = asker.page.locator(f".today-asked a[href='{page_of(plant.CHANGED_REQUISITION)}']")
    expect(told).to_contain_text("已驳回")
    told.click()
    expect(asker.page.locator("#main .notice")).to_contain_text("李娜 库存还够")
    asker.page.locator("form[action='/do/requisition.closed'] button").click()
    expect(asker.page.locator("#main .traveler-state")).to_contain_text("已撤回")
    asker.wait_until_sent()
    asker.go("/")
    expect(told).to_have_count(0)


def test_a_visit_is_given_to_a_colleague_and_cancelled_without_a_network(opened: Opened) -> None:
    boss, colleague = opened("zhang.wei", viewport=PHONE), opened("wu.gang", viewport=PHONE)
    mine = colleague.page.locator(f"#main a[href='{page_of(plant.OPEN_VISIT)}']")
    expect(mine).to_have_count(0)
    boss.context.set_offline(True)
    boss.go(f"{page_of(plant.OPEN_VISIT)}?form=amend")
    boss.fill({"body.set.technician": "wu.gang"})
    boss.submit("visit.amended")
    expect(boss.page.locator("#main .source").last).to_contain_text("吴刚")
    boss.context.set_offline(False)
    boss.wait_until_sent()
    colleague.go("/")
    expect(mine).to_have_count(1)
    boss.go(f"{page_of(plant.OPEN_VISIT)}?form=cancel")
    boss.fill({"body.reason": "客户改期"})
    boss.submit("visit.cancelled")
    expect(boss.page.locator("#next")).to_contain_text("这次服务已取消")
    boss.wait_until_sent()
    colleague.go("/")
    expect(mine).to_have_count(0)
