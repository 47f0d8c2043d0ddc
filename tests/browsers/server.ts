/** The repository's folder over HTTP, for a browser, and what its pages have to say. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Everything below this path comes with the headers that isolate a page from other origins. */
export const ISOLATED = "/isolated";

/** The address of a server, and what it can do. */
export interface PageServer {
  readonly url: string;
  /** What the next page that posts to `/answer` says. */
  nextAnswer(): Promise<string>;
  close(): Promise<void>;
}

/** Serves `root` on a free port of this machine. */
export async function serve(root: string): Promise<PageServer> {
  let waiting: (answer: string) => void = () => {};
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      waiting(await text(request));
      response.end();
    } else {
      await sendFile(root, request, response);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    nextAnswer: () =>
      new Promise((resolve) => {
        waiting = resolve;
      }),
    async close() {
      server.close();
      // A browser keeps its connections open.
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function sendFile(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
  if (path.startsWith(`${ISOLATED}/`)) {
    path = path.slice(ISOLATED.length);
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
  }
  try {
    const content = await readFile(join(root, path));
    response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
    response.end(content);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}
