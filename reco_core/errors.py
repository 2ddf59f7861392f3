"""Every error that a user of Hitscope can cause, in one tree.

HitscopeError                 message = what, the value, where, what to do
├── DatasetError              a folder or file cannot be used as a data set
│   └── FileFormatError       a file is there but is truncated or has the wrong columns or types
├── EventError                the pulses of one event break the rules of the format
├── NotFoundError             no data set, batch or event of that name
├── ServiceError              a service (cache, inference, jobs) cannot do what was asked
├── ReconstructionError       a fit has no answer for this event; the text is the reason
└── SettingError              a setting or command line option has an impossible value
"""

from __future__ import annotations


class HitscopeError(Exception):
    """Base of all errors with a message meant for the user."""


class DatasetError(HitscopeError):
    """A folder or file cannot be used as a data set."""


class FileFormatError(DatasetError):
    """A file is there but is truncated, or has the wrong columns or types."""


class EventError(HitscopeError):
    """The pulses of one event break the rules of the format."""


class NotFoundError(HitscopeError):
    """No data set, batch or event of that name."""


class ReconstructionError(HitscopeError):
    """A fit has no answer for this event; the message is the reason."""


class ServiceError(HitscopeError):
    """A service (cache, inference, jobs) cannot do what was asked."""


class SettingError(HitscopeError):
    """A setting or command line option has an impossible value."""
