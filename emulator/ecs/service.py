"""Images and tasks."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.cloud import Cloud


class Ecs:
    """Images and tasks of the account."""

    def __init__(self, cloud: "Cloud") -> None:
        self.cloud = cloud

    def create_image(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Make an image."""
        return fields

    def change_image(self, image_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Change an image."""
        return {"ImageId": image_id, **fields}

    def start_foreign_export(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Start an export that is not ours."""
        return fields

    def images_state(self) -> list[dict[str, Any]]:
        """Every image."""
        return []

    def tasks_state(self) -> list[dict[str, Any]]:
        """Every task."""
        return []
