"""What residents see: templates, styles and script of the chat page, and the script that a council's site embeds."""
