/** What finalizers bring back: what comes back with it, what was counted, and how it dies at last. */
import { contract } from "../support/contract.js";
import { FINALIZERS } from "./preludes.js";

contract("resurrection", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, FINALIZERS + source, expected, exempt);

  behaviour(
    "a whole cycle brought back is intact, and was not counted",
    `
a, b = Lazarus("a"), Node("b")
a.b, b.a = b, a
del a, b
found = gc.collect()
node = kept[0]
[found, node.name, node.b.name, node.b.a is node, seen]
`,
    [0, "a", "b", true, ["a"]],
  );
  behaviour(
    "what was brought back dies for good the second time, without its finalizer",
    `
a = Lazarus("a")
del a
first = gc.collect()
kept.clear()
[first, gc.collect(), seen, gc.collect()]
`,
    [0, 1, ["a"], 0],
  );
  behaviour(
    "what was brought back dies by reference count, too",
    `
a = Lazarus("a")
del a
gc.collect()
kept[0].self = None
kept.clear()
[seen, gc.collect()]
`,
    [["a"], 0],
  );
  behaviour(
    "brings back a part and clears the rest, in that version's way of counting",
    `
import weakref
a, b = Lazarus("a"), Final("b")
a.other = Node("only a knows me")
b.a = a
del a, b
found = gc.collect()
[found, kept[0].other.name, seen]
`,
    [1, "only a knows me", ["a", "b"]],
  );
  behaviour(
    "brings back everything that is reachable from what was brought back",
    `
ring = [Node(n) for n in range(10)]
for n, node in enumerate(ring):
    node.next = ring[(n + 1) % 10]
ring[3].lazarus = Lazarus("x")
ring[3].lazarus.ring = ring[3]
del ring, node
found = gc.collect()
node, names = kept[0].ring, []
for _ in range(10):
    names.append(node.name)
    node = node.next
[found, names]
`,
    [0, [3, 4, 5, 6, 7, 8, 9, 0, 1, 2]],
  );
  behaviour(
    "one brought back by another's finalizer has had its own",
    `
class Saver(Node):
    def __del__(self):
        seen.append("saver")
        kept.append(self.friend)
saver, friend = Saver(), Final("friend")
saver.friend, friend.saver = friend, saver
del saver, friend
first = gc.collect()
kept.clear()
[first, seen, gc.collect(), seen]
`,
    [0, ["saver", "friend"], 2, ["saver", "friend"]],
  );
  behaviour(
    "objects brought back are old, tracked and collectable like others",
    `
Lazarus("a")
gc.collect()
node = kept.pop()
[gc.is_tracked(node), any(o is node for o in gc.get_objects()), any(o is node for o in gc.get_objects(2))]
`,
    [true, true, true],
  );
});
