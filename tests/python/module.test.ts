/** `import moult`, seen from Python, over a collector that is none. */
import { loadPyodide, type PyodideInterface } from "pyodide";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MoultOptions } from "../../src/api.js";
import { installPythonModule } from "../../src/python/install.js";
import { type Fake, fakeCollector } from "./fake.js";

let pyodide: PyodideInterface;
let remove = () => {};

beforeAll(async () => {
  pyodide = await loadPyodide();
});

afterEach(() => remove());

function install(options: MoultOptions = {}): Fake {
  const fake = fakeCollector(options);
  remove = installPythonModule(pyodide, fake.backend);
  return fake;
}

/** Runs Python code in a namespace of its own; gives its last expression's repr. */
function python(code: string): string {
  const names = pyodide.toPy({ code });
  const eval_code = "from pyodide.code import eval_code\nrepr(eval_code(code, {'__name__': 'test'}))";
  try {
    return pyodide.runPython(eval_code, { globals: names });
  } finally {
    names.destroy();
  }
}

/** The exception that code raises, as "Type: message". */
function raised(code: string): string {
  const indented = code.replaceAll("\n", "\n  ");
  const shown = python(`try:\n  ${indented}\nexcept Exception as e:\n  x = f'{type(e).__name__}: {e}'\nx`);
  return shown.slice(1, -1).replaceAll("\\'", "'");
}

describe("memory", () => {
  it("is reported with Python's names and values", () => {
    install();
    expect(python("import moult; moult.memory_report()")).toBe(
      "{'limit_bytes': None, 'memory_bytes': 4294967296, 'used_bytes': 3000000000, 'pressure_bytes': 0, " +
        "'headroom_bytes': None, 'types': [{'name': 'str', 'objects': 2, 'bytes': 112}], 'objects': 2, 'object_bytes': 112}",
    );
  });

  it("takes pressure in whole bytes, large ones too", () => {
    const { notes } = install();
    expect(python("import moult; moult.add_memory_pressure(5), moult.add_memory_pressure(-7)")).toBe(
      "(5, 0)",
    );
    expect(python("moult = __import__('moult'); moult.add_memory_pressure(2**50)")).toBe(String(2 ** 50));
    expect(notes).toEqual(["pressure 5", "pressure -7", `pressure ${2 ** 50}`]);
  });

  it.each([
    ["1.5", "TypeError: memory pressure must be an int, not float"],
    ["'1'", "TypeError: memory pressure must be an int, not str"],
    ["True", "TypeError: memory pressure must be an int, not bool"],
    ["None", "TypeError: memory pressure must be an int, not NoneType"],
    ["2**53", "OverflowError: memory pressure must be below 2**53 bytes"],
    ["-10**100", "OverflowError: memory pressure must be below 2**53 bytes"],
  ])("refuses a pressure of %s", (bytes, message) => {
    const { notes } = install();
    expect(raised(`import moult; moult.add_memory_pressure(${bytes})`)).toBe(message);
    expect(notes).toEqual([]);
  });

  it("can be limited while the program runs", () => {
    const { notes } = install();
    python("import moult; moult.set_option('memoryLimit', '1GiB'); moult.set_option('memoryLimit', 2**28)");
    expect(notes).toEqual(["memoryLimit = 1GiB", "memoryLimit = 268435456"]);
  });
});

describe("the names of moult", () => {
  it("tells plan, version and options", () => {
    install({ verify: 2 });
    expect(python("import moult; moult.plan, moult.version, moult.attached")).toBe(
      "('generational', '1.2.3', True)",
    );
    expect(python("import moult; moult.options")).toBe(
      "mappingproxy({'plan': 'incremental', 'pauseGoal': 1, 'stress': False, 'allocator': 'pool', 'freezeAfterImports': False, 'bridge': 'auto', 'bridgeFinalizers': 'sound', 'verify': 2, 'performanceEntries': False, 'sealed': False, 'tools': 'auto'})",
    );
  });

  it.each(["plan", "version", "attached", "options"])("does not let %s be set or deleted", (name) => {
    install();
    expect(raised(`import moult; moult.${name} = 1`)).toMatch(/^AttributeError: .* has no setter/);
    expect(raised(`import moult; del moult.${name}`)).toMatch(/^AttributeError: .* has no deleter/);
  });

  it("does not let the mapping of options be changed", () => {
    install();
    expect(raised("import moult; moult.options['sealed'] = True")).toMatch(/^TypeError: /);
  });

  it("gives statistics as a plain dict with Python's spelling", () => {
    install();
    expect(python("import moult; moult.stats()")).toBe(
      "{'plan': 'generational', 'generations': [" +
        "{'collections': 7, 'collected': 70, 'uncollectable': 0, 'candidates': 700, 'duration': 0.5}, " +
        "{'collections': 0, 'collected': 0, 'uncollectable': 0, 'candidates': 0, 'duration': 0.0}, " +
        "{'collections': 0, 'collected': 0, 'uncollectable': 0, 'candidates': 0, 'duration': 0.0}], " +
        "'pause_total_ms': 12.0, 'pause_max_ms': 2.5, 'memory_bytes': 4294967296, 'allocator': 'system', 'attach_ms': 20.0}",
    );
    expect(python("import moult; moult.stats() is moult.stats()")).toBe("False");
  });

  it("collects as the gc module does", () => {
    install();
    expect(python("import gc, moult; gc.collect(); l = []; l.append(l); del l; moult.collect()")).toBe("1");
    expect(raised("import moult; moult.collect(7)")).toBe("ValueError: invalid generation");
    expect(raised("import moult; moult.collect('x')")).toMatch(/^TypeError: /);
  });
});

describe("moult.set_option", () => {
  it("changes what can change", () => {
    const { notes } = install();
    expect(python("import moult; moult.set_option('verify', 2); moult.options['verify']")).toBe("2");
    expect(notes).toEqual(["verify = 2"]);
  });

  it.each([
    ["'verify', 7", 'ValueError: option "verify" can\'t be 7; allowed: an integer from 0 to 3'],
    ["'verify', True", 'ValueError: option "verify" can\'t be true; allowed: an integer from 0 to 3'],
    ["'verify', 2.0", 'ValueError: option "verify" can\'t be a float'],
    ["'verify', [2]", 'ValueError: option "verify" can\'t be a list'],
    ["'verify', None", 'ValueError: option "verify" can\'t be a NoneType'],
    [
      "'verify', 1 << 80",
      `ValueError: option "verify" can't be ${2n ** 80n}n; allowed: an integer from 0 to 3`,
    ],
    [
      "'plan', 'builtin'",
      'ValueError: option "plan" can\'t change any more; those that can: memoryLimit, verify',
    ],
    [
      "'sealed', True",
      'ValueError: option "sealed" can\'t change any more; those that can: memoryLimit, verify',
    ],
    ["'verfiy', 1", 'ValueError: unknown option "verfiy"; did you mean "verify"?'],
    [
      "'__class__', 1",
      'ValueError: unknown option "__class__"; there are: plan, pauseGoal, stress, allocator, freezeAfterImports, memoryLimit, bridge, bridgeFinalizers, verify, performanceEntries, sealed, tools, kernel',
    ],
    ["7, 1", "TypeError: the name of an option must be a str, not int"],
  ])("refuses %s", (args, message) => {
    const { notes } = install();
    expect(raised(`import moult; moult.set_option(${args})`)).toBe(message);
    expect(notes).toEqual([]);
  });
});

describe("collect_step", () => {
  it("tells what the step did in PyPy's words, and in ours after them", () => {
    const { notes } = install();
    expect(python("import moult; moult.collect_step(2.5, if_due=True)")).toBe(
      "StepStats(count=1, duration=1.5, oldstate='prove', newstate='idle', major_is_done=True, outcome='ended', " +
        "examined=5, collected=4, uncollectable=3, resurrected=2)",
    );
    python(
      "moult.collect_step(), moult.collect_step(ms=0), moult.collect_step(float('inf'))".replace(
        /^/,
        "import moult; ",
      ),
    );
    expect(notes).toEqual(["step 2.5 true", "step undefined false", "step 0 false", "step Infinity false"]);
  });

  it.each([
    ["-1", "ValueError: ms can't be -1; allowed: a number of milliseconds, at least 0"],
    ["float('nan')", "ValueError: ms can't be nan; allowed: a number of milliseconds, at least 0"],
    ["'1'", "TypeError: ms must be an int, a float or None, not str"],
    ["True", "TypeError: ms must be an int, a float or None, not bool"],
    ["1j", "TypeError: ms must be an int, a float or None, not complex"],
    ["10 ** 400", "OverflowError: int too large to convert to float"],
    ["1, True", "TypeError: collect_step() takes from 0 to 1 positional arguments but 2 were given"],
  ])("refuses %s", (argument, message) => {
    const { notes } = install();
    expect(raised(`import moult; moult.collect_step(${argument})`)).toBe(message);
    expect(notes).toEqual([]);
  });
});

describe("no_gc", () => {
  it("ends each region once, whatever happens in it", () => {
    const { notes } = install();
    raised("import moult\nwith moult.no_gc() as outer, moult.no_gc(): 1 / 0");
    expect(notes).toEqual(["begin 1", "begin 2", "end 2", "end 1"]);
    python("import moult; moult._door.endNoGc(1); moult._door.endNoGc(99)");
    expect(notes).toHaveLength(4);
  });
});

describe("the module as a module", () => {
  it("imports, shows itself and is found", () => {
    install();
    expect(python("import moult; moult")).toBe("<module 'moult' (attached to this Python)>");
    expect(python("import importlib.util as u; u.find_spec('moult').name")).toBe("'moult'");
    expect(python("from moult import *; sorted(n for n in globals() if not n.startswith('_'))")).toBe(
      "['add_memory_pressure', 'attached', 'collect', 'collect_step', 'detach', 'memory_report', 'metrics', 'no_gc', 'options', 'plan', 'set_option', 'stats', 'version']",
    );
  });

  it("completes with its public names only", () => {
    install();
    const complete = "import moult, rlcompleter; c = rlcompleter.Completer({'moult': moult}); ";
    expect(python(`${complete}sorted(c.attr_matches('moult.'))`).replaceAll(/[()']/g, "")).toBe(
      "[moult.add_memory_pressure, moult.attached, moult.collect, moult.collect_step, moult.detach, moult.memory_report, moult.metrics, moult.no_gc, moult.options, moult.plan, " +
        "moult.set_option, moult.stats, moult.version]",
    );
  });

  it("reads well in help()", () => {
    install();
    const help = python("import moult, pydoc; pydoc.plain(pydoc.render_doc(moult))");
    for (const part of [
      "moult - The garbage collector of this Python: Moult.",
      "collect(generation=2)\\n        Run the garbage collector: the same as gc.collect(generation).",
      "collect_step(ms=None, *, if_due=False)\\n        Do a part of a full collection",
      "class no_gc(contextlib.ContextDecorator)",
      "stats()\\n        Return a new dict with what the collector has done",
      "set_option(name, value)\\n        Change an option while the program runs.",
      "detach()\\n        Give CPython its own collector back",
      "plan = \\'generational\\'",
      "options = mappingproxy({\\'plan\\'",
    ]) {
      expect(help).toContain(part);
    }
    expect(help).not.toContain("_door");
    expect(help).not.toContain("_MappingProxyType");
  });

  it.each(["collect", "collect_step", "no_gc", "stats", "set_option", "detach"])("documents %s", (name) => {
    install();
    expect(python(`import moult; f = moult.${name}; f.__module__, f.__qualname__, bool(f.__doc__)`)).toBe(
      `('moult', '${name}', True)`,
    );
  });

  it("documents every name that is computed", () => {
    install();
    expect(
      python(
        "import moult; [bool(getattr(type(moult), n).__doc__) for n in ('plan', 'attached', 'options', 'version')]",
      ),
    ).toBe("[True, True, True, True]");
  });

  it("installs where __main__ has other meanings for builtins", () => {
    pyodide.runPython("exec = compile = dict = None");
    try {
      install();
      expect(python("import moult; moult.version")).toBe("'1.2.3'");
    } finally {
      pyodide.runPython("del exec, compile, dict");
    }
  });

  it("leaves nothing in __main__ and no objects behind when called often", () => {
    const before = python("import __main__; sorted(vars(__main__))");
    install();
    expect(python("import __main__; sorted(vars(__main__))")).toBe(before);
    const calls =
      "moult.collect_step(1)\n        with moult.no_gc(): pass\n        moult.stats(); moult.options; moult.plan; moult.attached; moult.set_option('verify', 1)";
    expect(
      python(`
import gc, sys, moult
def calls(n):
    for _ in range(n):
        ${calls}
calls(10)
gc.collect()
before = len(gc.get_objects()), sys.getrefcount(moult._door)
calls(500)
gc.collect()
tuple(b - a for a, b in zip(before, (len(gc.get_objects()), sys.getrefcount(moult._door))))`),
    ).toMatch(/^\([0-3], 0\)$/);
  });
});

describe("removing the module", () => {
  it("makes import fail, and old references know", () => {
    const { moult } = install();
    python("import sys, moult; sys.kept = moult");
    moult.detach();
    remove();
    remove();
    expect(raised("import moult")).toBe("ModuleNotFoundError: No module named 'moult'");
    expect(python("import sys; sys.kept.attached, sys.kept.plan")).toBe("(False, 'generational')");
    python("import sys; del sys.kept");
  });

  it("puts back another module of that name, and leaves one that Python put there later", () => {
    python("import sys, types; sys.modules['moult'] = types.ModuleType('mine')");
    install();
    expect(python("import moult; moult.plan")).toBe("'generational'");
    remove();
    expect(python("import moult; moult.__name__")).toBe("'mine'");
    install();
    python("import sys, types; sys.modules['moult'] = types.ModuleType('later')");
    remove();
    expect(python("import sys; sys.modules.pop('moult').__name__")).toBe("'later'");
  });
});

describe("a sealed module", () => {
  it("reads but does not change", () => {
    const { notes } = install({ sealed: true });
    expect(python("import moult; moult.options['sealed'], moult.stats()['plan'], moult.attached")).toBe(
      "(True, 'generational', True)",
    );
    expect(raised("import moult; moult.set_option('verify', 1)")).toBe("PermissionError: sealed by the host");
    expect(raised("import moult; moult.set_option('nonsense', [])")).toBe(
      "PermissionError: sealed by the host",
    );
    expect(raised("import moult; moult.detach()")).toBe("PermissionError: sealed by the host");
    expect(notes).toEqual([]);
  });

  it("gives code that takes it apart nothing to change options with", () => {
    const { notes, moult } = install({ sealed: true });
    expect(python("import moult; sorted(n for n in dir(moult._door) if not n.startswith('_'))")).not.toMatch(
      /setOption|detach|constructor/,
    );
    expect(raised("import moult; moult._door.setOption = print; x = 'frozen'")).toMatch(
      /TypeError|JsException/,
    );
    expect(raised("import moult; moult._door.constructor")).toMatch(/^AttributeError/);
    python("import moult; o = moult._door.options(); o.sealed = False; o.verify = 3");
    expect(python("import moult; dict(moult.options)")).toBe(
      "{'plan': 'incremental', 'pauseGoal': 1, 'stress': False, 'allocator': 'pool', 'freezeAfterImports': False, 'bridge': 'auto', 'bridgeFinalizers': 'sound', 'verify': 0, 'performanceEntries': False, 'sealed': True, 'tools': 'auto'}",
    );
    python("import moult; s = moult._door.stats(); s.generations[0].collections = 99");
    expect(moult.stats().generations[0].collections).toBe(7);
    expect(notes).toEqual([]);
  });
});
