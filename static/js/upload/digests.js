// What a manifest says of a file, computed in a worker, and the digest of the manifest as a whole.
import { Sha256 } from "./sha256.js";

export class Unreadable extends Error {} // changed, moved or locked since it was chosen

// One worker for all files of an upload; ended with the signal or by `end`.
export class Reader {
  #worker = new Worker(new URL("./hasher.js", import.meta.url), { type: "module" });

  constructor({ partSize, signal }) {
    Object.assign(this, { partSize, signal });
  }

  // {sha256, parts} of a file; `mayGoOn` is waited for before each part.
  digests(file, { onBytes, mayGoOn }) {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = async ({ data }) => {
        if (data.unreadable) return reject(new Unreadable(data.unreadable));
        if (data.sha256) return resolve(data);
        onBytes(data.read);
        await mayGoOn();
        worker.postMessage({});
      };
      worker.postMessage({ file, partSize: this.partSize });
    });
  }

  end() {
    this.#worker.terminate();
  }
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
