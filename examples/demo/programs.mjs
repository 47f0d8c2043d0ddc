/**
 * The Python programs of the demo. Each defines `main()`; what surrounds it measures every collection
 * through `gc.callbacks`, so that both collectors are timed with the same stick.
 */

/** Runs `main()` and gives a JSON line of what it cost. */
const measured = (main) => `
import gc, json, time

pauses = []

def watch(phase, info):
    if phase == "start":
        watch.begun = time.perf_counter()
    else:
        pauses.append(time.perf_counter() - watch.begun)

${main}

gc.collect()
gc.callbacks.append(watch)
begun = time.perf_counter()
extra = main() or {}
seconds = time.perf_counter() - begun
gc.callbacks.remove(watch)
json.dumps({
    "seconds": seconds,
    "collections": len(pauses),
    "gcSeconds": sum(pauses),
    "longestMs": max(pauses, default=0) * 1000,
    **extra,
})`;

/**
 * @typedef {object} Program
 * @property {string} title What a reader sees.
 * @property {string} about One sentence.
 * @property {string} code Python; its value is a JSON line.
 */

/** @type {Record<string, Program>} */
export const programs = {
  queue: {
    title: "Queue of jobs",
    about: "60,000 jobs of 10 kB that refer to themselves pass through a queue of 1,000: 10 MB are in use.",
    code: measured(`
from collections import deque

class Job:
    def __init__(self):
        self.payload = bytes(10_000)
        self.owner = self

def main():
    queue = deque(maxlen=1_000)
    for _ in range(60_000):
        queue.append(Job())
`),
  },
  server: {
    title: "Server with sessions",
    about:
      "150,000 requests, each replacing one of 40,000 sessions: small graphs whose parts know each other.",
    code: measured(`
class Session:
    def __init__(self, key):
        self.key = key
        self.user = User(self)
        self.pages = [Page(self, n) for n in range(4)]

class User:
    def __init__(self, session):
        self.session, self.settings = session, {"theme": "dark"}

class Page:
    def __init__(self, session, number):
        self.session, self.number = session, number

sessions = [Session(key) for key in range(40_000)]

def main():
    worst = 0.0
    for n in range(150_000):
        begun = time.perf_counter()
        key = n * 7_919 % 40_000
        sessions[key] = Session(key)
        worst = max(worst, time.perf_counter() - begun)
    return {"worstRequestMs": worst * 1000}
`),
  },
  full: {
    title: "Full collection",
    about: "gc.collect(), five times, over 400,000 live objects: instances, dicts, lists, tuples, closures.",
    code: measured(`
class Person:
    def __init__(self, name, friend):
        self.name, self.friend = name, friend
        self.notes = {"name": name, "seen": [friend]}

def greeter(person):
    return lambda: person.name

people, greeters = [], []
for n in range(80_000):
    person = Person(str(n), people[n // 2] if people else None)
    people.append(person)
    greeters.append((n, greeter(person)))

def main():
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        gc.collect()
        times.append(time.perf_counter() - begun)
    return {"medianMs": sorted(times)[2] * 1000}
`),
  },
};
