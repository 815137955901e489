"""The model: every document type and entry kind of this domain, in one table for the engine."""

from server.domain import (
    approval_decision,
    case_resolution,
    correction,
    delivery,
    item,
    job_step,
    label_print,
    label_queue,
    label_void,
    lot_birth,
    lot_status,
    movement,
    note,
    order,
    person,
    printer,
    procedure,
    requisition_ask,
    requisition_close,
    resumption,
    rights,
    signer,
    stocktaking,
    visit_plan,
    visit_step,
)
from server.domain.approval import Approval
from server.domain.case import Case, park, settled
from server.domain.item import Item
from server.domain.job import Job
from server.domain.label import Label
from server.domain.lot import Lot
from server.domain.order import Order
from server.domain.person import Person, Site
from server.domain.printer import Printer
from server.domain.procedure import Procedure
from server.domain.requisition import Requisition
from server.domain.signer import Signer
from server.domain.visit import Visit
from sync.document import Document
from sync.reconcile import Kind, Model

DOCUMENTS: dict[str, type[Document]] = {
    cls.type: cls
    for cls in (
        Site,
        Person,
        Signer,
        Item,
        Lot,
        Label,
        Printer,
        Procedure,
        Order,
        Job,
        Requisition,
        Approval,
        Visit,
        Case,
    )
}
KINDS: dict[str, Kind] = {
    kind.name: kind
    for module in (
        person,
        signer,
        item,
        procedure,
        order,
        lot_birth,
        lot_status,
        job_step,
        visit_step,
        visit_plan,
        requisition_ask,
        requisition_close,
        movement,
        stocktaking,
        approval_decision,
        case_resolution,
        note,
        correction,
        delivery,
        printer,
        label_print,
        label_queue,
        label_void,
    )
    for kind in module.KINDS
}
KINDS[resumption.RESUMED] = resumption.kind_over(KINDS)
MODEL = Model(
    documents=DOCUMENTS,
    kinds=KINDS,
    gate=rights.gate,
    gate_needs=rights.gate_needs,
    park=park,
    settled=settled,
)
