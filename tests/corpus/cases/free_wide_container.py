# One list with 50,000 cycles in it: the trash is wide instead of deep.
expect = {"list": {"alive": "n"}, "some": {"alive": "n"}}
collected = 50_001


def run(case):
    wide = [case.witness("list")]
    for i in range(50_000):
        wide.append([wide])
    wide[25_000].append(case.witness("some"))
    wide.append(wide)
    case.prepare()
    del wide
    case.collect()
