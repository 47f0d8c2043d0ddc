"""Builds the heap of a case, runs it, and says where it differs from what the case expects."""

import functools
import gc
import importlib.util
import json
import sys
import types

import moult_code  # noqa: F401  (registers its kinds)
import moult_finalizers
from moult_case import Case
from moult_kinds import KINDS


def has(need):
    """Whether the host has what a case needs: a module, or at least a version as `py3.14`."""
    if need.startswith("py"):
        return sys.version_info[:2] >= tuple(map(int, need[2:].split(".")))
    return importlib.util.find_spec(need) is not None


def build(spec, case):
    """The heap of `spec`, rooted as it says. Only roots hold it afterwards."""
    builder = Builder(spec, case)
    for name in spec["nodes"]:
        builder.make(name)
    for edge in spec["edges"]:
        builder.link(edge)
    for name, node in spec["nodes"].items():
        if "rooted" in node:
            case.root(name, builder.objects[name], node["rooted"])
    case.prepare()
    builder.objects.clear()


class Builder:
    """Makes nodes in an order that lets immutable ones be born with their edges. Free of cycles itself."""

    def __init__(self, spec, case):
        self.nodes = spec["nodes"]
        self.case = case
        self.objects = {}
        self.edges = {}
        for edge in spec["edges"]:
            self.edges.setdefault(edge["from"], []).append(edge)
        self.making = set()

    def make(self, name):
        if name in self.objects:
            return self.objects[name]
        if name in self.making:
            raise ValueError(f"{name}: a cycle of edges that must all exist before their objects")
        self.making.add(name)
        node = self.nodes[name]
        kind = KINDS[node["type"]]
        early = [
            (via(kind, edge), edge["to"], self.make(edge["to"]))
            for edge in self.edges.get(name, ()) if via(kind, edge) in kind.early
        ]
        attributes = {**node, "name": name, "log": logger(name, node),
                      "rewitness": functools.partial(self.case.rewitness, name)}
        obj = kind.make(self.case.witness(name) if kind.witnessed else None, early, attributes)
        if not kind.witnessed:
            self.case.watch_id(name, obj)
        self.objects[name] = obj
        return obj

    def link(self, edge):
        kind = KINDS[self.nodes[edge["from"]]["type"]]
        if via(kind, edge) in kind.early:
            return
        if kind.link is None:
            raise ValueError(f"{edge['from']}: no edge of the kind {via(kind, edge)!r} can be laid")
        kind.link(
            self.objects[edge["from"]], via(kind, edge), edge.get("name", edge["to"]), self.objects[edge["to"]])


def logger(name, node):
    """A callback from outside the heap for the weak reference `name`."""
    if node.get("callback") != "log":
        return None
    return lambda ref: moult_finalizers.current.note("callback", name)


def via(kind, edge):
    return edge.get("via", kind.via)


def run(text, variant, plan):
    """
    Runs one case; returns JSON `{problems, collected, log}`. No problems means it passed; after one, or after
    an error, the interpreter is not fit for another case.
    """
    spec = json.loads(text)
    case = Case(variant)
    moult_finalizers.begin(case)
    gc.collect()
    gc.disable()
    if "python" in spec:
        module = types.ModuleType(spec["name"])
        exec(compile(spec["python"], spec["name"], "exec"), module.__dict__)
        nodes, graph = module.expect, vars(module)
        module.run(case)
        del module
    else:
        nodes, graph = spec["nodes"], spec["graph"]
        build(spec, case)
        case.collect()
    problems = [*judge(case, nodes, graph, plan)]
    if not problems:
        # Not after a problem: what was freed by mistake must not be touched again.
        problems += judge_release(case, nodes)
        moult_finalizers.begin(None)
        gc.enable()
    return json.dumps({"problems": problems, "collected": case.returned, "log": case.log})


def judge(case, nodes, graph, plan):
    alive, log, garbage = case.state
    for name, node in nodes.items():
        if "alive" not in node:
            continue
        if (node["alive"] == "y") != (name in alive):
            yield f"{name} is {'dead' if name not in alive else 'alive'}, expected alive={node['alive']}"
        if (node.get("garbage") == "y") != (name in garbage):
            yield f"{name} is {'' if name in garbage else 'not '}in gc.garbage"
        for event, wanted in expected_events(node):
            found = log.count(f"{event}:{name}")
            if found != wanted:
                yield f"{event} of {name} ran {found} times, expected {wanted}"
    raising = sum(node.get("finalizer") == "raises" and node["alive"] == "n" for node in nodes.values())
    if case.raised != raising:
        yield f"{case.raised} unraisable errors, expected {raising}"
    position = 0
    for event in graph.get("order", "").split():
        if event not in log[position:]:
            yield f"{event} is not in its place in the order {graph['order']!r}: {log}"
            break
        position = log.index(event, position) + 1
    if any(event.startswith("nested:") for event in log):
        yield "a collection inside a collection collected something"
    if case.returned != case.reported:
        yield f"collect returned {case.returned} in all, its callbacks reported {case.reported}"
    line = "collected_%d%d" % sys.version_info[:2]
    collector = "builtin" if plan == "builtin" else "moult"
    wanted = graph.get(f"{line}_{collector}", graph.get(line, graph.get("collected")))
    # What got old before it became trash has lost objects that are not worth tracking, such as tuples of atoms.
    if wanted is not None and case.variant != "aged" and case.returned != int(wanted):
        yield f"collected {case.returned} objects, expected {wanted}"


def expected_events(node):
    if "finalizer" in node:
        dies = node["alive"] == "n" or node["finalizer"] == "resurrects"
        yield "finalize", int(node.get("finalized", "y" if dies else "n") == "y")
    if node.get("callback") == "log":
        yield "callback", int(node.get("called", "n") == "y")


def judge_release(case, nodes):
    """Without roots everything must go, and no finalizer may have run twice, then or before."""
    for name in sorted(case.release()):
        if not sys.version.startswith(nodes[name].get("leaks", "never")):
            yield f"{name} is alive although nothing refers to the heap any more"
    for name, node in nodes.items():
        ran = case.log.count(f"finalize:{name}")
        if ran > 1:
            yield f"the finalizer of {name} ran {ran} times"
