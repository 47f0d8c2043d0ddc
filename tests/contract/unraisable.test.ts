/**
 * What raises during a collection and can't be raised to anybody: the text on stderr and what
 * `sys.unraisablehook` is told, word by word as that version has it.
 */
import { expect } from "vitest";
import { contract } from "../support/contract.js";

const PROGRAM = `
import weakref
def bad(*args):
    raise ValueError("no")
class Bad:
    def __del__(self):
        raise ValueError("no")
class Node:
    pass
def rouse():
    finalized, watched = Bad(), Node()
    finalized.self, watched.self = finalized, watched
    watch = weakref.ref(watched, bad)
    del finalized, watched
    gc.callbacks.append(bad)
    gc.collect()
    gc.callbacks.clear()
gc.disable()
gc.collect()
`;

const WEAKREF = "on calling weakref callback";
const CALLBACK = "while calling GC callback";
const DEALLOCATOR = "while calling deallocator";

contract("sys.unraisablehook", ({ it, run, runtime, subject }) => {
  const is313 = subject.line === "0.29";
  const told = [
    [CALLBACK, "bad"],
    [WEAKREF, "bad"],
    [DEALLOCATOR, "Bad.__del__"],
    [CALLBACK, "bad"],
  ].map(([doing, name]) => ({ doing, function: `<function ${name} at ADDRESS>` }));

  it("by default prints who raised, and the traceback", () => {
    runtime().stderr.take();
    run(`${PROGRAM}\nrouse()`);
    const heads = runtime()
      .stderr.take()
      .replace(/0x[0-9a-f]+/g, "ADDRESS")
      .split("\n")
      .filter((line) => !line.startsWith("  ") && line !== "");
    expect(heads).toEqual(
      told.flatMap(({ doing, function: name }) => [
        is313 ? `Exception ignored in: ${name}` : `Exception ignored ${doing} ${name}:`,
        "Traceback (most recent call last):",
        "ValueError: no",
      ]),
    );
  });

  it("is told the error, its traceback, the message and the object", () => {
    const heard = run(`${PROGRAM}
heard = []
def hook(args):
    heard.append([args.exc_type is ValueError, str(args.exc_value), args.exc_traceback is not None,
                  args.err_msg, args.object and repr(args.object)])
sys.unraisablehook = hook
rouse()
heard`);
    const text = JSON.stringify(heard).replace(/0x[0-9a-f]+/g, "ADDRESS");
    expect(JSON.parse(text)).toEqual(
      told.map(({ doing, function: name }) =>
        is313
          ? [true, "no", true, null, name]
          : [true, "no", true, `Exception ignored ${doing} ${name}`, null],
      ),
    );
  });

  it("may raise itself, which is printed and stops nothing", () => {
    runtime().stderr.take();
    const heard = run(`${PROGRAM}
heard = []
def hook(args):
    heard.append(str(args.exc_value))
    raise KeyError("hook")
sys.unraisablehook = hook
rouse()
heard`);
    expect(heard).toEqual(["no", "no", "no", "no"]);
    expect(
      runtime()
        .stderr.take()
        .match(/KeyError: 'hook'/g),
    ).toHaveLength(4);
  });

  it("may collect, which does nothing", () => {
    const found = run(`${PROGRAM}
found = []
sys.unraisablehook = lambda args: found.append(gc.collect())
rouse()
found`);
    expect(found).toEqual([0, 0, 0, 0]);
  });
});
