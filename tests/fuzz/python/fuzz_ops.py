"""What happens to a random heap: lists of small integers, so that they can be written down and cut short.

Every operation names nodes by number; one that names a node that does not exist or cannot be reached any
more does nothing. So any part of a list of operations is itself a list of operations.
"""

import random

from fuzz_kinds import KINDS

# An operation is [name, ...numbers]
NAMES = ("new", "link", "unlink", "root", "unroot", "dict", "resize", "weakref", "weaklink", "collect", "churn")
WEIGHTS = (10, 26, 8, 3, 12, 3, 4, 4, 3, 6, 2)
FINALIZERS = ("", "plain", "resurrects", "drops", "collects")
FINALIZER_WEIGHTS = (12, 3, 2, 1, 1)
ROOTS = ("dict", "frame", "refcount", "javascript")
ROOT_WEIGHTS = (12, 2, 2, 1)


def generate(seed, heap, mutations):
    """The operations of heap number `heap`: some nodes to begin with, then `mutations` of every kind."""
    rnd = random.Random(f"{seed}:{heap}")
    # Half of the heaps meet collections that nobody asked for, at any allocation.
    operations = [["automatic", rnd.choice((0, 0, 7, 30))]]
    nodes = rnd.randint(4, 24)
    for number in range(nodes):
        operations.append(_new(rnd, number, nodes, rooted=rnd.random() < 0.7))
    for _ in range(mutations):
        name = rnd.choices(NAMES, WEIGHTS)[0]
        a, b, slot = rnd.randrange(nodes), rnd.randrange(nodes), rnd.randrange(3)
        if name == "new":
            operations.append(_new(rnd, nodes, nodes, rooted=rnd.random() < 0.5))
            nodes += 1
        elif name in ("link", "weaklink"):
            operations.append([name, a, slot, b])
        elif name == "unlink":
            operations.append([name, a, slot])
        elif name == "root":
            operations.append([name, a, rnd.choices(range(len(ROOTS)), ROOT_WEIGHTS)[0]])
        elif name == "resize":
            operations.append([name, a, rnd.choice((0, 1, 6, 33))])
        elif name == "collect":
            operations.append([name, rnd.choice((0, 0, 1, 2, 2))])
        elif name == "churn":
            operations.append([name, rnd.choice((10, 100, 400))])
        else:
            operations.append([name, a])
    operations.append(["collect", 2])
    return operations


def _new(rnd, number, nodes, rooted):
    """[new, number, kind, finalizer, kind of root or -1, three nodes to refer to, of whom some may not exist]"""
    kind = rnd.randrange(len(KINDS))
    finalizer = rnd.choices(range(len(FINALIZERS)), FINALIZER_WEIGHTS)[0] if KINDS[kind].base else 0
    root = rnd.choices(range(len(ROOTS)), ROOT_WEIGHTS)[0] if rooted else -1
    return ["new", number, kind, finalizer, root, *(rnd.randrange(nodes) for _ in range(3))]


def describe(operations):
    """The same for people, one line each."""
    lines = []
    for i, (name, *rest) in enumerate(operations):
        if name == "new":
            number, kind, finalizer, root, *targets = rest
            what = f"node {number} = {KINDS[kind].name}, towards {targets}"
            what += f", finalizer {FINALIZERS[finalizer]}" if finalizer else ""
            what += f", rooted by {ROOTS[root]}" if root >= 0 else ""
        else:
            what = f"{name} {' '.join(map(str, rest))}"
        lines.append(f"{i:4} {what}")
    return "\n".join(lines)
