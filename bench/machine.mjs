/** Where and with what the figures were measured. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memoryBytes
 * @property {string} system
 * @property {string} node
 * @property {string} revision  git revision, with "+changes" when the tree differs from it
 * @property {number} load  one-minute load average when asked
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()}`,
    node: process.version,
    revision: gitRevision(),
    load: loadavg()[0] ?? 0,
  };
}

function gitRevision() {
  /** @param {string[]} parameters */
  const git = (...parameters) =>
    execFileSync("git", parameters, {
      cwd: HERE,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : "+changes");
  } catch {
    return "unknown (not a git checkout)";
  }
}

/** One line for the end of the table. @param {Machine} machine */
export function machineLine(machine) {
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  const load = `load average ${machine.load.toFixed(2)} at the start`;
  return `${machine.cpu}, ${machine.cores} cores, ${memory}; ${machine.system}; Node ${machine.node}; revision ${machine.revision}; ${load}.`;
}
