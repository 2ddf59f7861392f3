"""The Dash front end of Hitscope."""
