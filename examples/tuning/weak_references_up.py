"""Refer upwards weakly: a tree is no cycle then, and dies at once with its last reference."""

import weakref


class Strong:
    def __init__(self, above=None):
        self.above, self.below = above, []
        if above is not None:
            above.below.append(self)


class Weak:
    def __init__(self, above=None):
        self.above, self.below = above and weakref.ref(above), []
        if above is not None:
            above.below.append(self)


def trees(size, kind):
    made = 0
    for _ in range(size // 50):
        top = kind()
        for _ in range(7):
            middle = kind(top)
            for _ in range(6):
                kind(middle)
        made += 1 + len(top.below) * 7
    return made


def plain(size):
    return trees(size, Strong)


def advised(size):
    return trees(size, Weak)
