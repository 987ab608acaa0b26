"""What can be done once more: failed and cancelled exports, rejected events, and what could not be delivered."""
