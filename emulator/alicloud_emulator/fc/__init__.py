"""Function Compute: the functions of s.yaml as processes, their triggers and queue, and one service of FC 2.0."""

from alicloud_emulator.fc.api import OPERATIONS
from alicloud_emulator.fc.functions import Functions

__all__ = ["OPERATIONS", "Functions"]
