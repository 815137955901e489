"""The one error of this room, with a stable code.

The codes are turned into problems with both languages where a person meets them; nothing here
speaks to people.
"""

from typing import Literal

Code = Literal[
    "base_url",
    "code_character",
    "code_empty",
    "code_too_wide",
    "control_characters",
    "dpi",
    "expiry_date",
    "element_string",
    "element_value",
    "field_missing",
    "field_unknown",
    "field_value",
    "font_missing",
    "glyph_missing",
    "gtin_check_digit",
    "layout_file",
    "layout_unknown",
    "no_gtin_or_lot",
    "no_labels",
    "output",
    "page",
    "percent_encoding",
    "start",
    "table",
    "text_too_long",
]


class LabelError(ValueError):
    """A label that cannot be made, or a code that cannot be read, as asked.

    `code` is stable and may be tested; `about` is the character, field, path or text it is about;
    the message is for the log and the command line. `field` is the field whose text cannot be
    drawn, `heading` its names by language; both empty where it is none's.
    """

    def __init__(self, code: Code, about: str, *, message: str) -> None:
        super().__init__(message)
        self.code: Code = code
        self.about = about
        self.field = ""
        self.heading: dict[str, str] = {}
