# Instances that share one table of keys, then part from it: one deletes a key, one gets a dict object, one has its
# dict replaced. Every layout of an instance's values in one cycle.
expect = {name: {"alive": "n"} for name in ("inline", "deleted", "materialised", "replaced", "grown")}


def run(case):
    class A:
        pass

    nodes = []
    for name in expect:
        node = A()
        node.w, node.x, node.y = case.witness(name), None, None
        nodes.append(node)
    for i, node in enumerate(nodes):
        node.next = nodes[i - 1]
    del nodes[1].x
    nodes[2].__dict__["z"] = nodes[2]
    nodes[3].__dict__ = dict(nodes[3].__dict__, z=nodes[3])
    for i in range(100):
        setattr(nodes[4], f"attribute{i}", nodes[i % 5])
    case.prepare()
    del node
    nodes.clear()
    case.collect()
