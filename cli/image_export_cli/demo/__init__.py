"""The demo: the main job on the emulator, seen from outside. It asks only the emulator, OSS and the HTTP trigger."""
