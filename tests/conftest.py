"""What holds for every test: no claim rests on how fast the machine is, and processes run this checkout's code."""

import os

from hypothesis import settings

from tests.commands import CODE

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
os.environ.update(CODE)
