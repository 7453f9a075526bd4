"""The channel "telegram". `channel` is the door for updates; the rest is loaded only where there is a bot's token."""
