"""The ways in. `base` is the one path of a message; a channel authenticates, admits and replies."""
