/** Automatic collections keep what frames hold: running, suspended, and on the way into a call. */
import { contract } from "../support/contract.js";
import { TRIGGERS } from "./preludes.js";

contract("frames", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(name, TRIGGERS + source, expected, exempt);

  behaviour(
    "keep what a running generator holds",
    `
def generator():
    canary = Canary(1)
    for n in range(20):
        churn(50)
        yield canary.sings() and n
[list(generator()) == list(range(20)), len(collections) > 20]
`,
    [true, true],
  );
  behaviour(
    "keep what a suspended generator holds",
    `
def generator():
    canary = Canary(1)
    while True:
        yield canary.sings()
generators = [generator() for _ in range(30)]
first = [next(g) for g in generators]
churn()
gc.collect()
[all(first), all(next(g) for g in generators), len(collections) > 20]
`,
    [true, true, true],
  );
  behaviour(
    "keep what generators hold that delegate to others, at every depth",
    `
def nested(depth):
    canary = Canary(depth)
    if depth:
        yield from nested(depth - 1)
    churn(20)
    yield canary.sings()
results = list(nested(40))
[len(results), all(results), len(collections) > 20]
`,
    [41, true, true],
  );
  behaviour(
    "keep what running and suspended coroutines hold",
    `
import types
@types.coroutine
def pause():
    yield
async def leaf(n):
    canary = Canary(n)
    churn(30)
    await pause()
    churn(30)
    return canary.sings()
async def work(n):
    canary = Canary(n)
    results = [await leaf(i) for i in range(5)]
    return canary.sings() and all(results)
def run_all(coroutines):
    done = []
    while coroutines:
        for coroutine in list(coroutines):
            try:
                coroutine.send(None)
            except StopIteration as stop:
                done.append(stop.value)
                coroutines.remove(coroutine)
    return done
done = run_all([work(n) for n in range(10)])
[len(done), all(done), len(collections) > 20]
`,
    [10, true, true],
  );
  behaviour(
    "keep what asynchronous generators hold",
    `
async def agen():
    canary = Canary(1)
    for n in range(10):
        churn(50)
        yield canary.sings()
async def main():
    return [value async for value in agen()]
coroutine = main()
try:
    coroutine.send(None)
except StopIteration as stop:
    results = stop.value
[len(results), all(results), len(collections) > 20]
`,
    [10, true, true],
  );
  behaviour(
    "keep the locals and the operands of every frame",
    `
def deep(n):
    canary = Canary(n)
    return [Canary(n), deep(n - 1) if n else churn(), Canary(n)][0].sings() and canary.sings()
[all(deep(60) for _ in range(3)), len(collections) > 20]
`,
    [true, true],
  );
  behaviour(
    "keep the arguments of a call under way",
    `
def take(*args, **kwargs):
    churn()
    return all(c.sings() for c in args) and all(c.sings() for c in kwargs.values())
def make(n):
    churn(30)
    return Canary(n)
[take(make(1), make(2), *[make(3), make(4)], a=make(5), **{"b": make(6)}), len(collections) > 20]
`,
    [true, true],
  );
});
