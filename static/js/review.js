// The scoring page: keys inside the focused group, autosave that never loses a word, and an honest state of the connection.
const form = document.getElementById("score-form");
const offline = document.getElementById("offline");
const kept = document.getElementById("kept");
const storageKey = `sheet:${location.pathname}`;
const DIGITS_MS = 700; // within this time two digits make one number
let typedDigits = "";
let typedAt = 0;
let isDirty = false;

// Enter in a score field goes on to the next one; digits choose among the buttons of a criterion, only while that group has the focus.
function onKey(event) {
  const field = event.target;
  if (event.key === "Enter" && field.matches("input[type=number]")) {
    event.preventDefault();
    const stops = [...form.querySelectorAll("input[type=number], .score-buttons input, #opinion")];
    stops[stops.indexOf(field) + 1]?.focus();
  }
  const group = field.closest(".score-buttons");
  if (group && /^[0-9]$/.test(event.key)) choose(group, event.key);
}

function choose(group, digit) {
  const now = performance.now();
  typedDigits = now - typedAt < DIGITS_MS ? typedDigits + digit : digit;
  typedAt = now;
  const inputs = [...group.querySelectorAll("input")];
  const found = inputs.find((input) => input.value === typedDigits) ?? inputs.find((input) => input.value === digit);
  if (!found) return;
  found.checked = true;
  found.focus();
  found.dispatchEvent(new Event("change", { bubbles: true }));
}

// What is typed, without the version and the token: kept in this tab until the portal has it.
function typed() {
  return [...new FormData(form)].filter(([name]) => /^(score-|comment-|tick$|opinion$)/.test(name));
}

function keep() {
  isDirty = true;
  sessionStorage.setItem(storageKey, JSON.stringify(typed()));
}

function forget() {
  isDirty = false;
  sessionStorage.removeItem(storageKey);
}

function bringBack(fields) {
  for (const box of form.querySelectorAll("input[name=tick]")) box.checked = false;
  for (const [name, value] of fields) {
    const inputs = [...form.elements].filter((element) => element.name === name);
    const choice = inputs.find((input) => ["radio", "checkbox"].includes(input.type) && input.value === value);
    if (choice) choice.checked = true;
    else if (inputs.length === 1) inputs[0].value = value;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function offerKept() {
  const stored = sessionStorage.getItem(storageKey);
  if (!stored || stored === JSON.stringify(typed())) return sessionStorage.removeItem(storageKey);
  kept.hidden = false;
  kept.addEventListener("click", (event) => {
    const wish = event.target.dataset.kept;
    if (!wish) return;
    kept.hidden = true;
    if (wish === "restore") bringBack(JSON.parse(stored));
    else sessionStorage.removeItem(storageKey);
    form.querySelector("input, textarea")?.focus();
  });
}

// Why the last save did not arrive: no connection, or an answer that is none ("" hides the note).
function say(why) {
  for (const text of offline.querySelectorAll("[data-why]")) text.hidden = text.dataset.why !== why;
  offline.hidden = why === "";
}

if (form) {
  offerKept();
  form.addEventListener("keydown", onKey);
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", forget);
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    // 409 and 422 answer with the state line as well: somebody saved in between, or a score is not possible.
    if (detail.target.id === "save-state" && [409, 422].includes(detail.xhr.status)) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== form) return;
    const { status } = detail.xhr;
    if (status === 200) forget();
    if (status !== 0) say([200, 409, 422].includes(status) ? "" : "server");
  });
  document.body.addEventListener("htmx:sendError", () => say("network"));
  addEventListener("offline", () => say("network"));
  addEventListener("online", () => {
    say("");
    if (isDirty) form.dispatchEvent(new Event("change", { bubbles: true }));
  });
  addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
  if (!navigator.onLine) say("network");
}
