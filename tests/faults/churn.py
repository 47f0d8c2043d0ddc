"""A program that makes garbage all the time, and knows what must not be lost.

churn(n) changes a structure that is kept, and leaves rings behind; whole() says whether what is kept is as it must be,
and left() how many dead objects are left once all is collected.
"""

import gc, weakref
class Node:
    def __init__(self, number): self.number, self.other, self.values = number, None, [number, {"n": number}]
class Mortal(Node):
    died = 0
    def __del__(self): Mortal.died += 1
kept = {}
def ring(number, kind=Node):
    a, b = kind(number), kind(number)
    a.other, b.other = b, a
    return a
def churn(count):
    for i in range(count):
        # Made before the old one goes: a fault in between leaves one of both.
        new = ring(i, Mortal if i % 7 == 0 else Node)
        kept[i % 500] = new
        weakref.ref(new, lambda _: None)
def whole():
    return all(a.other.other is a and a.values == [a.number, {"n": a.number}] and a.number % 500 == key for key, a in kept.items())
def left():
    while gc.collect(): pass
    held = {id(node) for a in kept.values() for node in (a, a.other)}
    return sum(isinstance(o, Node) and id(o) not in held for o in gc.get_objects())
