/** Python that several areas of the contract begin with. */

/** `Final` notes that its finalizer ran, `Lazarus` brings itself back into `kept`. */
export const FINALIZERS = `
seen, kept, unraisable = [], [], []
def hook(args):
    unraisable.append([type(args.exc_value).__name__, str(args.exc_value)])
sys.unraisablehook = hook

class Node:
    def __init__(self, name=None):
        self.name = name
        self.self = self

class Final(Node):
    def __del__(self):
        seen.append(self.name)

class Lazarus(Node):
    def __del__(self):
        seen.append(self.name)
        kept.append(self)

gc.disable()
gc.collect()
`;

/** `note(text)` is a weakref callback that adds `text` to `seen`; `Final` adds its finalizer. */
export const WEAKREFS = `
import weakref

class Node:
    def __init__(self, name=None):
        self.name = name
        self.self = self

class Final(Node):
    def __del__(self):
        seen.append("finalizer of " + str(self.name))

seen, unraisable = [], []
def hook(args):
    unraisable.append([type(args.exc_value).__name__, str(args.exc_value)])
sys.unraisablehook = hook

def note(text):
    return lambda ref: seen.append(text)

gc.disable()
gc.collect()
`;

/**
 * `churn()` allocates enough for several automatic collections; `collections` counts them. Everything
 * a `Canary` refers to must stay as it is.
 */
export const TRIGGERS = `
class Box:
    __slots__ = ("content",)

class Canary:
    def __init__(self, value):
        self.value = [value]
        self.self = self
    def sings(self):
        return self.self is self and len(self.value) == 1

def churn(n=500):
    for _ in range(n):
        a, b = Box(), Box()
        a.content, b.content = b, a

collections = []
gc.callbacks.append(lambda phase, info: collections.append(phase))
gc.collect()
collections.clear()
gc.set_threshold(20, 2, 2)
`;

/**
 * Objects die and bytes that look like no header take their places, while others are made: stale addresses lead into those.
 *
 * @param held how many objects live, each replaced in its turn
 * @param rounds how many times one is
 * @param each what is done in each round, when `number` is its number; indented by four
 */
export const hostile = (held: number, rounds: number, each: string): string => `
class Holder:
    def __init__(self): self.data = [self.__class__]
held = [Holder() for _ in range(${held})]
hostile = []
for number in range(${rounds}):
    place = number * 7919 % len(held)
    held[place] = None
    hostile.append(b"\\xff" * (20 + number % 160))
    if len(hostile) > 5000:
        hostile[number % 5000] = None
        hostile.pop()
    held[place] = Holder()
${each}
whole = sum(holder.data == [Holder] for holder in held)
`;
