"""How well anomaly detectors tell anomalous events from good ones, by the truth."""
