"""A plan of a restore, field by field with its origin, or as one document. Asks nobody."""

from collections.abc import Iterator

from rich.text import Text

from image_export.values.restore.restore import PlannedField, RestorePlan

from ..deployed import cause_in_words
from ..hanging import show_hanging
from ..options import Output
from ..tables import Column, show_document, show_table, show_text

STYLES = {"mapped": "yellow", "lost": "red"}
COLUMNS = (
    Column("FIELD", lambda one: one.about, folds=True),
    Column("VALUE", lambda one: one.value, folds=True),
    Column("FROM", lambda one: one.origin, lambda one: STYLES.get(one.origin, "")),
    Column("NOTE", lambda one: one.note or "", folds=True),
)


def show_plan(plan: RestorePlan, where: str, output: Output) -> None:
    """All of it, on stdout. `where`: account and region as the policy names them."""
    if output == "json":
        show_document(plan)
        return
    show_hanging(_head(plan, where))
    if plan.fields:
        show_hanging([("", Text())])
        show_table(COLUMNS, [*_name(plan), *plan.fields])
    show_hanging([("", Text())])
    show_hanging(("Warning", Text(warning, style="yellow")) for warning in plan.warnings)
    if plan.refusal:
        show_text(f"✗ It would be refused. {cause_in_words(plan.refusal)}")
    else:
        show_text("✓ It would be restored. Nothing was done.")


def _name(plan: RestorePlan) -> Iterator[PlannedField]:
    derived = plan.image_name.rpartition("-restored-")[1]
    note = "unless --name says another; each restore ends otherwise" if derived else None
    yield PlannedField(about="ImageName", value=plan.image_name, origin="default" if derived else "asked", note=note)


def _head(plan: RestorePlan, where: str) -> Iterator[tuple[str, Text]]:
    yield "Manifest", Text(plan.manifest)
    yield "Of export", Text(plan.export_id)
    yield "Account, region", Text(f"{where} ({plan.account_id})")
    if plan.import_region_id:
        yield "Imported in", Text(f"{plan.import_region_id}, as an image that is deleted when the copy is there")
    for source in plan.sources:
        yield "Object", Text(f"{source.oss_object}  {source.image_format}, {source.disk_image_size} GiB")
    if plan.sources:
        yield "Costs", Text(cost(plan))


def cost(plan: RestorePlan) -> str:
    """In words: no price list is known here."""
    disks, size_gib = len(plan.sources), sum(source.disk_image_size for source in plan.sources)
    snapshots = "1 snapshot" if disks == 1 else f"{disks} snapshots"
    kept = f"{snapshots}, of disks of {size_gib} GiB, as long as there is the image"
    if plan.import_region_id:
        kept += f"; until its end the same in {plan.import_region_id}, and the copy's traffic between the regions"
    return f"{kept}; until its end the unpacked disks in the bucket" if plan.unpacks else kept
