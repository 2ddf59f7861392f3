"""The deadly and odd algorithms of slow_algorithms.py as a plug-in of their own."""

from tests.app.services.slow_algorithms import BROKEN, DEADLY, WITHOUT_ANSWER

ALGORITHMS = [DEADLY, BROKEN, WITHOUT_ANSWER]
