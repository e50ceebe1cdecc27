// Waiting and speed.

// Closed while somebody paused; `nudged` is aborted by the next release, so that a waiting time can end early.
export class Gate {
  open = true;
  #nudge = new AbortController();
  #waiting = Promise.resolve();
  #letThrough = () => {};

  get opened() {
    return this.#waiting;
  }

  get nudged() {
    return this.#nudge.signal;
  }

  close() {
    if (!this.open) return;
    this.open = false;
    this.#waiting = new Promise((resolve) => { this.#letThrough = resolve; });
  }

  release() {
    this.open = true;
    this.#letThrough();
    this.#nudge.abort();
    this.#nudge = new AbortController();
  }
}

// Until the time is over or one of the signals says so; only the first one is an error.
export function sleep(ms, stop, early) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const ended = (settle) => () => { clearTimeout(timer); settle(stop.reason); };
    stop.addEventListener("abort", ended(reject), { once: true });
    early?.addEventListener("abort", ended(resolve), { once: true });
  });
}

const WINDOW_MS = 10_000;

// Bytes per second over the last ten seconds; null until there is something to say.
export class Speed {
  #samples = [];

  start(bytes) {
    this.#samples = [[performance.now(), bytes]];
  }

  note(bytes) {
    const now = performance.now();
    this.#samples.push([now, bytes]);
    while (this.#samples.length > 2 && now - this.#samples[0][0] > WINDOW_MS) this.#samples.shift();
  }

  get bytesPerSecond() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || last[0] - first[0] < 500) return null;
    return Math.max(0, (last[1] - first[1]) / ((last[0] - first[0]) / 1000));
  }
}
