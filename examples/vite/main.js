/** Moult in a page that Vite bundles: Python here, and in a worker, each with a collector of its own. */
import { program } from "./program.js";

const log = (text) => document.getElementById("log").append(`\n${text}`);
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const fromWorker = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});
try {
  log(`page: ${await program()}`);
  log(`worker: ${await fromWorker}`);
  document.title = "done";
} catch (error) {
  log(`failed: ${error}`);
  document.title = "failed";
}
