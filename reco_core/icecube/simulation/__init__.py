"""Simulated IceCube events, from particles to stored pulses. In the order of what happens:

    neutrinos, earth, atmospheric, muons   particles are drawn (`given`: placed by hand)
    light_yield, light_fall, light         their light on each DOM (`world`: detector and ice)
    electrons, noise                       photo-electrons with their times, and dark noise
    launches, trigger, pulses              what the DOMs record, what triggers, what is stored
    kernel                                 all of that as two compiled functions
    chunk                                  a thousand events from one seed
    workers, runner, command               data sets of any size, on all cores

`parameters` holds every free number with its range, `mixes` what a set contains, `truth` what is
known of each event. docs/simulation.md compares the result with published distributions.
"""
