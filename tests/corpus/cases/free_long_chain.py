# A doubly linked list of 20,000 nodes: clearing one frees its neighbours, and neither marking nor clearing may
# go as deep as the list is long.
expect = {"first": {"alive": "n"}, "middle": {"alive": "n"}, "last": {"alive": "n"}}
collected = 20_000


def run(case):
    class Node:
        __slots__ = ("next", "previous", "w")

    names = {0: "first", 10_000: "middle", 19_999: "last"}
    head = last = None
    for i in range(20_000):
        node = Node()
        node.w = case.witness(names[i]) if i in names else None
        node.previous = last
        if last is None:
            head = node
        else:
            last.next = node
        last = node
    head.previous = last
    case.prepare()
    del head, last, node
    case.collect()
