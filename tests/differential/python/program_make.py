"""Random programs: lists of statements in the words of program_prelude.py, of which each can be left out."""

import random

import program_prelude as prelude

VARIABLES = 8


class Maker:
    """Makes the statements of one program."""

    def __init__(self, seed, length, is_manual):
        self.random = random.Random(seed)
        self.length, self.is_manual = length, is_manual
        self.names = 0

    def make(self):
        kinds = [self.create] * 4 + [self.ring] * 3 + [self.link] * 8 + [self.drop] * 6 + [self.wrap] * 3 + [self.look] * 3
        kinds += [self.watch] * 3 + [self.use, self.collect, self.noise, self.tune, self.weak, self.cut, self.made]
        kinds += [self.peek] * (4 if self.is_manual else 0) + [self.collect] * (4 if self.is_manual else 0)
        return [self.random.choice(kinds)() for _ in range(self.length)]

    def variable(self):
        return f"v{self.random.randrange(VARIABLES)}"

    def name(self):
        self.names += 1
        return f"n{self.names}"

    def several(self, least, most):
        return [self.name() for _ in range(self.random.randint(least, most))]

    def kind(self):
        return self.random.randrange(len(prelude.CLASSES))

    def way(self):
        return self.random.randrange(len(prelude.WRAPS))

    def create(self):
        return f"{self.variable()} = CLASSES[{self.kind()}]({self.name()!r})"

    def made(self):
        return f"{self.variable()} = new_class({self.name()!r}, {self.variable()})"

    def ring(self):
        if self.random.random() < 0.2:
            return f"{self.variable()} = chain({self.several(2, 40)!r}, {self.kind()})"
        return f"{self.variable()} = ring({self.several(1, 5)!r}, {self.kind()}, {self.way()})"

    def link(self):
        return f"link({self.variable()}, {self.variable()}, {self.way()})"

    def cut(self):
        return f"{self.variable()}.edges.pop()"

    def drop(self):
        return f"{self.variable()} = None"

    def wrap(self):
        return f"{self.variable()} = WRAPS[{self.way()}]({self.variable()})"

    def look(self):
        return f"say(names({self.variable()}))"

    def watch(self):
        return f"{self.random.choice(['watch', 'finalize'])}({self.variable()}, {self.name()!r})"

    def weak(self):
        return f"{self.variable()} = Plain({self.name()!r}); link({self.variable()}, reference({self.variable()}), 0)"

    def use(self):
        x = self.variable()
        return self.random.choice([f"next({x})", f"{x}.close()", f"{x}.send(None)", f"{x}()", f"{x}.throw(KeyError)", f"{x}.__init__('again')"])

    def noise(self):
        return f"noise({self.random.choice([1, 10, 100])})"

    def collect(self):
        return "gc.collect()" if self.is_manual else f"gc.collect({self.random.randrange(3)})"

    def tune(self):
        if self.is_manual:
            return "gc.get_objects(); gc.get_stats(); gc.get_count()"
        return self.random.choice(["gc.set_threshold({}, {})".format(*(self.random.choice([1, 3, 10, 50, 700]) for _ in "ab")),
                                   "gc.disable()", "gc.enable()", "gc.enable()"])

    def peek(self):
        x = self.variable()
        return self.random.choice([
            f"see([r() is None for r in kept])", f"see(gc.is_tracked({x}))", f"see(len(gc.get_referrers({x})) if hasattr({x}, 'name') else 0)",
            f"see(weakref.getweakrefcount({x}))", f"see(gc.is_finalized({x}))", f"see(len(saved))",
        ])
