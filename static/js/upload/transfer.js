// One upload from this page: read, declare, send what is missing, have it checked, give it its part in the hand-in.
// It knows nothing of the page: `changed` events tell that `this` looks different.
import { Refused, SignedOut, Torn, call, sendPart } from "./api.js";
import { Reader, Unreadable, bundleDigest, inOrder } from "./digests.js";
import { Gate, Speed, sleep } from "./pace.js";

const PARALLEL = 3; // parts on their way at once
const CHECK_MS = 1000;
const CHECKS = 5;
const LONGEST_WAIT_MS = 30_000;

export const ENDED = new Set(["done", "refused", "changed", "other", "cancelled", "closed", "failed"]);

export class Transfer extends EventTarget {
  state = "reading"; // then sending, checking, done; or one of the other ends
  trouble = ""; // "offline", "server" or "signed-out" while it waits
  refusal = null; // {detail, where, hint} of an end that is none of ours
  upload = null; // the portal's description of it
  checked = null; // {done, total} files
  resumed = 0; // bytes that were there before
  speed = new Speed();
  #stop = new AbortController();
  #gate = new Gate();
  #read = 0;
  #asked = 0;
  #flying = new Map(); // part → bytes that have left
  #missing = new Map(); // path → numbers of the parts not acknowledged

  // files: [{path, file}]; urls: {uploads, use}; expected: the digest of the upload that is to go on, if one is.
  constructor({ files, role, label, account, urls, partSize, expected = "" }) {
    super();
    Object.assign(this, { role, label, account, urls, partSize, expected });
    this.files = inOrder(files);
    this.total = files.reduce((sum, { file }) => sum + file.size, 0);
  }

  get paused() {
    return !this.#gate.open && !this.trouble;
  }

  get ended() {
    return ENDED.has(this.state);
  }

  // Bytes read, or bytes that the portal has or is just receiving.
  get done() {
    if (this.state === "reading") return this.#read;
    if (!this.upload) return 0;
    return this.total - this.#absent() + [...this.#flying.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  // How much of one file the portal has.
  doneOf({ path, file }) {
    return file.size - (this.#missing.get(path) ?? []).reduce((sum, number) => sum + this.#sizeOf(file, number), 0);
  }

  async run() {
    try {
      await this.#declare();
      while (!(await this.#completed())) await this.#send();
      await this.#use();
      this.#become("done");
    } catch (error) {
      this.#fail(error);
    }
  }

  pause() {
    this.#gate.close();
    this.#tell();
  }

  // Also the way on after trouble: at once, not when the waiting time is over.
  resume() {
    this.trouble = "";
    this.#gate.release();
    this.#tell();
  }

  // Ended only when the portal has taken back what had arrived.
  async cancel() {
    if (this.ended || this.state === "cancelling") return;
    this.#become("cancelling");
    this.#stop.abort(new DOMException("cancelled", "AbortError"));
    try {
      if (this.upload) await call("DELETE", this.upload.address, { account: this.account });
      this.#become("cancelled");
    } catch (error) {
      this.refusal = error instanceof Refused ? error : null;
      this.#become(this.refusal ? "refused" : "failed");
    }
  }

  async #digests() {
    const reader = new Reader({ partSize: this.partSize, signal: this.#stop.signal });
    const entries = [];
    let before = 0;
    const onBytes = (bytes) => { this.#read = before + bytes; this.#tell(); };
    const mayGoOn = () => this.#gate.opened;
    try {
      for (const { path, file } of this.files) {
        await mayGoOn();
        const { sha256, parts } = await reader.digests(file, { onBytes, mayGoOn });
        entries.push({ path, size: file.size, sha256, parts });
        before += file.size;
        onBytes(0);
      }
    } finally {
      reader.end();
    }
    return entries;
  }

  async #declare() {
    const files = await this.#digests();
    if (this.expected && bundleDigest(files) !== this.expected) throw new End("other");
    const body = { manifest: { part_size: this.partSize, files }, label: this.label };
    try {
      this.upload = await this.#patiently(() => this.#call("POST", this.urls.uploads, body));
    } catch (error) {
      if (error.code !== "other_part_size" || error.extra.part_size === this.partSize) throw error;
      this.partSize = error.extra.part_size; // the client began it: read again in its parts, and go on with them
      return this.#declare();
    }
    this.#take(this.upload);
    this.resumed = this.total - this.#absent();
    await this.#use(); // the part it plays, before the bytes: a page that is closed now has forgotten nothing
    this.dispatchEvent(new Event("declared"));
  }

  #take({ missing }) {
    this.#missing = new Map(Object.entries(missing ?? {}));
    if (this.state === "reading") this.#become("sending");
  }

  async #send() {
    this.#become("sending");
    this.speed.start(this.done);
    const queue = this.files.flatMap(({ path, file }, index) =>
      (this.#missing.get(path) ?? []).map((number) => ({ path, file, index, number })));
    const lane = async () => {
      for (let part = queue.shift(); part; part = queue.shift()) await this.#sendPart(part);
    };
    try {
      await Promise.all(Array.from({ length: PARALLEL }, lane));
    } catch (error) {
      if (error.code !== "not_open") throw error;
      this.#missing = new Map(); // finished or ended from elsewhere: the next look tells which
    }
  }

  async #sendPart(part) {
    const { path, file, index, number } = part;
    const bytes = file.slice(number * this.partSize, (number + 1) * this.partSize);
    const onBytes = (sent) => { this.#flying.set(part, Math.min(sent, bytes.size)); this.#tell(); };
    const options = { account: this.account, onBytes, signal: this.#stop.signal };
    try {
      await this.#patiently(() => sendPart(`${this.upload.address}${index}/${number}/`, bytes, options), { file: bytes });
      this.#missing.set(path, this.#missing.get(path).filter((other) => other !== number));
    } finally {
      this.#flying.delete(part);
    }
    this.#tell();
  }

  // True when the bundle exists; false when parts are missing, which are then known.
  async #completed() {
    if (this.#absent() > 0) return false;
    this.#become("checking");
    for (let answer = await this.#complete(); ; answer = await this.#look()) {
      this.checked = answer.checked === undefined ? this.checked : { done: answer.checked, total: answer.files };
      this.#tell();
      if (answer.state === "complete") return true;
      if (answer.state === "refused") throw new Refused(answer.refusal ?? {});
      if (answer.missing && Object.keys(answer.missing).length) return this.#take(answer), false;
      if (!["checking", "declared"].includes(answer.state)) throw new End("closed");
      await sleep(CHECK_MS, this.#stop.signal);
    }
  }

  async #complete() {
    if (this.#asked++ > CHECKS) throw new End("failed"); // the check itself breaks off again and again
    try {
      return await this.#patiently(() => this.#call("POST", `${this.upload.address}complete/`, {}));
    } catch (error) {
      if (error.code === "parts_missing" || error.code === "not_open") return this.#look();
      throw error;
    }
  }

  async #look() {
    const answer = await this.#patiently(() => this.#call("GET", this.upload.address));
    const whole = answer.state === "declared" && Object.keys(answer.missing).length === 0;
    return whole ? this.#complete() : answer;
  }

  async #use() {
    if (!this.urls.use) return; // the hand-in is sealed, its parts are what they are
    const body = new FormData();
    body.set("role", this.role);
    const address = this.urls.use.replace("00000000-0000-0000-0000-000000000000", this.upload.id);
    try {
      await this.#patiently(() => call("POST", address, { body, signal: this.#stop.signal }));
    } catch (error) {
      throw Object.assign(error, { fromPage: true }); // said in the page's language
    }
  }

  #call(method, url, body) {
    return call(method, url, { account: this.account, body, signal: this.#stop.signal });
  }

  // Until it succeeds or is refused: waits for the connection, for the portal, for the next sign-in, for "go on".
  async #patiently(act, { file } = {}) {
    for (let wait = 1000; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      await this.#gate.opened;
      this.#stop.signal.throwIfAborted();
      try {
        const answer = await act();
        if (this.#gate.open) this.trouble = "";
        return answer;
      } catch (error) {
        if (error instanceof SignedOut) this.#wait("signed-out");
        else if (!(error instanceof Torn)) throw error;
        else await this.#torn(wait, file);
      }
    }
  }

  async #torn(wait, file) {
    await file?.slice(0, 1).arrayBuffer().catch(() => { throw new Unreadable(); });
    this.trouble = navigator.onLine ? "server" : "offline";
    this.#tell();
    await sleep(wait * (0.5 + Math.random() / 2), this.#stop.signal, this.#gate.nudged);
  }

  #wait(trouble) {
    this.trouble = trouble;
    this.#gate.close();
    this.#tell();
  }

  #absent() {
    return this.files.reduce((sum, entry) => sum + entry.file.size - this.doneOf(entry), 0);
  }

  #sizeOf(file, number) {
    return Math.min(this.partSize, file.size - number * this.partSize);
  }

  #fail(error) {
    if (this.ended || this.state === "cancelling") return; // what was on its way ends with it
    this.#stop.abort(error);
    this.refusal = error instanceof Refused ? error : null;
    if (error instanceof Unreadable || error.code === "wrong_digest") this.#become("changed");
    else this.#become(error instanceof Refused ? "refused" : error instanceof End ? error.message : "failed");
    if (!(error instanceof Refused || error instanceof End || error instanceof Unreadable)) console.error(error);
  }

  #become(state) {
    this.trouble = "";
    this.state = state;
    this.#tell();
  }

  #tell() {
    if (this.state === "sending") this.speed.note(this.done);
    this.dispatchEvent(new Event("changed"));
  }
}

class End extends Error {}
