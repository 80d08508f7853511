"""The options by which the commands of ops name an installation."""

from typing import Annotated

import typer

StageOption = Annotated[
    str | None,
    typer.Option("--stage", metavar="STAGE", help="The stage on AWS, by the name it was deployed with: dev, prod."),
]
RegionOption = Annotated[
    str | None,
    typer.Option("--region", metavar="REGION", help="Where that stage is. Default: as AWS_REGION or your profile say."),
]
