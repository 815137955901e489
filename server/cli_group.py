"""What every group of commands is made with: how one is added, and the settings it works by."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

from server.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Command = Callable[[Commands, str, object, str], argparse.ArgumentParser]
SettingsOf = Callable[[argparse.Namespace], Settings]


class Group:
    """Adds its commands to a parser; `settings_of` reads the options that all commands share."""

    def __init__(self, command: Command, settings_of: SettingsOf) -> None:
        self._command = command
        self._settings_of = settings_of
