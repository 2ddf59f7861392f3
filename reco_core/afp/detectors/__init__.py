"""Anomaly detectors: one row of registry.DETECTORS each. A higher score is more anomalous."""
