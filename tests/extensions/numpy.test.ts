/**
 * numpy as a large real extension. Opt-in: its wheel for Pyodide is not on npm, so set
 * MOULT_NUMPY_WHEEL to a folder that holds `numpy-*-cp314-*wasm32.whl` of the Pyodide distribution.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Host, lines, load } from "./harness.js";

const folder = process.env.MOULT_NUMPY_WHEEL;

/** The wheel of this CPython line; an error says what is missing where. */
function wheelFor(python: string): string {
  const tag = `cp${python.replace(".", "")}`;
  if (folder === undefined) throw new Error("MOULT_NUMPY_WHEEL is not set");
  if (!statSync(folder).isDirectory()) throw new Error(`MOULT_NUMPY_WHEEL is not a folder: ${folder}`);
  const name = readdirSync(folder).find((file) => /^numpy-.*wasm32\.whl$/.test(file) && file.includes(tag));
  if (name === undefined) throw new Error(`no numpy-*-${tag}-*wasm32.whl in ${folder}`);
  return join(folder, name);
}

const program = `
import gc, json, weakref
import numpy as np

gc.set_threshold(50, 5, 5)
facts = {}

class Owner:
    pass

def dies(build):
    owner = Owner()
    ref = weakref.ref(owner)
    build(owner)
    del owner
    gc.collect()
    return ref() is None

class Sub(np.ndarray):
    pass

def subclass(o):
    o.a = np.arange(3).view(Sub)
    o.a.owner = o

def objects(o):
    o.a = np.array([o, None], dtype=object)

def vectorized(o):
    o.f = np.vectorize(lambda x: (o, x)[1])

def ufunc(o):
    o.f = np.frompyfunc(lambda x: (o, x)[1], 1, 1)

def iterator(o):
    o.it = np.nditer([np.arange(3).view(Sub)])
    o.it.operands[0].owner = o

for build in (subclass, objects, vectorized, ufunc, iterator):
    facts[build.__name__] = dies(build)

live = [np.array([{"n": n}, [n]], dtype=object) for n in range(2000)]
matrix = np.arange(10_000.0).reshape(100, 100)
record = np.array([(1, [2]), (3, [4])], dtype=[("n", "i4"), ("o", "O")])
for _ in range(3):
    gc.collect()
facts["live"] = sum(a[0]["n"] + a[1][0] for a in live)
facts["trace"] = float((matrix @ matrix.T).trace())
facts["record"] = [item["o"][0] for item in record]
facts["shared"] = bool(np.shares_memory(matrix[::2], matrix))
json.dumps(facts)`;

async function run(host: Host, python: string): Promise<unknown> {
  host.pyodide.unpackArchive(readFileSync(wheelFor(python)), "wheel");
  const outcome = JSON.parse(host.pyodide.runPython(program) as string) as unknown;
  host.moult?.detach();
  return outcome;
}

describe("numpy", () => {
  if (folder === undefined) {
    test.skip("not on npm: set MOULT_NUMPY_WHEEL to a folder with Pyodide's numpy wheel", () => {});
    return;
  }
  for (const line of lines.filter(({ plans }) => plans.length > 0)) {
    test.each(line.plans)(`CPython ${line.python}: plan %s agrees with stock`, async (plan) => {
      const stock = await run(await load(line, "stock"), line.python);
      expect(stock).toMatchObject({ subclass: true, live: 3_998_000, record: [2, 4], shared: true });
      expect(await run(await load(line, plan), line.python)).toEqual(stock);
    });
  }
});
