"""Routes of notices: a person asks for them in this browser, or no more."""

from dataclasses import dataclass
from typing import Any

from litestar import delete, get, post
from litestar.params import JSONBody

from server.notices import subscriptions
from server.notices.web_push import Browser, checked, public_text, server_key
from server.web.guard import Asking, lang_of, plant_of, signed_in
from server.web.threaded import threaded
from server.web.wire import answers
from sync.store import meta_of


@dataclass
class Subscription:
    """What the browser says of itself, and quiet hours (HH:MM, both empty for none)."""

    endpoint: str
    p256dh: str
    auth: str
    quiet_from: str = ""
    quiet_until: str = ""


@dataclass
class Standing:
    """The key to subscribe with, and what this sign-in asked for."""

    key: str
    subscribed: bool
    quiet_from: str
    quiet_until: str


@get("/sync/notices", responses=answers(Standing, 401))
@threaded
def standing(request: Asking) -> dict[str, Any]:
    """Whether this sign-in gets notices, and by which key. Problem: sign_in_needed."""
    plant, session = plant_of(request), signed_in(request)
    with plant.store.read() as connection:
        row = subscriptions.of_session(connection, session.id)
        key = public_text(server_key(meta_of(connection, "secret")))
    hours = {name: row[name] if row else "" for name in ("quiet_from", "quiet_until")}
    return {"key": key, "subscribed": row is not None, **hours}


@post("/sync/notices", status_code=200, responses=answers(Standing, 401, 422))
@threaded
def subscribe(request: Asking, data: JSONBody[Subscription]) -> dict[str, Any]:
    """Send notices to this browser. Problems: sign_in_needed, push_address_wrong,
    quiet_hours_wrong.
    """
    plant, session = plant_of(request), signed_in(request)
    hosts = tuple(plant.settings.push_hosts.split(","))
    browser = checked(Browser(data.endpoint, data.p256dh, data.auth), hosts)
    wish = subscriptions.Wish(browser, lang_of(request), data.quiet_from, data.quiet_until)
    with plant.store.write() as connection:
        subscriptions.subscribe(connection, session, wish, plant.now())
        key = public_text(server_key(meta_of(connection, "secret")))
    hours = {"quiet_from": data.quiet_from, "quiet_until": data.quiet_until}
    return {"key": key, "subscribed": True, **hours}


@delete("/sync/notices", status_code=204)
@threaded
def unsubscribe(request: Asking) -> None:
    """No more notices for this sign-in. Problem: sign_in_needed."""
    plant, session = plant_of(request), signed_in(request)
    with plant.store.write() as connection:
        row = subscriptions.of_session(connection, session.id)
        if row is not None:
            subscriptions.unsubscribe(connection, row["id"])


ROUTES = [standing, subscribe, unsubscribe]
