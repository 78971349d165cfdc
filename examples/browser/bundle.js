// Makes the page one file that opens from a disk, without a server: node examples/browser/bundle.js OUT.html [MODEL]
import { readFile, readdir, writeFile } from "node:fs/promises";
import { basename } from "node:path";

const here = new URL(".", import.meta.url);
const web = new URL("../../bindings/web/", here);
const [out, model = new URL("../../golden/models/v1/smart-home.stone", here)] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: node bundle.js OUT.html [MODEL]");
  process.exit(2);
}

const base64 = async (file) => (await readFile(file)).toString("base64");
const script = (source) => `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;

// A module in a data URL has no neighbours, so each gets a name of its own.
const imports = {};
for (const name of await readdir(new URL("src/", web))) {
  if (!name.endsWith(".js") || name === "node.js") continue;
  let source = (await readFile(new URL(`src/${name}`, web))).toString();
  // Relative addresses mean nothing here: the page brings the bytes.
  source = source.replaceAll('from "./', 'from "stonechat/').replaceAll("import.meta.url", "document.baseURI");
  imports[name === "browser.js" ? "stonechat" : `stonechat/${name}`] = script(source);
}

const bundle = `
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const module = bytes("${await base64(new URL("wasm/stonechat.wasm", web))}");
  const patch = bytes("${await base64(new URL("wasm/without-simd.patch", web))}");
  const whole = async () =>
    (await import("stonechat")).simdSupported() ? module : (await import("stonechat/patch.js")).patched(module, patch);
  let compiled;
  globalThis.stonechatBundle = {
    name: ${JSON.stringify(basename(model instanceof URL ? "lights.stone" : model))},
    example: bytes("${await base64(model)}"),
    module: () => compiled ??= whole().then((bytes) => WebAssembly.compile(bytes)),
  };
`;
const page = (await readFile(new URL("index.html", here)))
  .toString()
  .replace(/<link rel="stylesheet".*>/, `<style>\n${await readFile(new URL("style.css", here))}</style>`)
  .replace(
    /<script type="importmap">[^]*?<\/script>/,
    () => `<script type="importmap">${JSON.stringify({ imports })}</script>\n<script>${bundle}</script>`,
  )
  .replace(/<script type="module".*<\/script>/, `<script type="module" src="${script(await readFile(new URL("app.js", here)))}"></script>`);
await writeFile(out, page);
console.log(`${out}: ${Math.round(page.length / 1000)} KB`);
