"""The Liquid environment of the server: templates, filters, and a page inside its layout.

The device renders the same files, compiled (`pwa/templates.mjs`, ADR 32) after LiquidJS. Where it
and python-liquid part, both are set to the stricter: no built-in filter, every value escaped,
nothing undefined.
Words and formats are `server.pages.wording`; what a page is given comes from its route.
"""

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from liquid import CachingDictLoader, Environment, Markup, StrictUndefined

from server.pages import wording
from server.pages.label_fields import numbered
from server.pages.wording import Wording

LAYOUT = "layout/page"
FRAGMENT = "layout/fragment"


def read_templates(folder: Path) -> dict[str, str]:
    """Template sources by name: the path below the folder without its suffix."""
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.liquid"))
    }


class Renderer:
    """Renders templates in either language.

    `locale` holds the messages by language, `problems` texts by code, `kinds` roles by entry kind.
    """

    def __init__(
        self,
        templates_dir: Path,
        locale: Mapping[str, Mapping[str, Any]],
        problems: Mapping[str, Mapping[str, Any]],
        kinds: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.templates = read_templates(templates_dir)
        self._words = {lang: Wording(lang, locale[lang], problems) for lang in wording.LANGUAGES}
        self._environments = {
            lang: self._environment(words, kinds) for lang, words in self._words.items()
        }

    def render(self, template: str, context: Mapping[str, Any], lang: str) -> str:
        """A page in its layout; alone with title and navigation where `context.partial` is true.

        A template whose name begins with `_` is rendered bare. `context` is seen by every partial
        that the page renders; only what a template assigns stays in that template.
        """
        environment = self._environments[lang]
        main = environment.get_template(template).render(context)
        if template.rpartition("/")[2].startswith("_"):
            return main
        around = FRAGMENT if context["partial"] else LAYOUT
        return environment.get_template(around).render({**context, "main": main})

    @property
    def digest(self) -> str:
        """SHA-256 of all templates, hex; `digestOf` of the device app's build is the same."""
        told = "".join(f"{name}\0{self.templates[name]}\0" for name in sorted(self.templates))
        return hashlib.sha256(told.encode()).hexdigest()

    def problem(self, problem: Mapping[str, Any], lang: str) -> str:
        """A Problem's sentence, for those who are not given a page."""
        return self._words[lang].problem(problem)

    def _environment(self, words: Wording, kinds: Mapping[str, Mapping[str, Any]]) -> Environment:
        environment = Environment(
            loader=CachingDictLoader(self.templates, auto_reload=False),
            autoescape=True,
            undefined=StrictUndefined,
        )
        environment.suppress_blank_control_flow_blocks = False
        environment.filters.clear()
        for name, function in (word_filters(words) | VALUE_FILTERS).items():
            environment.add_filter(name, function)
        environment.add_filter("may", partial(may, kinds))
        environment.add_filter("rendered_main", Markup)  # the layout's only unescaped output
        return environment


def word_filters(words: Wording) -> dict[str, Any]:
    """The filters that speak a language."""

    def t(key: str, params: Mapping[str, Any] | None = None, **named: Any) -> str:
        return words.text(str(key), {**(params or {}), **named})

    return {
        "t": t,
        "label": lambda value, prefix="": words.label(value, str(prefix)),
        "l": words.name,
        "problem": words.problem,
    }


def may(
    kinds: Mapping[str, Mapping[str, Any]], what: Any, me: Mapping[str, Any] | None, key: Any = None
) -> bool:
    """Whether somebody holds, at the site of the key, a role for an entry kind or of a list.

    Without a key any site will do. The rule is the gate's; here it only spares people a refusal.
    """
    roles = what if isinstance(what, list) else at_kind(kinds, what)
    if me is None or roles is None:
        return False
    here = wording.site(key)
    seats = [seat.partition(":") for seat in me["seats"]]
    return any(role in roles and here in ("", site) for site, _, role in seats)


def at_kind(kinds: Mapping[str, Mapping[str, Any]], kind: Any) -> Any:
    """The roles of an entry kind, None for a kind that nobody declared."""
    return wording.at(kinds.get(str(kind)), "roles")


VALUE_FILTERS: dict[str, Any] = {
    "append": lambda value, more: "".join(str(x) for x in (value, more) if x is not None),
    "at": wording.at,
    "before": wording.before,
    "covers": wording.covers,
    "day": wording.day,
    "encode": lambda value: wording.encoded(str(value)),
    "has": wording.has,
    "id": wording.identity,
    "json": wording.compact,
    "moment": wording.moment,
    "numbered": numbered,
    "path": wording.path,
    "qty": lambda value: "" if value is None else str(value),
    "short": wording.short,
    "site": wording.site,
    "whole": wording.whole,
}
