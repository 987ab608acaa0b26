"""What the project costs, measured on the emulator: `make bench`. Each row is a module; `__main__` names them."""
