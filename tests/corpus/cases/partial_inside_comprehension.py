# A collection in the midst of a comprehension: the half-built list and the iterators are on the evaluation stack
# only, and alive; the trash made on the way dies.
expect = {"element": {"alive": "y"}, "trash": {"alive": "n"}}


def run(case):
    def step(i):
        if i == 1:
            trash = [case.witness("trash")]
            trash.append(trash)
            del trash
            case.collect()
            return None
        if i == 0:
            element = [case.witness("element")]
            element.append(element)
            return element
        return None

    built = [step(i) for i in range(3)]
    assert built[0][1] is built[0]
