"""IceCube: detector, events, reconstructions, classification, simulation."""
