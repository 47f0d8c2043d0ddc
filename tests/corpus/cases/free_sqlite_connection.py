# A database connection that is referred to by a function registered in it: the reference is inside SQLite's own
# memory, and the connection's traversal must not see it, while its row factory is seen.
needs = "sqlite3"
expect = {"factory": {"alive": "n"}}


def run(case):
    import sqlite3

    connection = sqlite3.connect(":memory:")
    witness = case.witness("factory")

    def factory(cursor, row, keep=(connection, witness)):
        return row

    connection.row_factory = factory
    del witness
    case.prepare()
    del connection, factory
    case.collect()
