/** The audit events of the gc module. */
import { contract } from "../support/contract.js";

contract("audit events", ({ program }) => {
  const behaviour: typeof program = (name, source, expected, exempt) =>
    program(
      name,
      `
if not hasattr(sys, "_heard"):
    sys._heard = None
    def hear(event, args, sys=sys):
        if sys._heard is not None and event.startswith("gc."):
            sys._heard.append([event, args])
    sys.addaudithook(hear)
sys._heard = heard = []
def told(n=-1):
    sys._heard = None
    def show(argument):
        return argument if isinstance(argument, int) else type(argument).__name__
    return [[event, [show(argument) for argument in args]] for event, args in heard]
${source}`,
      expected,
      exempt,
    );

  behaviour(
    "gc.get_objects tells the generation",
    "gc.get_objects(); gc.get_objects(1); gc.get_objects(generation=None); told()",
    [
      ["gc.get_objects", [-1]],
      ["gc.get_objects", [1]],
      ["gc.get_objects", [-1]],
    ],
  );
  behaviour(
    "gc.get_referrers tells the objects",
    "gc.get_referrers([], {}); [e[0] for e in heard] + told()",
    ["gc.get_referrers", ["gc.get_referrers", ["tuple"]]],
  );
  behaviour("gc.get_referents tells the objects", "gc.get_referents([], {}); told()", [
    ["gc.get_referents", ["tuple"]],
  ]);
  behaviour(
    "nothing else in the module tells",
    `
gc.collect(); gc.collect(0); gc.get_stats(); gc.get_count(); gc.freeze(); gc.unfreeze(); gc.is_tracked(heard)
gc.is_finalized(heard); gc.get_threshold(); gc.get_debug(); gc.isenabled(); gc.get_freeze_count()
told()
`,
    [],
  );
  behaviour(
    "a hook that raises stops the call",
    `
sys._heard = None
state = {"strict": True}
class Strict(list):
    def append(self, entry):
        raise PermissionError(entry[0])
sys._heard = Strict()
errors = []
for function in gc.get_objects, gc.get_referrers, gc.get_referents:
    try:
        function()
    except PermissionError as error:
        errors.append(str(error))
sys._heard = None
errors
`,
    ["gc.get_objects", "gc.get_referrers", "gc.get_referents"],
  );
});
