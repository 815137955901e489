"""The sites, people, items and procedures of the small plant in `floor.py`, as bodies by key."""

from typing import Any

Bodies = dict[str, dict[str, Any]]


def named(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def person(name: str, **roles: list[str]) -> dict[str, Any]:
    return {"name": name, "roles": roles}


SITES: Bodies = {
    "site/org:SZ": {"name_zh": "苏州工厂", "name_en": "Suzhou plant"},
    "site/org:HD": {"name_zh": "华东服务区", "name_en": "East China service region"},
}
PEOPLE: Bodies = {
    "person/org:wang.fang": person("王芳", SZ=["operator"]),
    "person/org:zhao.lei": person("赵磊", SZ=["operator"]),
    "person/org:liu.yang": person("刘洋", SZ=["inspector"]),
    "person/org:ma.li": person("马丽", SZ=["inspector"]),
    "person/org:chen.jing": person("陈静", SZ=["storekeeper"]),
    "person/org:zhang.wei": person("张伟", SZ=["supervisor"], HD=["supervisor"]),
    "person/org:li.na": person("李娜", SZ=["quality_manager"], HD=["quality_manager"]),
    "person/org:sun.hao": person("孙浩", SZ=["planner"]),
    "person/org:zhou.min": person("周敏", HD=["technician"]),
    "person/org:wu.gang": person("吴刚", HD=["technician"]),
    "person/org:he.yan": person("何燕", HD=["storekeeper", "inspector"]),
    "person/org:admin": person("系统管理员", SZ=["admin"]),
}
ITEMS: Bodies = {
    "item/SZ:M-1": {"name": named("阀体", "Valve body"), "unit": "pcs"},
    "item/SZ:M-2": {"name": named("胶粘剂", "Adhesive"), "unit": "g", "gtin": "04006381333931"},
    "item/SZ:P-1": {"name": named("减压阀", "Reducing valve"), "unit": "pcs", "made_here": True},
    "item/HD:M-1": {"name": named("O 形圈", "O-ring"), "unit": "pcs"},
}

INSTRUCTION = named("按图", "As drawn")
STEM = {
    "key": "stem",
    "type": "choice",
    "label": named("阀杆", "Stem"),
    "choices": [
        {"key": "free", "label": named("灵活", "Free")},
        {"key": "sticking", "label": named("卡滞", "Sticking"), "ok": False},
    ],
}
BORE = {
    "key": "bore",
    "type": "number",
    "unit": "mm",
    "label": named("孔径", "Bore"),
    "lower": "25.000",
    "upper": "25.021",
}


def step(key: str, zh: str, en: str, roles: list[str], **rest: Any) -> dict[str, Any]:
    return {"key": key, "title": named(zh, en), "instruction": INSTRUCTION, "roles": roles, **rest}


def number(key: str, zh: str, en: str, **rest: Any) -> dict[str, Any]:
    return {"key": key, "type": "number", "label": named(zh, en), **rest}


CARD = [
    step("first_article", "首件检验", "First article", ["operator", "inspector"],
         check="first_article", verdict=True, on_fail="on_hold", fields=[BORE]),
    step("machining", "精镗", "Boring", ["operator"], step_class="key",
         fields=[number("good", "合格件数", "Good pieces", lower="0"),
                 {"key": "photo", "type": "photo", "label": named("照片", "Photo"),
                  "required": False}]),
    step("self_check", "自检", "Self-check", ["operator"], check="self", verdict=True,
         fields=[STEM]),
    step("mutual_check", "互检", "Mutual check", ["operator"], check="mutual", verdict=True,
         other_than="self_check", fields=[STEM]),
    step("patrol", "巡检", "Patrol", ["inspector"], check="patrol", verdict=True, repeat=True,
         on_fail="on_hold", fields=[BORE]),
    step("final", "最终检验", "Final inspection", ["inspector"], check="final", verdict=True,
         on_pass="passed", on_fail="on_hold",
         fields=[number("pressure", "压力", "Pressure", unit="MPa", lower="0.29", upper="0.31")]),
    step("put_away", "入库", "Put-away", ["storekeeper", "operator"], moves="put_away",
         fields=[{"key": "quantity", "type": "quantity", "label": named("数量", "Quantity")},
                 {"key": "location", "type": "location", "label": named("库位", "Location")}]),
]  # fmt: skip
SERVICE = [
    step("work", "现场作业", "Work", ["technician"],
         fields=[{"key": "done", "type": "text", "label": named("完成的工作", "Work done")},
                 {"key": "parts", "type": "parts", "label": named("零件", "Parts")}]),
    step("acceptance", "客户验收", "Acceptance", ["technician"], verdict=True,
         signature="witnessed",
         fields=[{"key": "signature", "type": "signature", "label": named("签字", "Signature"),
                  "required": "on_pass"}]),
]  # fmt: skip
PROCEDURES: Bodies = {
    "procedure/SZ:card.v1": {
        "code": "card", "revision": 1, "title": named("生产", "Production"),
        "subject": "lot", "steps": CARD,
    },
    "procedure/HD:service.v1": {
        "code": "service", "revision": 1, "title": named("现场服务", "Service"),
        "subject": "visit", "steps": SERVICE,
    },
}  # fmt: skip
