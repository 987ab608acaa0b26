"""Every event of the log: its level, its fields, what it means and what to do. Data; docs/operate.md is made from it.

No function imports it, since a cold start would pay for it: a test compares each line that the code logs with it.
"""

from .log_event import LogEvent
from .of_deliveries import DELIVERIES
from .of_drills import DRILLS
from .of_entrances import ENTRANCES
from .of_exports import EXPORTS
from .of_instances import INSTANCES
from .of_looks import LOOKS
from .of_restores import RESTORES

EVERY_LINE = ("timestamp", "level", "event", "request_id", "function")
OF_AN_EXPORT = ("export_id", "region_id", "image_id", "task_id")
SECTIONS: dict[str, tuple[LogEvent, ...]] = {
    "Exports": EXPORTS,
    "Restores": RESTORES,
    "Drills": DRILLS,
    "Events and requests that arrive": ENTRANCES,
    "Looks at the cloud and the ledger": LOOKS,
    "Deliveries to notify targets": DELIVERIES,
    "Instances and invocations": INSTANCES,
}
EVENTS = {event.name: event for section in SECTIONS.values() for event in section}
