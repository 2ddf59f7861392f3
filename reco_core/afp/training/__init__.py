"""How the weights of the anomaly detectors are trained, shipped ones and a user's own."""
