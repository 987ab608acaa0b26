"""Alibaba Cloud on this machine: the services that image-export touches, on loopback.

It knows nothing of `image_export`, and shares no code with it or with the vendors' SDKs.
"""

__version__ = "0.1.0"
