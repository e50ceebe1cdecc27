// A worker: reads one file part by part and hashes each part and the whole, so that the page stays quick and memory small.
import { Sha256 } from "./sha256.js";

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Outside of HTTPS there is no crypto.subtle.
async function digest(bytes) {
  return crypto.subtle ? hex(await crypto.subtle.digest("SHA-256", bytes)) : new Sha256().update(bytes).hex();
}

self.onmessage = async ({ data: { file, partSize } }) => {
  const whole = new Sha256();
  const parts = [];
  try {
    for (let at = 0; at < file.size; at += partSize) {
      const bytes = new Uint8Array(await file.slice(at, at + partSize).arrayBuffer());
      const part = digest(bytes);
      whole.update(bytes);
      parts.push(await part);
      self.postMessage({ read: at + bytes.length });
    }
  } catch (error) {
    return self.postMessage({ unreadable: String(error) });
  }
  self.postMessage({ sha256: whole.hex(), parts });
};
