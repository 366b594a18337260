"""What every command of the command line takes: settings with what was given put over them, and `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assistant.config import Settings

CatalogueName = Annotated[
    str | None, typer.Option("--catalogue", metavar="NAME", help="The imported catalogue to use.")
]
Who = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the record.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]


def read_settings(**given: Any) -> Settings:
    """Read the settings; what was given on the command line wins over the environment.

    Raises:
        ConfigError: a value cannot be used.
    """
    from pydantic import ValidationError

    from assistant.config import Settings
    from assistant.errors import ConfigError

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "AISLE_" + "_".join(str(part) for part in first["loc"]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{name} cannot be used: {reason}.") from error
