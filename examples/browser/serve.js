// Serves the page on this machine: node examples/browser/serve.js [PORT]
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const here = new URL(".", import.meta.url);
// What the page asks for, and where it lies.
const PLACES = [
  ["/stonechat/src/", new URL("../../bindings/web/src/", here)],
  ["/stonechat/wasm/", new URL("../../bindings/web/wasm/", here)],
  ["/", here],
];
const MODEL = new URL("../../golden/models/v1/smart-home.stone", here);
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

function place(path) {
  if (path === "/lights.stone") return MODEL;
  const [prefix, folder] = PLACES.find(([prefix]) => path.startsWith(prefix));
  const name = path.slice(prefix.length) || "index.html";
  // One file of one folder: no way out.
  return /^[\w-]+\.(html|css|js|wasm|patch)$/.test(name) ? new URL(name, folder) : undefined;
}

/** Listens on this port of the machine itself; 0 takes a free one. */
export function serve(port = 0) {
  const server = createServer(async (request, response) => {
    try {
      const file = place(new URL(request.url, "http://localhost").pathname);
      const data = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file.pathname)] ?? "application/octet-stream" }).end(data);
    } catch {
      response.writeHead(404).end("not found");
    }
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(Number(process.argv[2] ?? 8080));
  console.log(`http://localhost:${server.address().port}/`);
}
