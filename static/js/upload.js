// The upload parts of a hand-in's page: choosing files, sending them, watching what others send.
import { call } from "./upload/api.js";
import { Card } from "./upload/card.js";
import { Choice } from "./upload/form.js";
import { Transfer } from "./upload/transfer.js";
import { watch } from "./upload/watch.js";

const section = document.getElementById("by-browser");
const cards = document.getElementById("upload-cards");
const said = document.getElementById("upload-said");
const dialog = document.getElementById("upload-cancel");
const rules = JSON.parse(document.getElementById("upload-rules").textContent);
const transfers = new Set();

const say = (text) => { said.textContent = text; };
const going = () => [...transfers].filter((transfer) => !transfer.ended);
const leave = () => section.querySelector("[data-choose]")?.focus();
const tell = () => document.body.dispatchEvent(new Event("uploads-changed"));

function start({ roleName, ...wish }) {
  const transfer = new Transfer({ ...wish, account: rules.account, urls: rules.urls });
  transfer.roleName = roleName;
  const card = new Card(transfer, { say, ask, leave });
  transfers.add(transfer);
  cards.append(card.element);
  card.element.querySelector('[data-part="pause"]').focus();
  transfer.addEventListener("declared", tell, { once: true });
  transfer.run().then(tell);
}

// Taking back what has arrived is asked once more, here and in the list of what others send.
function ask(wanted) {
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "cancel") return;
    if (wanted instanceof Transfer) await wanted.cancel();
    else {
      await call("DELETE", wanted, { account: rules.account }).catch((error) => say(error.detail ?? ""));
      leave();
    }
    tell();
  }, { once: true });
}

const choice = new Choice(section, { rules, say, start });
section.hidden = false;

document.addEventListener("click", ({ target }) => {
  const { again, cancel } = target.closest("button")?.dataset ?? {};
  if (again) choice.again(JSON.parse(again));
  if (cancel) ask(cancel);
});
addEventListener("focus", () => { // back from a new sign-in in another window
  for (const transfer of going()) if (transfer.trouble === "signed-out") transfer.resume();
});
addEventListener("online", () => {
  for (const transfer of going()) if (transfer.trouble === "offline") transfer.resume();
});
addEventListener("beforeunload", (event) => {
  if (going().length) event.preventDefault();
});
watch({ busy: () => going().length > 0, hidden: () => new Set(going().map((transfer) => transfer.upload?.id)) });
