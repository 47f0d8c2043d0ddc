/** The page: the program for all places here, and then in a worker. */
import { answerPlace } from "./place.mjs";

const inWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => resolve(data);
  });

const page = await answerPlace();
const worker = await inWorker().catch((error) => JSON.stringify({ error: String(error) }));
await fetch("/answer", { method: "POST", body: `{"page": ${page}, "worker": ${worker}}` });
