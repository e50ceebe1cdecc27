// What a manifest says of a file, computed beside the page in a worker, and the digest of the manifest as a whole.
import { Sha256 } from "./sha256.js";

export class Unreadable extends Error {} // changed, moved or locked since it was chosen

// {sha256, parts}; one worker per file, ended with the reading or with the signal.
export function readDigests(file, { partSize, onBytes, signal }) {
  const worker = new Worker(new URL("./hasher.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.read !== undefined) onBytes(data.read);
      else if (data.unreadable) reject(new Unreadable(data.unreadable));
      else resolve(data);
    };
    worker.postMessage({ file, partSize });
  }).finally(() => worker.terminate());
}

// By code point, as the portal sorts: a file's number in an address is its place in this order.
export function inOrder(entries) {
  return entries.toSorted((one, other) => compare([...one.path], [...other.path]));
}

function compare(one, other) {
  for (let n = 0; n < Math.min(one.length, other.length); n++) {
    if (one[n] !== other[n]) return one[n].codePointAt(0) - other[n].codePointAt(0);
  }
  return one.length - other.length;
}

// The digest that covers paths, sizes and SHA-256: equal for equal files, whatever the parts.
export function bundleDigest(entries) {
  const files = inOrder(entries).map(({ path, sha256, size }) => ({ path, sha256, size }));
  const document = JSON.stringify({ files, schema: "manifest/1" }); // keys in the order of canonical JSON
  return new Sha256().update(new TextEncoder().encode(document)).hex();
}
