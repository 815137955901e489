"""A plant with 10,000 documents, for measurements on a real device: the demo and much more."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.domain.person import SYSTEM
from server.domain.rights import SETUP_SESSION
from server.plant import opened
from server.settings import Settings
from server.setup import build_demo, perform
from sync import documents
from sync.compose import Deed

DOCUMENTS = 10_000
LOTS = 2_000
JOBS = 3_200
ORDERS = 1_800
TOWNS = [
    "苏州",
    "无锡",
    "常熟",
    "昆山",
    "太仓",
    "张家港",
    "江阴",
    "重庆",
    "厦门",
    "长沙",
    "宁波",
    "嘉兴",
    "湖州",
    "绍兴",
    "南通",
    "扬州",
]
TRADES = [
    "水务",
    "自来水",
    "污水处理",
    "制药",
    "食品",
    "化工",
    "纺织",
    "机械",
    "电子",
    "热力",
    "长江银行",
    "重型装备",
]


def build(folder: Path) -> int:
    """Make it in an empty folder; how many documents it has."""
    plant = opened(Settings(data=folder))
    now = datetime.now(UTC)
    build_demo(plant, now.date())
    with plant.store.read() as connection:
        missing = DOCUMENTS - documents.count(connection)
    moment = plant.local_now()
    deeds = [Deed(kind, on, body, SYSTEM, SETUP_SESSION, moment)
             for kind, on, body in _deeds(missing)]  # fmt: skip
    perform(plant, [(deed, plant.now()) for deed in deeds])
    with plant.store.read() as connection:
        count = documents.count(connection)
    plant.close()
    return count


def _deeds(missing: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for n in range(LOTS):
        item = f"SZ:M-100{n % 9 + 1}"
        yield "lot.received", f"lot/{item}:X{n:05d}", {
            "item": f"item/{item}", "quantity": str(100 + n % 900),
            "location": f"{'ABCD'[n % 4]}-{n % 12:02d}-{n % 7:02d}",
            "supplier": f"{TOWNS[n % 16]}{TRADES[n % 12]}", "supplier_lot": f"S{n * 7}",
        }  # fmt: skip
    for n in range(ORDERS):
        body = {"item": "item/SZ:P-2001", "quantity": "10", "due_on": "2027-01-15",
                "customer": f"{TOWNS[n % 16]}{TRADES[n % 12]}有限公司"}  # fmt: skip
        yield "order.released", f"order/SZ:WX{n:05d}", body
    for n in range(JOBS):
        lot = f"lot/SZ:M-100{n % LOTS % 9 + 1}:X{n % LOTS:05d}"
        body = {"procedure": "procedure/SZ:incoming_inspection.v1", "lot": lot, "quantity": "10"}
        yield "job.started", f"job/SZ:JX{n:05d}", body
    for n in range(missing - LOTS - ORDERS - JOBS):
        name = f"{TOWNS[n % 16]}{TRADES[n // 16 % 12]}有限公司{n}"
        yield "visit.opened", f"visit/HD:VX{n:05d}", {
            "procedure": "procedure/HD:site_service.v3", "service": "repair",
            "customer": {"name": name, "address": f"{TOWNS[n % 16]}市建设路 {n} 号",
                         "contact": "李工", "phone": f"0512-{n:08d}"},
            "asset": {"name": "减压阀 PRV-25B", "serial": f"PRV-{n:06d}", "lot_code": "B2508-11"},
            "problem": "出口压力缓慢升高", "technician": "zhou.min", "due_on": "2027-02-01",
        }  # fmt: skip
