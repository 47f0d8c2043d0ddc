/** The host's files, at their paths. */
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { moult, PYODIDE_029, python, Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

describe.each([
  ["the main Pyodide", []],
  ["Pyodide 0.29", ["--pyodide", PYODIDE_029]],
])("%s", (name, options) => {
  test("reads, writes, renames, links and removes as python would", async () => {
    const directory = join(sandbox.path, name.replaceAll(" ", "-"));
    mkdirSync(directory);
    const code = `
import os, shutil, stat, tempfile
assert os.getcwd() == ${JSON.stringify(directory)}, os.getcwd()
with open("relative.txt", "w") as file: file.write("héllo\\n")
with open(os.path.abspath("relative.txt"), "a") as file: file.write("more\\n")
os.makedirs("a/b")
os.rename("relative.txt", "a/b/moved.txt")
with open("victim.txt", "w") as file: file.write("old")
with open("new.txt", "w") as file: file.write("new")
os.replace("new.txt", "victim.txt")
os.symlink("a/b/moved.txt", "link")
assert os.readlink("link") == "a/b/moved.txt" and os.path.samefile("link", "a/b/moved.txt")
assert open("link", encoding="utf-8").read() == "héllo\\nmore\\n"
os.chmod("victim.txt", 0o600)
os.utime("victim.txt", (1e9, 1e9))
with open("bytes", "wb") as file:
    file.write(bytes(range(256)) * 4096)
    file.flush(); os.fsync(file.fileno())
with open("bytes", "r+b") as file:
    file.seek(-10, 2); assert file.read(2) == bytes([246, 247]); file.truncate(100)
shutil.copytree("a", "copy")
with tempfile.TemporaryDirectory() as other:
    os.rename("copy", other + "/copy")  # to another top-level directory or not: one file system
    assert os.listdir(other + "/copy/b") == ["moved.txt"]
assert not os.path.exists(other)
os.mkdir("gone"); os.rmdir("gone")
open("gone.txt", "w").close(); os.unlink("gone.txt")
try: open("gone.txt")
except FileNotFoundError as error: print(error.filename)
print(sorted(os.listdir()), sorted(entry.name for entry in os.scandir() if entry.is_dir()))
print(os.path.isdir("/usr"), "usr" in os.listdir("/"), open("/proc/self/status").readline().split()[0])
`;
    const { stdout, stderr, status } = await moult(["run", ...options, "-"], { cwd: directory, input: code });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(stdout).toBe("gone.txt\n['a', 'bytes', 'link', 'victim.txt'] ['a']\nTrue True Name:\n");
    expect(readFileSync(join(directory, "a/b/moved.txt"), "utf8")).toBe("héllo\nmore\n");
    expect(readFileSync(join(directory, "victim.txt"), "utf8")).toBe("new");
    const victim = statSync(join(directory, "victim.txt"));
    expect([victim.mode & 0o777, victim.mtimeMs]).toEqual([0o600, 1e12]);
    expect(statSync(join(directory, "bytes")).size).toBe(100);
    expect(statSync(join(directory, "a/b/moved.txt")).mode & 0o777).toBe(0o666 & ~process.umask());
  });
});

test("a module of the user's is compiled to __pycache__ as python does, not with -B", async () => {
  sandbox.write("mine.py", "VALUE = 1\n");
  const script = sandbox.write("imports.py", "import mine; print(mine.VALUE)\n");
  await moult(["run", "-B", script]);
  expect(existsSync(join(sandbox.path, "__pycache__"))).toBe(false);
  expect((await moult(["run", script])).stdout).toBe("1\n");
  expect(existsSync(join(sandbox.path, "__pycache__", "mine.cpython-314.pyc"))).toBe(true);
});

test("a working directory behind a symbolic link", async () => {
  const link = join(sandbox.path, "link-to-self");
  symlinkSync(sandbox.path, link);
  const { stdout } = await python("import os; print(os.path.exists('link-to-self'))", { cwd: link });
  expect(stdout).toBe("True\n");
});
