"""Take cycles apart where a thing is over: a context manager that closes leaves nothing for the collector."""


class Session:
    def __init__(self):
        self.handlers = {"close": self.close, "read": self.read}
        self.buffers = [bytearray(64) for _ in range(5)]

    def read(self):
        return len(self.buffers)

    def close(self):
        self.handlers.clear()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def plain(size):
    total = 0
    for _ in range(size // 10):
        total += Session().handlers["read"]()
    return total


def advised(size):
    total = 0
    for _ in range(size // 10):
        with Session() as session:
            total += session.handlers["read"]()
    return total
