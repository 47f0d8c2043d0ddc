"""An incremental constraint solver: variables and constraints that refer to each other, dropped in cycles.

From:        after the DeltaBlue algorithm of Freeman-Benson and Maloney (1989) and its benchmark by
             Maloney and Wolczko; written anew.
Collections: automatic
Parameters:  a chain of 1,000 equalities and a projection of 1,000 scalings, 10 times each.
Measures:    total  building, solving and re-solving both
Published:   pyperformance reports it for interpreters, not for collectors.
"""

import gc
from enum import IntEnum

from measure import check, report, timed

SIZE = 1_000
REPETITIONS = 10
EDITS = 100

# Strengths; a smaller number is stronger. Plain ints, as they are compared all the time.
REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = range(7)


class Direction(IntEnum):
    """Which way a constraint between two variables is enforced."""

    NONE = 0
    FORWARD = 1
    BACKWARD = 2


NONE, FORWARD, BACKWARD = Direction.NONE, Direction.FORWARD, Direction.BACKWARD


class Variable:
    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walkabout = WEAKEST
        self.stays = True


class Constraint:
    """What all constraints share; a subclass says between which variables and in which directions."""

    is_input = False

    def __init__(self, strength):
        self.strength = strength

    def add(self, planner):
        for variable in self.variables():
            variable.constraints.append(self)
        self.drop_method()
        planner.incremental_add(self)

    def destroy(self, planner):
        for variable in self.variables():
            variable.constraints.remove(self)
        if self.is_satisfied():
            planner.incremental_remove(self)

    def satisfy(self, mark, planner):
        """Enforces this constraint if it is strong enough; returns the one it overrides, if any."""
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength == REQUIRED:
                raise ValueError("a required constraint cannot be satisfied")
            return None
        for variable in self.inputs():
            variable.mark = mark
        output = self.output()
        overridden = output.determined_by
        if overridden is not None:
            overridden.drop_method()
        output.determined_by = self
        if not planner.add_propagate(self, mark):
            raise ValueError("the constraints form a cycle")
        output.mark = mark
        return overridden

    def inputs_known(self, mark):
        return all(
            variable.mark == mark or variable.stays or variable.determined_by is None
            for variable in self.inputs()
        )


class UnaryConstraint(Constraint):
    def __init__(self, variable, strength, planner):
        super().__init__(strength)
        self.target = variable
        self.satisfied = False
        self.add(planner)

    def variables(self):
        return (self.target,)

    def inputs(self):
        return ()

    def output(self):
        return self.target

    def is_satisfied(self):
        return self.satisfied

    def drop_method(self):
        self.satisfied = False

    def choose_method(self, mark):
        self.satisfied = self.target.mark != mark and self.strength < self.target.walkabout

    def recalculate(self):
        self.target.walkabout = self.strength
        self.target.stays = not self.is_input

    def execute(self):
        """A stay or an edit leaves the value as it is."""


class Stay(UnaryConstraint):
    """The variable should keep its value."""


class Edit(UnaryConstraint):
    """The variable is set from outside."""

    is_input = True


class BinaryConstraint(Constraint):
    def __init__(self, first, second, strength, planner):
        super().__init__(strength)
        self.first = first
        self.second = second
        self.direction = NONE
        self.add(planner)

    def variables(self):
        return (self.first, self.second)

    def input(self):
        return self.first if self.direction is FORWARD else self.second

    def inputs(self):
        return (self.input(),)

    def output(self):
        return self.second if self.direction is FORWARD else self.first

    def is_satisfied(self):
        return self.direction is not NONE

    def drop_method(self):
        self.direction = NONE

    def choose_method(self, mark):
        first, second = self.first, self.second
        if first.mark == mark:
            free = second.mark != mark and self.strength < second.walkabout
            self.direction = FORWARD if free else NONE
        elif second.mark == mark:
            self.direction = BACKWARD if self.strength < first.walkabout else NONE
        elif first.walkabout > second.walkabout:
            self.direction = BACKWARD if self.strength < first.walkabout else NONE
        else:
            self.direction = FORWARD if self.strength < second.walkabout else NONE

    def recalculate(self):
        source, target = self.input(), self.output()
        target.walkabout = max(self.strength, source.walkabout)
        target.stays = source.stays
        if target.stays:
            self.execute()


class Equality(BinaryConstraint):
    def execute(self):
        self.output().value = self.input().value


class Scaling(BinaryConstraint):
    """second = first * scale + offset."""

    def __init__(self, first, scale, offset, second, strength, planner):
        self.scale = scale
        self.offset = offset
        super().__init__(first, second, strength, planner)

    def variables(self):
        return (self.first, self.second, self.scale, self.offset)

    def inputs(self):
        return (self.input(), self.scale, self.offset)

    def execute(self):
        if self.direction is FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value

    def recalculate(self):
        source, target = self.input(), self.output()
        target.walkabout = max(self.strength, source.walkabout)
        target.stays = source.stays and self.scale.stays and self.offset.stays
        if target.stays:
            self.execute()


class Planner:
    """Keeps all constraints satisfied as they come and go, and makes plans for fast re-solving."""

    def __init__(self):
        self.last_mark = 0

    def new_mark(self):
        self.last_mark += 1
        return self.last_mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        while constraint is not None:
            constraint = constraint.satisfy(mark, self)

    def incremental_remove(self, constraint):
        output = constraint.output()
        constraint.drop_method()
        for loser in self.remove_propagate(output):
            self.incremental_add(loser)

    def add_propagate(self, constraint, mark):
        """Recomputes what lies downstream; False if that leads back to the constraint."""
        todo = [constraint]
        while todo:
            item = todo.pop()
            if item.output().mark == mark:
                return False
            item.recalculate()
            todo.extend(consumers(item.output()))
        return True

    def remove_propagate(self, output):
        """Recomputes what lost its source; returns the unsatisfied constraints, strongest first."""
        output.determined_by = None
        output.walkabout = WEAKEST
        output.stays = True
        unsatisfied = []
        todo = [output]
        while todo:
            variable = todo.pop()
            unsatisfied += [item for item in variable.constraints if not item.is_satisfied()]
            for item in consumers(variable):
                item.recalculate()
                todo.append(item.output())
        unsatisfied.sort(key=lambda item: item.strength)
        return unsatisfied

    def plan_from(self, inputs):
        """The constraints to execute, in order, when the values of `inputs` change."""
        mark = self.new_mark()
        plan = []
        todo = [item for item in inputs if item.is_input and item.is_satisfied()]
        while todo:
            item = todo.pop()
            if item.output().mark != mark and item.inputs_known(mark):
                plan.append(item)
                item.output().mark = mark
                todo.extend(consumers(item.output()))
        return plan


def consumers(variable):
    """Satisfied constraints that read a variable."""
    source = variable.determined_by
    return [item for item in variable.constraints if item is not source and item.is_satisfied()]


def execute(plan):
    for item in plan:
        item.execute()


def change(variable, value, planner):
    """Edits a variable repeatedly, the way a dragged mouse would."""
    edit = Edit(variable, PREFERRED, planner)
    plan = planner.plan_from([edit])
    for _ in range(10):
        variable.value = value
        execute(plan)
    edit.destroy(planner)


def chain(size):
    """Edits one end of a chain of equalities and looks at the other."""
    planner = Planner()
    variables = [Variable(f"v{number}") for number in range(size + 1)]
    for left, right in zip(variables, variables[1:]):
        Equality(left, right, REQUIRED, planner)
    Stay(variables[-1], STRONG_DEFAULT, planner)
    edit = Edit(variables[0], PREFERRED, planner)
    plan = planner.plan_from([edit])
    for value in range(EDITS):
        variables[0].value = value
        execute(plan)
        check(variables[-1].value, value, "value at the end of the chain")
    edit.destroy(planner)


def projection(size):
    """Two sets of values, each bound to the other by scale and offset; changes all four in turn."""
    planner = Planner()
    scale, offset = Variable("scale", 10), Variable("offset", 1000)
    sources, targets = [], []
    for number in range(size):
        source, target = Variable("source", number), Variable("target", number)
        sources.append(source)
        targets.append(target)
        Stay(source, NORMAL, planner)
        Scaling(source, scale, offset, target, REQUIRED, planner)
    change(sources[-1], 17, planner)
    check(targets[-1].value, 1170, "target after its source changed")
    change(targets[-1], 1050, planner)
    check(sources[-1].value, 5, "source after its target changed")
    change(scale, 5, planner)
    expected = [source.value * 5 + 1000 for source in sources[:-1]]
    check([target.value for target in targets[:-1]], expected, "targets after the scale changed")
    change(offset, 2000, planner)
    expected = [source.value * 5 + 2000 for source in sources[:-1]]
    check([target.value for target in targets[:-1]], expected, "targets after the offset changed")


def run():
    """Everything."""
    for _ in range(REPETITIONS):
        chain(SIZE)
        projection(SIZE)


gc.collect()
elapsed, _ = timed(run)
report({"total": [elapsed]})
