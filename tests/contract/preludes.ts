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
