"""Use cases of the app without Dash."""
