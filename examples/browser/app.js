// Loads a model file and shows what it understands, at every key.
import { Model } from "stonechat";

const at = (id) => document.getElementById(id);
const text = at("text");
const LIGHTS = "lights.stone";
// Texts to try with that model.
const TRIES = [
  "set the bedroom lights to thirty percent at half past six",
  "make it 21 degrees in the living room tomorrow morning",
  "remind me in an hour and a half",
  "play some jazz by nina simone",
  "it's freezing in here",
  "call my mom",
];
// A page in one file brings the engine and a model along; a served one fetches them.
const { module, example, name = LIGHTS } = globalThis.stonechatBundle ?? {};

let model;

/** An element with children; text is never markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("--")) made.style.setProperty(key, value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const percent = (confidence) => `${(100 * confidence).toFixed(1)} %`;
const size = (bytes) => (bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(2)} MB`);

/** A hue for each slot, far from its neighbours'. */
const hue = (name) => (model.slots.findIndex((slot) => slot.name === name) * 137.5 + 18) % 360;

/** A value for people. */
function words({ value }) {
  if (value === null) return element("span", { class: "none" }, "unresolved");
  const unit = { percent: " %", celsius: " °C", fahrenheit: " °F", degree: "°" };
  const behind = unit[value.unit ?? value.type] ?? (value.unit ? ` ${value.unit}` : "");
  return `${value.text}${behind}`;
}

/** How long one answer takes: the clock of a page is coarse, so it is asked more than once. */
function timed(options) {
  const start = performance.now();
  let count = 0;
  do {
    for (let again = 0; again < 8; again += 1) model.predict(text.value, options);
    count += 8;
  } while (performance.now() - start < 3);
  return ((performance.now() - start) * 1000) / count;
}

function show() {
  at("answer").hidden = model === undefined || text.value.trim() === "";
  if (at("answer").hidden) return;
  const options = { now: new Date() };
  const answer = model.predict(text.value, options);
  const pill = at("decision");
  pill.className = `pill ${answer.decision}`;
  pill.textContent = answer.decision === "accept" ? "understood" : "not sure";
  at("label").textContent = answer.labels.map(({ name }) => name).join(", ") || (answer.label?.name ?? "");
  const why = answer.reason?.replaceAll("_", " ");
  at("confidence").textContent = [percent(answer.confidence), why, answer.missingSlot].filter(Boolean).join(" · ");
  at("time").textContent = `${timed(options).toFixed(0)} µs`;

  const parts = [];
  let end = 0;
  for (const slot of answer.slots) {
    parts.push(answer.text.slice(end, slot.start));
    parts.push(element("mark", { "data-name": slot.name, "--hue": hue(slot.name) }, slot.text));
    ({ end } = slot);
  }
  at("said").replaceChildren(...parts, answer.text.slice(end));

  const rows = answer.slots.map((slot) =>
    element(
      "tr",
      {},
      element("td", {}, slot.name),
      element("td", {}, element("b", {}, words(slot))),
      element("td", {}, percent(slot.confidence)),
    ),
  );
  const none = element("tr", {}, element("td", { class: "none" }, "none"));
  at("slots").replaceChildren(...(rows.length > 0 ? rows : [none]));
  at("ranking").replaceChildren(
    ...answer.ranking.map(({ name, confidence }) =>
      element(
        "li",
        {},
        element("span", {}, name),
        element("span", { class: "quiet" }, percent(confidence)),
        element("i", { "--part": percent(confidence).replace(" ", "") }),
      ),
    ),
  );
}

async function open(data, name) {
  at("problem").hidden = true;
  try {
    const opened = await Model.open(data, module === undefined ? {} : { wasm: await module() });
    const examples = opened.verify();
    model?.close();
    model = opened;
    const fact = (term, what) => element("div", {}, element("dt", {}, term), element("dd", {}, what));
    at("facts").replaceChildren(
      fact("model", name),
      fact("kind", model.tier),
      fact("labels", String(model.labels.length)),
      fact("slots", String(model.slots.length)),
      fact("file", size(data.byteLength)),
      fact("memory", size(model.memory)),
      fact("verified", `${examples} examples, bit for bit`),
    );
    show();
  } catch (error) {
    at("problem").textContent = `${name}: ${error.message}`;
    at("problem").hidden = false;
  }
}

const openFile = async (file) => file && open(await file.arrayBuffer(), file.name);

text.addEventListener("input", show);
at("file").addEventListener("change", ({ target }) => openFile(target.files[0]));
const drop = at("drop");
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop") openFile(event.dataTransfer.files[0]);
  });
}

async function begin() {
  const data = example ?? (await fetch(LIGHTS).then((found) => (found.ok ? found.arrayBuffer() : undefined)));
  if (data === undefined) return;
  await open(data, name);
  if (name !== LIGHTS) return;
  at("tries").replaceChildren(
    ...TRIES.map((words) => {
      const button = element("button", { type: "button" }, words);
      button.addEventListener("click", () => {
        text.value = words;
        text.focus();
        show();
      });
      return button;
    }),
  );
}

// Without the example there is still a file to open.
begin()
  .catch(() => undefined)
  .finally(() => document.documentElement.setAttribute("data-ready", ""));
