// Drives a headless Chromium through the pipe of its DevTools protocol.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts the program and opens a page. What goes wrong in the page is collected in `problems`. */
export async function chromium(program = process.env.CHROMIUM ?? "chromium") {
  const profile = mkdtempSync(join(tmpdir(), "stonechat-chromium-"));
  const options = [
    "--headless",
    "--remote-debugging-pipe",
    // Where everything runs as root, as in many containers, there is no sandbox to be had; the page is our own.
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    // Nothing but the machine itself can be reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(program, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  process.once("exit", end);
  const gone = new Promise((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  gone.catch(() => undefined);
  const [, , , commands, replies] = child.stdio;
  const waiting = new Map();
  const listeners = new Map();
  const problems = [];
  let last = 0;
  let rest = "";
  replies.setEncoding("utf8");
  replies.on("data", (chunk) => {
    const messages = (rest + chunk).split("\0");
    rest = messages.pop();
    for (const { id, error, result, method, params } of messages.map((text) => JSON.parse(text))) {
      if (method === "Runtime.exceptionThrown") problems.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      if (method === "Log.entryAdded" && params.entry.level === "error") problems.push(`${params.entry.text} ${params.entry.url ?? ""}`);
      if (method === "Network.requestWillBeSent") listeners.get("request")?.(params.request.url);
      if (id === undefined) continue;
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    }
  });
  let sessionId;
  const send = (method, params = {}) => {
    const id = (last += 1);
    commands.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return Promise.race([new Promise((resolve, reject) => waiting.set(id, { resolve, reject })), gone]);
  };

  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  ({ sessionId } = await send("Target.attachToTarget", { targetId, flatten: true }));
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);

  /** The value of an expression in the page. */
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return {
    send,
    evaluate,
    problems,
    onRequest: (listener) => listeners.set("request", listener),
    /** Waits until an expression is true. */
    async until(expression) {
      for (let tries = 0; tries < 400; tries += 1) {
        if (await evaluate(expression)) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`never became true: ${expression}\n${problems.join("\n")}`);
    },
    async close() {
      child.removeAllListeners("exit");
      const ended = new Promise((resolve) => child.on("exit", resolve));
      // With its helpers, which are of its group and would write into the folder for a while longer.
      end();
      await ended;
      for (let tries = 0; tries < 100; tries += 1) {
        try {
          rmSync(profile, { recursive: true, force: true });
          return;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
      console.error(`browser: ${profile} could not be removed`);
    },
  };
}
