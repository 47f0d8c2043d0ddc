/**
 * Live objects of every shape that the kernel knows, made by Python for the probes: what a layout claims
 * is checked against them before anything relies on it.
 */
import type { Runtime } from "./runtime.js";

const CODE = `
import types, weakref
class Plain:
    def __init__(self):
        self.a = [1]; self.b = "b"; self.c = {}
class Slotted:
    __slots__ = ("x", "y", "__weakref__")
class SlottedChild(Slotted):
    __slots__ = ("z",)
class Mixed(Slotted):
    pass
class SlottedBase:
    __slots__ = ()
class SlottedLeaf(SlottedBase):
    __slots__ = ()
def outer():
    cell = []
    def inner(a, b=[], *, c=()) -> list:
        "doc"
        return cell
    inner.attribute = 1
    return inner
plain, plain_dict = Plain(), Plain()
plain_dict.__dict__["d"] = []
plain_replaced = Plain()
plain_replaced.__dict__ = {"only": []}
plain_keys, plain_late = Plain(), Plain()
vars(plain_keys)
del plain_late.a, plain_late.b
plain_late.late = []
slotted, child, mixed = Slotted(), SlottedChild(), Mixed()
slotted.x = child.x = child.z = mixed.y = []
mixed.more = []
big = {i: [i] for i in range(100)}
del big[5]
function = outer()
items = {
    "plain": plain, "plain_dict": plain_dict, "plain_replaced": plain_replaced, "plain_vars": vars(plain_dict),
    "plain_keys": vars(plain_keys), "plain_late": plain_late,
    "slotted": slotted, "child": child, "mixed": mixed, "list": [[], plain, "s"], "list_empty": [],
    "tuple": ([], plain, (1, [])), "dict_str": {"a": [], "b": plain}, "dict_any": {1: [], plain: ()},
    "dict_big": big, "dict_empty": {}, "set": {plain, 1, "x"}, "set_big": {*range(50), plain}, "frozenset": frozenset({plain}),
    "function": function, "lambda": lambda: 0, "cell": function.__closure__[0], "method": function.__get__(plain),
    "builtin": len, "bound_builtin": [].append, "wrapper_descriptor": object.__init__, "method_descriptor": str.join,
    "classmethod_descriptor": dict.__dict__["fromkeys"], "getset": types.FunctionType.__dict__["__code__"],
    "member": types.FunctionType.__dict__["__closure__"], "property": property(function, function, function, "doc"),
    "classmethod": classmethod(function), "staticmethod": staticmethod(function), "ref": weakref.ref(plain, function),
    "type": Plain, "type_child": SlottedChild, "subclassed": SlottedBase, "ref_to_subclass": weakref.ref(SlottedLeaf), "exception": ValueError([]), "generator": (x for x in [[]]),
    "module": types, "namespace": types.SimpleNamespace(a=[]), "mapping_proxy": types.MappingProxyType({"a": []}),
}
`;

/** Names of the samples, in the order of their addresses. */
const NAMES = `list(items)`;

/** Named live objects, alive for as long as the namespace is. */
export class Samples {
  readonly #addresses: ReadonlyMap<string, number>;

  constructor(runtime: Runtime, namespace: unknown) {
    runtime.pyodide.runPython(CODE, { globals: namespace });
    const names = runtime.pyodide.runPython(`"\\n".join(${NAMES})`, { globals: namespace });
    const addresses = runtime.evaluateIntegers("[id(item) for item in items.values()]", namespace);
    this.#addresses = new Map(
      String(names)
        .split("\n")
        .map((name, i) => [name, addresses[i] ?? 0]),
    );
  }

  /** Address of a sample. */
  address(name: string): number {
    const address = this.#addresses.get(name);
    if (address === undefined) throw new RangeError(`no sample "${name}"`);
    return address;
  }

  entries(): Iterable<[string, number]> {
    return this.#addresses;
  }
}
