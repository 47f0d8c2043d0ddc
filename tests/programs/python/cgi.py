"""What programs of this time used of a module that Python 3.13 removed."""

import re
from email.message import Message


def parse_header(line):
    """The value of a header, and its parameters."""
    message = Message()
    message["content-type"] = line
    (value, _), *parameters = message.get_params(failobj=[(line, "")])
    return value, dict(parameters)


def valid_boundary(boundary):
    """True for what may separate the parts of a message."""
    text = boundary.decode("ascii") if isinstance(boundary, bytes) else boundary
    return re.fullmatch("[ -~]{0,200}[!-~]", text) is not None
