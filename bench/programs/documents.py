"""Latency between requests to a cache of documents with an index and sessions, 600,000 live objects.

From:        what a long-running service holds; written for this project as the second program beside
             `pause`, with dicts, lists and sets of different sizes and garbage of every age.
Collections: automatic
Group:       pauses
Parameters:  a cache of the 42,000 documents used last, each an object with a dict, a list of tags and three
             sections (a dict and a list of lines each) that refer back to it: 10 tracked objects. An index
             from 2,000 tags to the keys that carry them. 30,000 sessions, each with a user, a list of
             visits and a table of settings that refer back to it (4 objects), and with the documents it
             visited last; the oldest session ends when a new one begins, every second request.
             60,000 requests after 6,000 unmeasured ones: half of them are for popular documents, the
             others for any of 100,000, so a third miss the cache. Every fourth edits its document.
Measures:    worst, p99.9, p50  milliseconds from each end of a request to the next
             total    all requests
             objects  tracked objects of documents and sessions alive at most
             memory   WebAssembly memory at the end, which never shrinks
Published:   none.
"""

from collections import OrderedDict, deque
from random import Random

from measure import check, report, scaled
from pauses import building, census, run_operations

CACHED = scaled(42_000)
KEYS = scaled(100_000)
POPULAR = scaled(20_000)
TAGS = scaled(2_000)
SESSIONS = scaled(30_000)
REQUESTS = scaled(60_000)
WARM = REQUESTS // 10
SECTIONS = 3
OBJECTS_PER_DOCUMENT = 4 + 2 * SECTIONS
OBJECTS_PER_SESSION = 4
VISITS = 4


class Document:
    """What the cache holds. Its sections know it, so only a collector frees it."""

    __slots__ = ("key", "fields", "sections_by_name")

    def __init__(self, key):
        self.key = key
        self.fields = {
            "title": f"document {key}",
            "revision": 0,
            "tags": [f"tag {(key * 31 + turn) % TAGS}" for turn in range(3)],
        }
        self.sections_by_name = {
            f"section {number}": {"lines": [f"line {key}", f"line {number}"], "parent": self}
            for number in range(SECTIONS)
        }


class Session:
    """Somebody who visits. The table of settings and the user know it, so only a collector frees it."""

    __slots__ = ("user", "visits", "settings")

    def __init__(self, number):
        self.user = {"name": f"user {number}", "session": self}
        self.visits = []
        self.settings = {"language": "en", "owner": self}


class Service:
    def __init__(self):
        self.cache = OrderedDict()
        self.keys_by_tag = {f"tag {number}": set() for number in range(TAGS)}
        self.sessions = deque()
        self.random = Random(600)
        self.begun = 0

    def document(self, key):
        """From the cache, or made anew; the one that was used longest ago leaves the cache for it."""
        found = self.cache.get(key)
        if found is not None:
            self.cache.move_to_end(key)
            return found
        if len(self.cache) >= CACHED:
            self.forget()
        made = self.cache[key] = Document(key)
        for tag in made.fields["tags"]:
            self.keys_by_tag[tag].add(key)
        return made

    def forget(self):
        key, document = self.cache.popitem(last=False)
        for tag in document.fields["tags"]:
            self.keys_by_tag[tag].discard(key)

    def begin_session(self):
        if len(self.sessions) >= SESSIONS:
            self.sessions.popleft()
        self.sessions.append(Session(self.begun))
        self.begun += 1

    def request(self, number):
        """One operation: somebody reads a document or edits it, and gets an answer."""
        random = self.random
        if number % 2 == 0:
            self.begin_session()
            key = random.randrange(POPULAR)
        else:
            key = random.randrange(KEYS)
        document = self.document(key)
        session = self.sessions[random.randrange(len(self.sessions))]
        session.visits.append(document)
        if len(session.visits) > VISITS:
            del session.visits[0]
        if number % 4 == 0:
            self.edit(document, number)
        return self.answer(document, session)

    def edit(self, document, number):
        """A new section in the place of an old one, which dies by its count."""
        document.fields["revision"] += 1
        name = f"section {number % SECTIONS}"
        document.sections_by_name[name] = {"lines": [f"line {number}", "edited"], "parent": document}

    def answer(self, document, session):
        """A tree of dicts and lists with links up, garbage as soon as it was looked at."""
        page = {"title": document.fields["title"], "for": session.user["name"]}
        page["sections"] = [
            {"name": name, "lines": list(section["lines"]), "page": page}
            for name, section in document.sections_by_name.items()
        ]
        related = [self.keys_by_tag[tag] for tag in document.fields["tags"]]
        page["related"] = [{"page": page, "number": len(keys)} for keys in related]
        return len(page["sections"])


documents_alive, sessions_alive = census(Document), census(Session)
service = Service()
with building():
    for number in range(SESSIONS):
        service.begin_session()
    for number in range(CACHED):
        service.document(number)


def objects_alive():
    return documents_alive() * OBJECTS_PER_DOCUMENT + sessions_alive() * OBJECTS_PER_SESSION


run = run_operations(service.request, WARM, REQUESTS, objects_alive)
check(len(service.cache), CACHED, "documents in the cache")
check(
    all(
        section["parent"] is document and len(section["lines"]) == 2
        for document in service.cache.values()
        for section in document.sections_by_name.values()
    ),
    True,
    "the documents in the cache are whole",
)
report(
    run.latency_figures() | {"objects": [run.most], "memory": [run.memory]},
    units={"objects": "objects", "memory": "bytes"},
)
