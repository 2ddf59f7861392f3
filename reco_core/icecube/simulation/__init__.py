"""A first simulation of IceCube events: particles, their light, the read-out. Averaged physics.

What it leaves out: tilt and anisotropy of the ice, the module's view in one direction, dead
modules, all but a rough saturation, correlated noise, tau neutrinos, absorption by the Earth, and
measured spectra.
"""
