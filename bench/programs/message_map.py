"""The slowest push to a map of 200,000 messages, of which the oldest leaves for each that comes.

From:        the latency experiment of Pusher (James Fisher, Will Sewell), published for many languages;
             own code.
Collections: automatic
Group:       pauses
Parameters:  1,000,000 messages of 1 KiB, 200,000 of them kept: the original's numbers, not scaled (some 230
             MiB). A message is an instance with a number and bytes, so that there is something for a
             collector to trace; the original's are bare byte arrays, which in Python none would look at.
Measures:    worst, p99.9, p50  milliseconds from each end of a push to the next, from the first on
             total   all pushes
             memory  WebAssembly memory at the end, which never shrinks
Published:   the slowest push in milliseconds on an M1: Python 3.9 11.8, Go 4.2, OCaml 5 11.8, Haskell 116,
             Node 70, Racket 323.

Messages die by their counts, and CPython's trigger counts what is made less what is freed: once the map is
full no collection is due any more. What is seen is collections while it fills, and the map itself growing.
"""

from measure import check, report, scaled
from pauses import building, run_operations

MESSAGES = scaled(1_000_000)
KEPT = scaled(200_000)
BYTES = 1024


class Message:
    __slots__ = ("number", "payload")

    def __init__(self, number):
        self.number = number
        self.payload = bytes((number & 255,)) * BYTES


def push(number):
    messages[number] = Message(number)
    if number >= KEPT:
        del messages[number - KEPT]


with building():
    messages = {}
run = run_operations(push, 0, MESSAGES)
check(len(messages), KEPT, "messages kept")
check(
    all(message.number == number and len(message.payload) == BYTES for number, message in messages.items()),
    True,
    "they are whole",
)
report(run.latency_figures() | {"memory": [run.memory]}, units={"memory": "bytes"})
