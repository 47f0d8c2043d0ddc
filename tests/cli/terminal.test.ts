/** On a terminal: isatty, prompts, line editing by the terminal, window size, Ctrl-C from the keyboard. */
import { spawnSync } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { ENVIRONMENT, MOULT, Sandbox } from "./moult.js";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

/** Runs a program on a pseudo-terminal and types when it sees what it waits for. Node can't make one. */
const DRIVER = `
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 101, 0, 0))
dialogue = [(b"name? ", b"bob\\n"), (b"again? ", b"\\n"), (b"third? ", b"\\x03"), (b"caught", b"last\\n")]
seen = b""
while True:
    if not select.select([fd], [], [], 100)[0]: sys.exit("nothing came: " + repr(seen))
    try: part = os.read(fd, 1000)
    except OSError: break
    if not part: break
    seen += part
    if dialogue and dialogue[0][0] in seen: os.write(fd, dialogue.pop(0)[1])
sys.stdout.write(seen.decode().replace("\\r\\n", "\\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const PROGRAM = `
import os, sys
print([s.isatty() for s in (sys.stdin, sys.stdout, sys.stderr)], sys.stdout.line_buffering)
answers = [input("name? "), input("again? ")]
print(answers, tuple(os.get_terminal_size()))
try: input("third? ")
except KeyboardInterrupt: print("caught")
print(repr(sys.stdin.readline()))
sys.exit(3)
`;

const pythonMissing = spawnSync("python3", ["-c", "import pty"]).status !== 0;

test.skipIf(pythonMissing)("a dialogue (skipped without a native python3, which makes the terminal)", () => {
  const args = [
    sandbox.write("driver.py", DRIVER),
    process.execPath,
    MOULT,
    "run",
    sandbox.write("p.py", PROGRAM),
  ];
  const { stdout, stderr, status } = spawnSync("python3", args, { env: ENVIRONMENT, encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 3 });
  expect(stdout).toBe(
    "[True, True, True] True\nname? bob\nagain? \n['bob', ''] (101, 33)\nthird? ^Ccaught\nlast\n'last\\n'\n",
  );
});
