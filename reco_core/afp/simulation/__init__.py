"""Simulated events of one AFP station each, from a proton to stored charges. In order of use:

    parameters, severities   every number, with its unit and where it comes from
    classes, mixes           what an event can be, and what a data set holds
    conditions               where the planes of a run really are, what is dead or hot in them
    tracks, response         a straight line through the planes, and the charge it leaves there
    anomalies                what goes wrong in each class of anomalies
    kernel, chunk            one event, as compiled code; some thousand events, as columns
    dataset_files            hits.parquet and truth.parquet, part by part
    runner, command          data sets of any size, on all cores

docs/afp.md says what comes out; document.py makes its tables.
"""
