/** Finds a copy of CPython's `test` package. */
import fs from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Where `.ci/install-testsuite.sh` unpacks Debian's packages, and where Debian installs them. */
const USUAL_PLACES = [path.join(ROOT, ".cache/cpython-tests/usr/lib"), "/usr/lib"];

/** There is no usable suite; the message says what to do. */
export class SuiteError extends Error {}

/** Whether this is a package with test modules in it. */
function isSuite(directory) {
  if (!fs.existsSync(path.join(directory, "__init__.py"))) return false;
  return fs.readdirSync(directory).some((name) => name.startsWith("test_"));
}

/** Whether a suite has a module; a dot leads into a package, as in "test_asyncio.test_tasks". */
export function hasModule(directory, name) {
  const file = path.join(directory, ...name.split("."));
  return fs.existsSync(`${file}.py`) || fs.existsSync(path.join(file, "__init__.py"));
}

/**
 * @param {string | undefined} given value of CPYTHON_TESTS: the `test` package, or the directory that holds it
 * @returns {{directory: string, label: string}}
 */
export function findSuite(given) {
  const candidates = [];
  if (given !== undefined) {
    candidates.push(path.resolve(given, "test"), path.resolve(given));
  } else {
    for (const place of USUAL_PLACES) {
      if (!fs.existsSync(place)) continue;
      const lines = fs.readdirSync(place).filter((name) => /^python3\.\d+$/.test(name));
      candidates.push(...lines.map((name) => path.join(place, name, "test")));
    }
  }
  for (const directory of candidates) {
    // Debian installs `test.support` and little else by default: that alone is no suite.
    if (given === undefined && !hasModule(directory, "test_gc")) continue;
    if (isSuite(directory)) return { directory, label: labelOf(directory) };
  }
  throw new SuiteError(
    given === undefined
      ? "CPython's tests are not here. Run `sh .ci/install-testsuite.sh` (Debian, Ubuntu), or set CPYTHON_TESTS to " +
          "the Lib directory of a CPython that has them, such as ~/.pyenv/versions/3.13.0/lib/python3.13."
      : `CPYTHON_TESTS=${given}: neither this nor its "test" is a package with test_*.py in it.`,
  );
}

/** "3.13" out of ".../python3.13/test", for the summary. */
function labelOf(directory) {
  return /python(3\.\d+)/.exec(directory)?.[1] ?? "of unknown version";
}
