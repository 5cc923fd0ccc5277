// Asking the server: the token, the patience, and what it says when it refuses.
//
// A photograph goes out as the bare body of a request, without its name: the page knows its own
// names, and the server has no use for them.

const PATIENCE = 8; // answers of 503 in a row, after which the whole work pauses
const LONGEST_WAIT = 15_000; // milliseconds
const STOPPING = new Set([
  "token-required", "loopback-only", "cross-origin", "unreachable", "busy", "not-ready",
]);

let token = null; // lives as long as this tab shows this page
let prompting = null;
let promptForToken = async () => null;
let notBefore = 0; // when the server wants to hear from us again

/** A refusal as the server's problem has it: `kind`, `title`, `status`, `code`, `values`, `detail`. */
export class Refusal extends Error {
  constructor(kind, { title = kind, status = 0, code = kind, values = {}, detail = "" } = {}) {
    super(title);
    Object.assign(this, { kind, title, status, code, values, detail });
  }

  /** Whether it concerns everything, so that asking for the next photograph makes no sense. */
  get stops() {
    return STOPPING.has(this.kind);
  }
}

/** Set who asks for the token: `prompt(again)` resolves to it, or to null. */
export function onTokenNeeded(prompt) {
  promptForToken = prompt;
}

/** The estimators that are served, and the server's limits. */
export async function listing() {
  return json(await ask("v1/estimators"));
}

/** An estimator's card as an HTML text. */
export async function cardOf(name) {
  const path = `v1/estimators/${encodeURIComponent(name)}/card`;
  return (await ask(path, { headers: { accept: "text/html" } })).text();
}

/**
 * The entry of one photograph.
 *
 * Throws a `Refusal` where the request is refused; a bad photograph has a `problem` in its entry.
 */
export async function estimate(file, estimators, { explain = "none", eye = "unknown", signal } = {}) {
  let body;
  try {
    body = await file.arrayBuffer();
  } catch {
    throw new Refusal("unreadable-file"); // moved or deleted since it was chosen
  }
  const query = new URLSearchParams(estimators.map((name) => ["estimators", name]));
  query.append("explain", explain);
  query.append("eyes", eye);
  // The server looks at the bytes; the type only says that they are a picture.
  const type = file.type.startsWith("image/") ? file.type : "image/x-unknown";
  const headers = { "content-type": type };
  const answer = await ask(`v1/predict?${query}`, { method: "POST", body, headers, signal });
  return (await json(answer)).photographs[0];
}

async function json(answer) {
  try {
    return await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("unreachable"); // cut off on the way, or something else that answered
  }
}

async function ask(path, options = {}) {
  for (let attempt = 1; ; attempt += 1) {
    await pause(notBefore - Date.now(), options.signal);
    const sent = token;
    const answer = await send(path, options, sent);
    if (answer.ok) return answer;
    const refusal = await refusalOf(answer);
    if (answer.status === 401) {
      await renewToken(sent, refusal);
    } else if (answer.status === 503 && attempt < PATIENCE) {
      const named = 1000 * Number(answer.headers.get("retry-after")) || 0;
      const wait = Math.max(named, 250 * 2 ** attempt) * (1 + Math.random() / 4);
      notBefore = Date.now() + Math.min(wait, LONGEST_WAIT);
    } else throw refusal;
  }
}

async function send(path, options, sent) {
  const headers = { ...options.headers };
  if (sent) headers.authorization = `Bearer ${sent}`;
  try {
    return await fetch(path, { ...options, headers, cache: "no-store", credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("unreachable");
  }
}

async function refusalOf(answer) {
  try {
    const problem = await answer.json();
    return new Refusal(problem.type.split(":").at(-1), problem);
  } catch {
    return new Refusal("unreachable", { status: answer.status });
  }
}

/** Ask the person for a token, once however many requests were refused. */
async function renewToken(sent, refusal) {
  if (sent !== token) return; // another request has got one meanwhile
  prompting ??= promptForToken(sent !== null).finally(() => (prompting = null));
  const given = await prompting;
  if (given === null) throw refusal;
  token = given;
}

function pause(milliseconds, signal) {
  if (milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    };
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}
