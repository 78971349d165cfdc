// Types into the page in a headless Chromium, and takes pictures: node examples/browser/test.js FOLDER
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "./chromium.js";
import { serve } from "./serve.js";

const folder = resolve(process.argv[2] ?? "target/browser");
mkdirSync(folder, { recursive: true });
const server = await serve();
const home = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium();
const { send, evaluate, until, problems } = browser;
const requests = [];
browser.onRequest((url) => requests.push(url));

async function goTo(url) {
  await send("Page.navigate", { url });
  await until("document.documentElement?.hasAttribute('data-ready')");
}

/** Key by key, as a person does. */
async function type(words) {
  await evaluate("document.getElementById('text').focus(), document.getElementById('text').select()");
  for (const key of words) await send("Input.insertText", { text: key });
}

const shown = (id) => evaluate(`document.getElementById("${id}").innerText`);
const marks = () => evaluate("Array.from(document.querySelectorAll('mark'), (mark) => [mark.dataset.name, mark.textContent])");
const rows = () => evaluate("Array.from(document.querySelectorAll('#slots tr'), (row) => row.innerText)");

async function picture(name, width, height, scheme = "light") {
  await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 2, mobile: false });
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  const { data } = await send("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(folder, `${name}.png`), Buffer.from(data, "base64"));
}

async function understands() {
  assert.match(await shown("facts"), /lights\.stone[^]*tagger[^]*14[^]*14[^]*\d{3} KB[^]*\d+ examples, bit for bit/);
  await type("set the bedroom lights to thirty percent at half past six");
  assert.equal(await shown("label"), "lights.dim");
  assert.equal(await shown("decision"), "understood");
  assert.deepEqual(await marks(), [
    ["room", "bedroom"],
    ["level", "thirty percent"],
    ["time", "half past six"],
  ]);
  assert.match((await rows())[1], /^level\s+30 %\s+\d/);
  assert.match(await shown("time"), /^\d+ µs$/);
}

try {
  await goTo(home);
  await understands();
  const modules = requests.filter((url) => url.includes("/wasm/"));
  assert.deepEqual(modules, [`${home}stonechat/wasm/stonechat.wasm`], "the patch is for machines without SIMD");
  await picture("page", 1100, 840);
  await picture("dark", 1100, 840, "dark");
  await picture("phone", 400, 1240);

  // Each key is answered, not the last one alone.
  await type("turn ");
  assert.match(await shown("decision"), /not sure|understood/);
  await type("call my mom");
  assert.equal(await shown("decision"), "not sure");
  assert.match(await shown("confidence"), /low confidence/);
  assert.match((await rows())[0], /none/);
  // Markup is text.
  await type("<b>turn</b> on the <i>kitchen</i> 💡 light");
  assert.equal(await evaluate("document.querySelectorAll('#said b, #said i').length"), 0);
  assert.deepEqual((await marks()).filter(([name]) => name === "room"), [["room", "kitchen"]]);
  await type("");
  await evaluate("document.getElementById('text').value = '', document.getElementById('text').dispatchEvent(new Event('input'))");
  assert.equal(await evaluate("document.getElementById('answer').hidden"), true);
  await evaluate("document.querySelector('#tries button').click()");
  assert.equal(await shown("label"), "lights.dim");

  // A file of one's own, and one that is none.
  const { result } = await send("Runtime.evaluate", { expression: "document.getElementById('file')" });
  const choose = (name) =>
    send("DOM.setFileInputFiles", { objectId: result.objectId, files: [fileURLToPath(new URL(name, import.meta.url))] });
  await choose("../../golden/models/v1/confirm.stone");
  await until("document.getElementById('facts').innerText.includes('confirm.stone')");
  await type("yes please");
  assert.equal(await shown("label"), "yes");
  await choose("index.html");
  await until("!document.getElementById('problem').hidden");
  assert.match(await shown("problem"), /index\.html: byte 0: this is not a model file/);
  assert.equal(await shown("label"), "yes", "the model that was open still answers");
  assert.ok(requests.every((url) => url.startsWith(home) || url.startsWith("data:")), requests.join());

  // The same page in one file, from the disk, with no server at all.
  server.close();
  server.closeAllConnections?.();
  const single = join(folder, "stonechat.html");
  execFileSync(process.execPath, [fileURLToPath(new URL("bundle.js", import.meta.url)), single]);
  requests.length = 0;
  await goTo(pathToFileURL(single).href);
  await understands();
  assert.ok(requests.every((url) => /^(file|data):/.test(url)), requests.join());
  assert.deepEqual(problems, []);
  console.log(`browser: the page understands, served and from one file; pictures in ${folder}`);
} finally {
  server.close();
  await browser.close();
}
