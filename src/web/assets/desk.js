// Progressive enhancement of the desk: every page works without it, as plain forms. forms.js, which
// enhances the forms themselves, is loaded first.
"use strict";

document.documentElement.classList.add("js");
const said = document.getElementById("said");

// Toasts: live regions that are shown for some seconds, the same on every page. One with an undo counts down the
// seconds that the server gave, and then asks the server whether the customer was told.

/** Seconds for which a toast is shown, and one with buttons but without a countdown. */
const WHILE = 6;
const OFFERED = 12;
/** Maximum number of times that a toast is looked at again. */
const LOOKS = 10;

function run(toast, looks = 0) {
  const offer = looks < LOOKS ? toast.querySelector("[data-left]") : null;
  const number = toast.querySelector("[data-seconds]");
  const lasts = 1000 * (offer?.dataset.left ?? (toast.querySelector("form") ? OFFERED : WHILE));
  // Not the wall clock, which somebody may set meanwhile.
  const end = performance.now() + lasts;
  const tick = () => {
    const left = end - performance.now();
    if (number && offer) number.textContent = Math.max(0, Math.ceil(left / 1000));
    if (left > 0) return;
    clearInterval(toast.timer);
    if (offer) lookAgain(toast, offer.dataset.again, looks + 1);
    else toast.hidden = true;
  };
  clearInterval(toast.timer);
  toast.timer = setInterval(tick, 200);
  tick();
}

async function lookAgain(toast, address, looks) {
  const { timer } = toast;
  const html = await ask(address);
  // Another toast has taken its place meanwhile.
  if (toast.timer !== timer) return;
  // Without a response it stays as it was; the server knows when it is too late.
  if (html !== null) toast.innerHTML = html;
  run(toast, looks);
}

// The undo, without leaving the page.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const toast = form.closest(".toast");
  // The undo of a field belongs to the sheet.
  if (!toast || form.matches("[data-place]")) return;
  event.preventDefault();
  clearInterval(toast.timer);
  await tell(form.action, new URLSearchParams(new FormData(form, event.submitter)));
  toast.hidden = toast !== said;
  refresh();
}, true);

/** Sends a change of a task, and shows its toast. Returns whether it succeeded. */
async function tell(address, body) {
  const told = await ask(address, { method: "POST", body, as: "json" });
  if (told) show(told.toast);
  else say(document.body.dataset.failed);
  return Boolean(told);
}

function show(content, as = "innerHTML") {
  said[as] = content;
  said.hidden = false;
  run(said);
}

const say = (text) => show(text, "textContent");

for (const toast of document.querySelectorAll("main .toast")) run(toast);

// Copy buttons of links.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = button.previousElementSibling;
  field.select();
  const copied = await navigator.clipboard?.writeText(field.value).then(() => true, () => false);
  if (!copied) document.execCommand("copy");
  button.textContent = document.body.dataset.copied;
});

// A page on a roll is as long as its content. The content is measured at the width between the margins, once its pictures are
// there; the page's length adds two margins of 4 mm and 1 mm for rounding.
const roll = document.querySelector("main > .paper.roll");
if (roll) window.addEventListener("load", () => {
  const measured = roll.cloneNode(true);
  measured.classList.add("measured");
  roll.after(measured);
  const length = Math.ceil(measured.getBoundingClientRect().height * 25.4 / 96) + 9;
  measured.remove();
  const page = roll.matches(".roll58") ? `roll58 { size: 58mm ${length}mm; margin: 4mm 5mm; }` : `roll { size: 80mm ${length}mm; margin: 4mm; }`;
  const sheet = [...document.styleSheets].at(-1);
  sheet.insertRule(`@page ${page}`, sheet.cssRules.length);
});

// Print buttons; without scripts, the browser's menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  if (!button.matches("[data-now]")) continue;
  // Neither a reload nor Back prints again.
  history.replaceState(null, "", location.href.replace(/[?&]print=1/, ""));
  window.addEventListener("load", () => window.print());
}

// Live updates: parts of the page are refreshed when a colleague or a customer changes something. A
// part in use (typing, choosing, dragging) is refreshed afterwards.
let missed = false;
let round = 0;

const isTyped = (field) => field.matches("input:not([type=radio], [type=checkbox]), textarea") && field.value !== field.defaultValue;
const inUse = (part) => {
  const on = document.activeElement;
  if (part.querySelector(".dragged, [data-moving], .menu[open]")) return true;
  if ([...part.querySelectorAll("input, textarea")].some(isTyped)) return true;
  if ([...part.querySelectorAll(".field select")].some((list) => !list.selectedOptions[0]?.defaultSelected)) return true;
  if (!part.contains(on)) return false;
  if (on.matches("input, textarea")) return true;
  // A choice that is not submitted yet, even if the focus is on the button beside it.
  const lists = [...(on.form?.querySelectorAll("select") ?? [])];
  return lists.some((list) => !list.selectedOptions[0]?.defaultSelected) || (on.matches("select") && isOpen(on));
};

/** Replaces a part of the page; what is unfolded stays so, and the focus on the same control of the same row. */
function replace(part, fresh) {
  const on = document.activeElement;
  const things = (where) => [...where.querySelectorAll("a, button, select")];
  const row = part.contains(on) ? on.closest("[data-task]") : null;
  const at = part.contains(on) ? things(row ?? part).indexOf(on) : -1;
  const folds = () => [...part.querySelectorAll("details")];
  const opened = folds().map((fold) => fold.open);
  part.replaceChildren(...fresh.childNodes);
  folds().forEach((fold, place) => { fold.open ||= opened[place] ?? false; });
  if (at < 0) return;
  const again = row ? part.querySelector(`[data-task="${row.dataset.task}"]`) : part;
  const all = things(again ?? part);
  (all[at] ?? all[0])?.focus({ preventScroll: true });
}

/** Replaces the parts that differ on a page of the server. One in use is left alone, unless it contains `from`, which asked for the page. */
function update(page, from) {
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh || part.innerHTML === fresh.innerHTML) continue;
    if (inUse(part) && !part.contains(from)) missed = true;
    else replace(part, fresh);
  }
}

/** Returns the address to load the page from again; undefined for a form that came back and names none. */
const ownAddress = () => document.querySelector("link[rel=canonical]")?.href
  ?? ("submission" in document.body.dataset ? undefined : location.href);

async function refresh() {
  const address = ownAddress();
  if (!document.querySelector("[data-part]") || !address) return;
  const mine = ++round;
  // The object or the session no longer exists: show the server's page about it.
  const gone = () => (address === location.href ? location.reload() : location.replace(address));
  const html = await ask(address, { gone });
  // A later request has a newer response.
  if (html === null || mine !== round) return;
  // The page has another address since, as after a tab of the board: this response shows the one before.
  if (ownAddress() !== address) return refresh();
  missed = false;
  update(parsed(html));
}

document.addEventListener("focusout", () => setTimeout(() => { if (missed) refresh(); }));

/** Listens for events. EventSource gives up after a response that is no stream; then reconnect. */
let source;
function listen(address, before) {
  const lost = document.querySelector(".lost");
  let timer = null;
  source = new EventSource(address);
  source.addEventListener("open", () => {
    lost.hidden = true;
    // Events during the disconnection were missed.
    if (before) refresh();
    before = true;
  });
  source.addEventListener("error", () => {
    lost.hidden = false;
    if (source.readyState !== EventSource.CLOSED) return;
    refresh();
    setTimeout(listen, 3000, address, true);
  });
  source.addEventListener("taskChanged", () => { timer ??= setTimeout(() => { timer = null; refresh(); }, 100); });
}

const { live } = document.body.dataset;
if (live) {
  listen(live, false);
  // A page in the back/forward cache would keep one of the browser's few connections to the site.
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(live, true); });
}
