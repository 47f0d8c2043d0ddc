# The finalizer of one object saves another, in the same trash, that it reaches over two steps: what the saved one
# reaches lives too, the saver dies.
expect = {
    "saver": {"alive": "n", "finalizer": "plain"},
    "between": {"alive": "n"},
    "saved": {"alive": "y"},
    "beyond": {"alive": "y"},
}


def run(case):
    class Saver:
        def __del__(self):
            case.note("finalize", "saver")
            case.revived.append(self.between[1])

    beyond = {"w": case.witness("beyond")}
    saved = [case.witness("saved"), beyond]
    saver = Saver()
    saver.w, saver.me = case.witness("saver"), saver
    saver.between = (case.witness("between"), saved, saver)
    case.prepare()
    del saver, saved, beyond
    case.collect()
    assert case.revived[0][1]["w"]
