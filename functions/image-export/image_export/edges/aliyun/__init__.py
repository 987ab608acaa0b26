"""Alibaba Cloud as the functions call it: ECS, STS, OSS, each through its SDK."""
