"""Alibaba Cloud on this machine: ECS images and their exports, STS, RAM, OSS, EventBridge, Function Compute.

It knows no project that runs on it, and shares no code with one or with the vendors' SDKs.
"""

__version__ = "0.1.0"
