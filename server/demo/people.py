"""The demo's people and their password, as the accounts and the start-up message need them."""

from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel

from server.domain.person import Role

PASSWORD = "traveler-demo"  # noqa: S105 - a demo plant on one's own machine


class DemoPerson(BaseModel):
    """Somebody of the demo plant; `roles` by site code."""

    login: str
    name: str
    roles: dict[str, list[Role]]


def _read() -> dict[str, Any]:
    source = files(__package__).joinpath("people.yaml").read_text("utf-8")
    read: dict[str, Any] = yaml.safe_load(source)
    return read


SITES: tuple[dict[str, str], ...] = tuple(_read()["sites"])
PEOPLE = tuple(DemoPerson.model_validate(one) for one in _read()["people"])
PASSWORDS = {person.login: PASSWORD for person in PEOPLE}
