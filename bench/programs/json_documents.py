"""Reading and writing JSON: many small dicts and lists, none of them in cycles.

From:        json_dumps and json_loads of pyperformance measure the same module; own documents.
Collections: automatic
Parameters:  a document of 3,000 orders (700 kB), read and written 8 times; all copies stay alive until the
             end, as in a program that loads a data set.
Measures:    loads  reading
             dumps  writing
Published:   none that compare collectors.
"""

import gc
import json

from measure import check, repeat, report

ORDERS = 3_000
REPETITIONS = 8


def make_document(count):
    """What a web shop would send."""
    return {
        "version": 2,
        "orders": [
            {
                "id": number,
                "customer": {"name": f"Customer {number % 97}", "vip": number % 11 == 0, "score": number / 7},
                "lines": [
                    {"article": f"A-{number * 31 % 1009}", "count": index + 1, "price": 9.5 + index}
                    for index in range(number % 4 + 1)
                ],
                "notes": None if number % 3 else ["gift", "fragile"],
            }
            for number in range(count)
        ],
    }


document = make_document(ORDERS)
text = json.dumps(document)
copies = []


def loads():
    copies.append(json.loads(text))


def dumps():
    return json.dumps(document)


gc.collect()
reading = repeat(REPETITIONS, loads)
writing = repeat(REPETITIONS, dumps, expected=text)
check(all(copy == document for copy in copies), True, "copies are equal to the document")
report({"loads": [sum(reading)], "dumps": [sum(writing)]})
