// Calls of the upload protocol from a page, and the three ways in which they do not succeed.

export class Refused extends Error {
  constructor({ error, detail, where, hint, ...extra }) {
    super(detail);
    Object.assign(this, { code: error, detail, where, hint, extra });
  }
}
export class SignedOut extends Error {} // go on after the next sign-in
export class Torn extends Error {} // no answer, or one after which another try may succeed

const windows = new BroadcastChannel("session"); // an answer of the portal starts the session's time anew: session.js
const TELL_MS = 10_000;
let told = 0;

const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);
const AGAIN_CODES = new Set(["part_busy"]);

// Read each time: a new sign-in brings a new token.
function headers(account) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  return { "X-CSRFToken": token, ...(account && { "X-Account": account }) };
}

// A JSON call; `body` is a document or a form.
export async function call(method, url, { account, body, signal }) {
  const form = body instanceof FormData;
  const options = { method, signal, redirect: "manual", headers: headers(account) };
  if (body !== undefined) options.body = form ? body : JSON.stringify(body);
  if (body !== undefined && !form) options.headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(url, options);
  } catch (error) {
    throw signal?.aborted ? error : new Torn(String(error));
  }
  return judged(answer.type === "opaqueredirect" ? 401 : answer.status, await answer.text().catch(() => ""));
}

// A page or a fragment as text; null when there is none at the moment. Nothing is said: nobody has asked for it.
export async function look(url) {
  try {
    const answer = await fetch(url, { redirect: "manual" });
    if (!answer.ok) return null;
    tellWindows();
    return await answer.text();
  } catch {
    return null;
  }
}

// One part's bytes. XMLHttpRequest, because fetch tells nothing of what has left.
export function sendPart(url, bytes, { account, onBytes, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers(account))) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded }) => onBytes(loaded);
    request.onerror = () => reject(new Torn("no answer"));
    request.onabort = () => reject(signal.reason);
    request.onload = () => {
      try {
        resolve(judged(request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    };
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(bytes);
  });
}

function judged(status, text) {
  const document = parsed(text);
  if (status >= 200 && status < 300) {
    tellWindows();
    return document ?? {};
  }
  if (status === 401 || document?.error === "csrf") throw new SignedOut();
  if (AGAIN.has(status) || AGAIN_CODES.has(document?.error)) throw new Torn(`HTTP ${status}`);
  throw new Refused(document ?? { error: "unexpected", detail: `HTTP ${status}` });
}

function tellWindows() {
  if (Date.now() - told < TELL_MS) return;
  told = Date.now();
  windows.postMessage("renewed");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
