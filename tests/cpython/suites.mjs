/** Finds a copy of CPython's `test` package. */
import fs from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Where `.ci/install-testsuite.sh` unpacks Debian's packages, and where Debian installs them. */
const USUAL_PLACES = [path.join(ROOT, ".cache/cpython-tests/usr/lib"), "/usr/lib"];

/** There is no usable suite; the message says what to do. */
export class SuiteError extends Error {}

/** Names of the test modules of a suite; empty when `directory` is not one. */
export function modulesIn(directory) {
  if (!fs.existsSync(path.join(directory, "__init__.py"))) return [];
  const names = [];
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const name = entry.isDirectory() ? entry.name : entry.name.replace(/\.py$/, "");
    if (name.startsWith("test_") && (entry.isDirectory() || entry.name.endsWith(".py"))) names.push(name);
  }
  return names.sort();
}

/**
 * @param {string | undefined} given value of CPYTHON_TESTS: the `test` package, or the directory that holds it
 * @returns {{directory: string, label: string, modules: string[]}}
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
    const modules = modulesIn(directory);
    // Debian installs `test.support` and little else by default: that alone is no suite.
    if (given === undefined && !modules.includes("test_gc")) continue;
    if (modules.length > 0) return { directory, label: labelOf(directory), modules };
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
