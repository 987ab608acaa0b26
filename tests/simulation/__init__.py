"""Lives of exports, each decided by one seed: the real use cases over fakes, faults at every call, virtual time.

It proves nothing for the cloud itself: what ECS, OSS and FC are taken to do is said in `tasks.py`, `weather.py` and
`world.py`. `make simulate SEEDS=1-1000` lives them; one seed alone prints its trace.
"""
