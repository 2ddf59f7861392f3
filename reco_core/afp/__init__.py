"""ATLAS Forward Proton: four silicon planes a station, read as hits."""
