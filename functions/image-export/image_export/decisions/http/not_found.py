"""404 for the id of an export, a restore or a drill that is none, or that nothing has. Pure."""

import re

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.forms import DRILL_ID, EXPORT_ID, RESTORE_ID

FORMS = {"ExportId": EXPORT_ID, "RestoreId": RESTORE_ID, "DrillId": DRILL_ID}  # by how routes call them
NAMED_MAX = 80


def check_ids(values: dict[str, str]) -> None:
    """Raises AskerFault 404 for what cannot be an id: it never becomes a key of the ledger."""
    for name, value in values.items():
        if not re.fullmatch(FORMS[name], value):
            raise not_found(name, value)


def not_found(name: str, value: str) -> AskerFault:
    """404 ExportNotFound, RestoreNotFound or DrillNotFound."""
    what = name.removesuffix("Id")
    advice = f"Check the id; GET /{what.lower()}s lists what there is."
    message = f"There is no {what.lower()} {value[:NAMED_MAX]!r}."
    return AskerFault(Cause(code=f"{what}NotFound", message=message, recommend=advice), status=404)
