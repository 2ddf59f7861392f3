"""Pure pieces of pages: data in, Dash components out."""
