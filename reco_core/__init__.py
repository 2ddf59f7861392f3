"""Physics and machine learning of Hitscope: no Dash, no HTTP, no SQL, no environment."""
