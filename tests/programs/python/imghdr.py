"""What programs of this time used of a module that Python 3.13 removed."""


tests = []


def what(file, h=None):
    """The kind of an image: none is known."""
    return None
