"""sqlite3: connections own the Python functions they were given, and cursors own their connection.

Functions, aggregates and collations belong to the SQLite library, where tp_traverse does not see them.
"""

from harness import cycle, optional

sqlite3 = optional("sqlite3")


def connect(**options):
    connection = sqlite3.connect(":memory:", **options)
    connection.execute("create table t(x)")
    connection.executemany("insert into t values (?)", [(1,), (2,), (3,)])
    return connection


def owned(w):
    # A subclass has a dict, so it can refer back.
    connection = connect(factory=type("Connection", (sqlite3.Connection,), {}))
    connection.w = w
    w.link = connection
    return connection


def total(connection):
    return connection.execute("select sum(x) from t").fetchone()[0]


@cycle("sqlite3")
def connection_subclass(w):
    connection = owned(w)
    return lambda: total(connection)


@cycle("sqlite3")
def row_factory(w):
    connection = w.link = connect()
    connection.row_factory = lambda cursor, row: (w, connection, row[0])[2]
    return lambda: connection.execute("select x from t").fetchall()


@cycle("sqlite3")
def text_factory(w):
    connection = w.link = connect()
    connection.text_factory = lambda data: (connection, w, data.decode())[2]
    return lambda: connection.execute("select 'abc'").fetchone()[0]


@cycle("sqlite3", expect="kept")
def function(w):
    connection = w.link = connect()
    connection.create_function("twice", 1, lambda x: (connection, w, x * 2)[2])
    return lambda: connection.execute("select twice(21)").fetchone()[0]


@cycle("sqlite3", expect="kept")
def aggregate_class(w):
    connection = w.link = connect()

    class Sum:
        def __init__(self):
            self.n = 0

        def step(self, x):
            self.n += x

        def finalize(self):
            return (connection, w, self.n)[2]

    connection.create_aggregate("mysum", 1, Sum)
    return lambda: connection.execute("select mysum(x) from t").fetchone()[0]


@cycle("sqlite3", expect="kept")
def collation(w):
    connection = w.link = connect()
    connection.create_collation("backwards", lambda a, b: (connection, w, (a < b) - (a > b))[2])
    rows = "select y from (select 'a' as y union select 'b') order by y collate backwards"
    return lambda: [row[0] for row in connection.execute(rows)]


@cycle("sqlite3")
def authorizer_progress_and_trace(w):
    connection = w.link = connect()
    connection.set_authorizer(lambda *a: (connection, w, sqlite3.SQLITE_OK)[2])
    connection.set_progress_handler(lambda: (connection, w, 0)[2], 1)
    connection.set_trace_callback(lambda text: (connection, w))
    return lambda: total(connection)


@cycle("sqlite3")
def cursor_in_the_middle_of_a_result(w):
    connection = owned(w)
    connection.cursor_object = connection.execute("select x from t order by x")
    first = connection.cursor_object.fetchone()
    return lambda: first[0]


@cycle("sqlite3")
def cursor_row_factory(w):
    connection = connect()
    cursor = connection.cursor()
    cursor.row_factory = lambda c, row: (cursor, w, row[0])[2]
    w.link = cursor
    return lambda: cursor.execute("select x from t").fetchall()


@cycle("sqlite3")
def row_of_a_str_subclass(w):
    class Text(str):
        pass

    connection = connect()
    cursor = connection.execute("select x from t")
    row = sqlite3.Row(cursor, (1,))
    holder = Text("a")
    holder.w, holder.row = w, sqlite3.Row(cursor, (holder,))
    w.link = holder
    return lambda: [row["x"], holder.row.keys()]


@cycle("sqlite3")
def blob(w):
    connection = owned(w)
    connection.execute("insert into t values (zeroblob(4))")
    connection.blob = connection.blobopen("t", "x", 4)
    return lambda: len(connection.blob)


@cycle("sqlite3")
def adapter_of_a_protocol_object(w):
    class Point:
        def __init__(self, x):
            self.x, self.w = x, w

        def __conform__(self, protocol):
            return self.x

    connection = connect()
    w.link = (Point(5), connection.cursor())
    return lambda: connection.execute("select ?", (w.link[0],)).fetchone()[0]


@cycle("sqlite3")
def statement_cache_and_iterdump(w):
    connection = owned(w)
    connection.dump = connection.iterdump()
    first = next(connection.dump)
    return lambda: first
