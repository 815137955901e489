"""One plausible label of each shipped layout, every field replaceable."""

from typing import Any

from labels.content import Label, label
from labels.layout_file import layout

BASE_URL = "https://traveler.example"
_ITEM = {
    "lot_id": "SZ:M-1001:L2611-03",
    "lot_code": "L2611-03",
    "item_code": "M-1001",
    "item_name_zh": "压铸铝合金端盖",
    "item_name_en": "Die-cast aluminium end cap",
    "quantity": "1250",
    "unit": "pcs",
}
_STEPS = [
    dict(zip(("step", "name", "class", "limits"), row, strict=True))
    for row in (
        ("10", "来料检验 Incoming inspection", "关键 Key", "AQL 1.0"),
        ("20", "车削 Turning", "一般 General", "Ø 24.98–25.02 mm"),
        ("30", "首件检验 First article", "关键 Key", "全尺寸 all sizes"),
        ("40", "热处理 Heat treatment", "特殊 Special", "530 ± 5 ℃, 4 h"),
        ("50", "最终检验 Final inspection", "关键 Key", "Ra ≤ 1.6 μm"),
    )
]
_CARD = {
    "job_id": "SZ:J-2611-0042",
    "number": "J-2611-0042",
    **{name: _ITEM[name] for name in _ITEM if name != "lot_id"},
    "stage": "定型",
    "order": "PO-2611-17",
    "procedure": "WI-端盖-03 v4",
    "due_on": "2026-12-05",
    "steps": _STEPS,
}
SAMPLES: dict[str, dict[str, Any]] = {
    "lot": {**_ITEM, "status": "passed", "produced_on": "2026-11-03", "expires_on": "2027-11-03"},
    "material": {
        **_ITEM,
        "status": "to_inspect",
        "supplier": "东莞市长安精密压铸有限公司",
        "supplier_lot": "CA-7781",
        "purchase_order": "P-2611-008",
        "storage": "干燥 Dry, ≤ 30 ℃",
        "location": "A-03-12",
        "received_on": "2026-11-03",
        "expires_on": "2027-11-03",
        "serial": "S0001",
        "gtin": "4006381333931",
    },
    "package": {
        **_ITEM,
        "consignee": "苏州工业园区恒力电机有限公司",
        "address": "江苏省苏州市工业园区星湖街 328 号 5 号楼",
        "contact": "陈工 0512-6288 0000",
        "order": "SO-2611-0009",
        "package": "3",
        "packages": "12",
        "gross_weight": "18.4 kg",
        "inspector": "周敏",
        "packed_on": "2026-11-20",
        "expires_on": "2027-11-03",
        "serial": "S0001",
        "gtin": "4006381333931",
    },
    "location": {
        "location_id": "SZ:A-03-12",
        "location": "A-03-12",
        "zone_zh": "待检区",
        "zone_en": "To inspect",
        "status": "to_inspect",
        "limit": "500 kg",
    },
    "equipment": {
        "equipment_id": "SZ:E-0107",
        "code": "E-0107",
        "name_zh": "数控车床",
        "name_en": "CNC lathe",
        "model": "CK6140",
        "serial": "20231107",
        "place": "一车间 3 线",
        "keeper": "王强",
        "in_use_since": "2024-02-01",
        "care_due_on": "2026-12-31",
    },
    "gauge": {
        "equipment_id": "SZ:G-0021",
        "code": "G-0021",
        "name_zh": "外径千分尺",
        "name_en": "Micrometer",
        "range": "0–25 mm",
        "calibrated_on": "2026-03-01",
        "due_on": "2027-02-28",
        "calibrated_by": "李娜",
    },
    "asset": {
        "asset_id": "SZ:AS-00318",
        "item_code": "PUMP-50",
        "item_name_zh": "不锈钢离心泵",
        "item_name_en": "Stainless centrifugal pump",
        "serial": "P5026110042",
        "lot_code": "L2611-03",
        "produced_on": "2026-11-03",
        "installed_on": "2026-11-20",
        "warranty_until": "2028-11-19",
        "customer": "苏州工业园区恒力电机有限公司",
        "maker": "随行示范工厂 Traveler demo plant",
        "service": "400-800-1234",
        "gtin": "4006381333931",
    },
    "badge": {
        "person_id": "zhoumin",
        "name": "周敏",
        "name_latin": "Zhou Min",
        "number": "0127",
        "role_zh": "检验员",
        "role_en": "Inspector",
        "department": "品管部",
        "site": "苏州工厂 Suzhou plant",
        "valid_until": "2027-12-31",
    },
    "status": {
        **{name: _ITEM[name] for name in _ITEM if name != "item_name_en"},
        "status": "on_hold",
        "reason": "尺寸超差 Ø 25.03 mm，等待评审",
        "inspector": "周敏",
        "decided_on": "2026-11-20",
    },
    "card-a5": _CARD,
    "card-a4": _CARD,
}


def sample(name: str = "lot", **changes: Any) -> Label:
    """The sample label of a layout with `changes`."""
    return label(layout(name), {**SAMPLES[name], **changes}, base_url=BASE_URL)
