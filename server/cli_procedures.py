"""Commands about procedures: `traveler procedure publish | list | show`."""

import argparse
import sys
from pathlib import Path

import yaml

from server.cli_group import Commands, Group
from server.cli_plant import plant_there
from server.cli_sites import must_be_site
from server.cli_words import padded
from server.domain.model import DOCUMENTS
from server.domain.procedure import Procedure, ProcedurePublished
from server.plant import Plant
from server.procedures import shipped, shipped_texts
from server.procedures.definition import read
from server.setup import perform_all_now
from sync import documents
from sync.problem import Problem

SHOW = """print a definition as YAML, to begin one of your own from: a shipped one, or with --site
the newest revision that is published there"""
WIDTH = 100


class ProcedureCommands(Group):
    """Adds the commands to a parser; `settings_of` reads the options that all commands share."""

    def add_to(self, commands: Commands) -> None:
        """Put `procedure` among the commands."""
        procedure = commands.add_parser("procedure", help="publish, list or show procedures")
        verbs = procedure.add_subparsers(required=True, metavar="VERB")
        text = "publish definitions (YAML), all of them or none; a published revision never changes"
        publish = self._command(verbs, "publish", self._publish, text)
        publish.add_argument("files", nargs="*", type=Path, metavar="FILE.yaml")
        publish.add_argument("--shipped", action="store_true", help="those that come with Traveler")
        listing = self._command(verbs, "list", self._list, "list what is published at a site")
        for command in (publish, listing):
            command.add_argument("--site", required=True, help="code of the site, e.g. SZ")
        show = self._command(verbs, "show", self._show, SHOW)
        show.add_argument("code", help=f"shipped are {', '.join(shipped_texts())}")
        show.add_argument("--site", help="code of the site, e.g. SZ")

    def _publish(self, arguments: argparse.Namespace) -> int:
        given = [read(_text(file), str(file)) for file in arguments.files]
        given += shipped() if arguments.shipped else []
        if not given:
            raise Problem("definition_missing", {})
        with plant_there(self._settings_of(arguments)) as plant:
            must_be_site(plant, arguments.site)
            there = _published(plant, arguments.site)
            new = [one for one in given if _is_new(one, there, arguments.site)]
            _add(plant, arguments.site, new)
        for one in given:
            done = "published" if one in new else "is published already, just so"
            print(f"{one.code} revision {one.revision} {done}")
        return 0

    def _list(self, arguments: argparse.Namespace) -> int:
        with plant_there(self._settings_of(arguments)) as plant:
            must_be_site(plant, arguments.site)
            there = _published(plant, arguments.site)
        for one in there:
            steps = f"{len(one.steps)} steps"
            told = f"{padded(one.code, 22)} {one.revision:>3}  {one.subject:<6}{steps:<9}"
            print(f"{told} {padded(one.title.zh, 28)} {one.title.en}")
        return 0

    def _show(self, arguments: argparse.Namespace) -> int:
        if arguments.site:
            with plant_there(self._settings_of(arguments)) as plant:
                must_be_site(plant, arguments.site)
                there = _published(plant, arguments.site)
            known = {one.code: _as_yaml(_definition(one)) for one in there}
        else:
            known = shipped_texts()
        if arguments.code not in known:
            params = {"code": arguments.code, "codes": list(known)}
            raise Problem("procedure_unknown", params)
        sys.stdout.write(known[arguments.code])
        return 0


def _text(file: Path) -> str:
    data = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem("definition_no_yaml", {"file": str(file), "line": 1, "why": "UTF-8, GB18030"})


def _published(plant: Plant, site: str) -> list[Procedure]:
    """By code, older revisions first."""
    with plant.store.read() as connection:
        keys = documents.find(connection, [f"procedure.site={site}"])
        found = documents.load(connection, DOCUMENTS, set(keys)).values()
    procedures = [one for one in found if isinstance(one, Procedure)]
    return sorted(procedures, key=lambda one: (one.code, one.revision))


def _is_new(given: ProcedurePublished, there: list[Procedure], site: str) -> bool:
    """Problem: procedure_revision_taken, by another definition or a later one."""
    versions = {one.revision: one for one in there if one.code == given.code}
    same = versions.get(given.revision)
    if same is not None and _definition(same) == given:
        return False
    if same is not None or given.revision < max(versions, default=0):
        params = {"code": given.code, "revision": given.revision, "site": site}
        raise Problem("procedure_revision_taken", params | {"next": max(versions) + 1})
    return True


def _definition(published: Procedure) -> ProcedurePublished:
    names = ProcedurePublished.model_fields
    return ProcedurePublished.model_validate({name: getattr(published, name) for name in names})


def _as_yaml(definition: ProcedurePublished) -> str:
    told = definition.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=WIDTH)


def _add(plant: Plant, site: str, definitions: list[ProcedurePublished]) -> None:
    bodies = {
        f"procedure/{site}:{one.code}.v{one.revision}": one.model_dump(mode="json")
        for one in definitions
    }
    perform_all_now(plant, "procedure.published", bodies)
