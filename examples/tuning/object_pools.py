"""Use objects again instead of making new ones: a list of free ones, as C programs have it."""


class Particle:
    __slots__ = ("x", "y", "trail")

    def __init__(self):
        self.trail = []

    def start(self, x, y):
        self.x, self.y = x, y
        self.trail.clear()
        return self


class Pool:
    def __init__(self):
        self.free = []

    def take(self):
        return self.free.pop() if self.free else Particle()

    def give(self, particle):
        self.free.append(particle)


def simulate(size, take, give):
    alive, moved = [], 0
    for i in range(size):
        particle = take().start(i, -i)
        particle.trail.append(i)
        alive.append(particle)
        if len(alive) > 500:
            for old in alive[:250]:
                moved += old.x + old.y + 1
                give(old)
            del alive[:250]
    return moved + len(alive)


def plain(size):
    return simulate(size, Particle, lambda particle: None)


def advised(size):
    pool = Pool()
    return simulate(size, pool.take, pool.give)
