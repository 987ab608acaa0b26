"""An export's state, and the one next step: READY, IN_DOUBT, EXPORTING, ended. Pure."""
