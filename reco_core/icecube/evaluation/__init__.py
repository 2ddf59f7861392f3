"""How good the methods are on events whose truth is known."""
