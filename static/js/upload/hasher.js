// A worker: reads files part by part and hashes each part and the whole, so that the page stays quick and memory small.
// A message with a file begins it; each later message asks for the next part, so that a pause is a pause.
import { Sha256 } from "./sha256.js";

let file, partSize, at, whole, parts;

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Outside of HTTPS there is no crypto.subtle.
async function digest(bytes) {
  return crypto.subtle ? hex(await crypto.subtle.digest("SHA-256", bytes)) : new Sha256().update(bytes).hex();
}

async function next() {
  const bytes = new Uint8Array(await file.slice(at, at + partSize).arrayBuffer());
  const part = digest(bytes);
  whole.update(bytes);
  parts.push(await part);
  at += bytes.length;
}

self.onmessage = async ({ data }) => {
  if (data.file) ({ file, partSize, at, whole, parts } = { ...data, at: 0, whole: new Sha256(), parts: [] });
  try {
    if (at < file.size) await next();
    self.postMessage(at < file.size ? { read: at } : { sha256: whole.hex(), parts });
  } catch (error) {
    self.postMessage({ unreadable: String(error) });
  }
};
