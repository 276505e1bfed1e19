// Progressive enhancement of the desk: every page works without it, as plain forms. forms.js, which
// enhances the forms themselves, is loaded first.
"use strict";

document.documentElement.classList.add("js");
const said = document.getElementById("said");

// Toasts: live regions that are shown for some seconds. One with an undo button counts down the
// seconds until the customer is notified, and then removes the button.

/** Seconds for which a toast is shown, and one with an undo button without a countdown. */
const WHILE = 6;
const OFFERED = 12;

function run(toast) {
  let offer = toast.querySelector("[data-left]");
  let end = Date.now() + 1000 * (offer?.dataset.left ?? (toast.querySelector("form") ? OFFERED : WHILE));
  const number = toast.querySelector("[data-seconds]");
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (offer) number.textContent = left;
    if (left > 0) return;
    if (offer) {
      toast.querySelector("span").textContent = offer.dataset.over;
      offer.remove();
      offer = null;
      end = Date.now() + 1000 * WHILE;
    } else {
      toast.hidden = true;
      clearInterval(toast.timer);
    }
  };
  clearInterval(toast.timer);
  toast.timer = setInterval(tick, 200);
  tick();
}

function say(text) {
  said.textContent = text;
  said.hidden = false;
  run(said);
}

for (const toast of document.querySelectorAll("main .toast")) run(toast);

// Copy buttons of links.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = button.previousElementSibling;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  button.textContent = document.body.dataset.copied;
});

// Print buttons; without scripts, the browser's menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Opened to be printed, a paper is: once, and not again when the page is reloaded.
window.addEventListener("load", () => {
  const address = new URL(location);
  if (!address.searchParams.has("print")) return;
  address.searchParams.delete("print");
  history.replaceState(history.state, "", address);
  window.print();
});

// A page on a roll is as long as its content. The content is measured at the width between the margins;
// the page's length adds two margins of 4 mm and 1 mm for rounding.
const roll = document.querySelector(".paper.roll");
if (roll) {
  const measured = roll.cloneNode(true);
  measured.classList.add("measured");
  roll.after(measured);
  const length = Math.ceil(measured.getBoundingClientRect().height * 25.4 / 96) + 9;
  measured.remove();
  const [sheet] = document.styleSheets;
  sheet.insertRule(`@page roll { size: 80mm ${length}mm; margin: 4mm; }`, sheet.cssRules.length);
}

// The board: a card is moved by dragging it to another column, or by its list of statuses.
const statusOf = (tile) => tile.closest("[data-status]").dataset.status;

/** Changes an element, and restores the focus if it was inside. */
function keepFocus(element, change) {
  const on = document.activeElement;
  const held = element.contains(on);
  change();
  if (held) on.focus({ preventScroll: true });
}

/** Sends a change of a card, and shows its toast. Returns the response; null on failure. */
async function tell(tile, change) {
  const body = new URLSearchParams({ ...change, version: tile.dataset.version });
  let told = null;
  try {
    const answer = await fetch(`/tasks/${tile.dataset.task}/status`, { method: "POST", headers, body });
    if (answer.ok) told = await answer.json();
  } catch {
    // The caller reports any failure.
  }
  delete tile.dataset.moving;
  if (told) {
    tile.dataset.version = told.version;
    for (const field of tile.querySelectorAll("[name=version]")) field.value = told.version;
    said.innerHTML = told.toast;
    said.hidden = false;
    run(said);
  }
  return told;
}

async function move(tile, status) {
  const from = tile.parentElement;
  const beside = tile.nextElementSibling;
  const was = statusOf(tile);
  if (was === status || tile.dataset.moving) return;
  tile.dataset.moving = "1";
  const select = tile.querySelector("select");
  const put = (list, before, value) => keepFocus(tile, () => {
    list.insertBefore(tile, before);
    for (const option of select.options) option.defaultSelected = option.value === value;
    select.value = value;
  });
  const list = document.querySelector(`[data-status="${status}"] ul`);
  put(list, list.firstChild, status);
  const told = await tell(tile, { status });
  if (told) {
    // Another status was chosen during the request.
    if (select.value !== status) move(tile, select.value);
    else if (missed) refresh();
  } else {
    put(from, beside?.parentElement === from ? beside : null, was);
    say(document.body.dataset.failed);
    refresh();
  }
}

/** Sets another stage of the same status; the card stays in its column. */
async function stay(tile, select) {
  const option = select.selectedOptions[0];
  if (option.defaultSelected || tile.dataset.moving) return;
  for (const other of select.options) other.defaultSelected = other === option;
  tile.dataset.moving = "1";
  const told = await tell(tile, { stage: option.value });
  if (!told) say(document.body.dataset.failed);
  refresh();
}

const board = document.querySelector(".board");
if (board) {
  let dragged = null;
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".tile");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.task);
    dragged.classList.add("dragged");
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    for (const column of board.querySelectorAll(".over")) column.classList.remove("over");
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest(".column");
    if (!column || !dragged) return;
    event.preventDefault();
    for (const other of board.querySelectorAll(".over")) if (other !== column) other.classList.remove("over");
    column.classList.add("over");
  });
  board.addEventListener("drop", (event) => {
    const column = event.target.closest(".column");
    if (!column || !dragged) return;
    event.preventDefault();
    move(dragged, column.dataset.status);
  });
  board.addEventListener("submit", (event) => {
    event.preventDefault();
    const { status, stage } = event.target.elements;
    if (status) move(event.target.closest(".tile"), status.value);
    else stay(event.target.closest(".tile"), stage);
  });
  board.addEventListener("change", (event) => {
    if (isPointed(event)) event.target.form.requestSubmit();
  });
  // By default, Enter does nothing in a select.
  board.addEventListener("keydown", (event) => {
    const list = event.target;
    if (event.key !== "Enter" || !list.matches("select") || isOpen(list)) return;
    event.preventDefault();
    list.form.requestSubmit();
  });
  // The undo button of a toast, without leaving the board.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.closest(".toast")) return;
    event.preventDefault();
    let told = null;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", headers, body });
      if (answer.ok) told = await answer.json();
    } catch {
      // Any failure is reported below.
    }
    form.closest(".toast").hidden = true;
    if (told) say(new DOMParser().parseFromString(told.toast, "text/html").body.textContent.trim());
    else say(document.body.dataset.failed);
    refresh();
  }, true);
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
  if (!part.contains(on)) return false;
  if (on.matches("input, textarea")) return true;
  // A choice that is not submitted yet, even if the focus is on the button beside it.
  const lists = [...(on.form?.querySelectorAll("select") ?? [])];
  return lists.some((list) => !list.selectedOptions[0]?.defaultSelected) || (on.matches("select") && isOpen(on));
};

/** Replaces a part of the page, and keeps the focus on the same control of the same row. */
function replace(part, fresh) {
  const on = document.activeElement;
  const things = (where) => [...where.querySelectorAll("a, button, select")];
  const row = part.contains(on) ? on.closest("[data-task]") : null;
  const at = part.contains(on) ? things(row ?? part).indexOf(on) : -1;
  part.replaceChildren(...fresh.childNodes);
  if (at < 0) return;
  const again = row ? part.querySelector(`[data-task="${row.dataset.task}"]`) : part;
  const all = things(again ?? part);
  (all[at] ?? all[0])?.focus({ preventScroll: true });
}

async function refresh() {
  const parts = [...document.querySelectorAll("[data-part]")];
  if (parts.length === 0) return;
  const mine = ++round;
  let page;
  try {
    const answer = await fetch(location.href, { headers });
    // The object or the session no longer exists: show the server's page about it.
    if ([401, 404].includes(answer.status)) location.reload();
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return;
  }
  // A later request has a newer response.
  if (mine !== round) return;
  missed = false;
  for (const part of parts) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh || part.innerHTML === fresh.innerHTML) continue;
    if (inUse(part)) missed = true;
    else replace(part, fresh);
  }
}

for (const end of ["focusout", "dragend"]) {
  document.addEventListener(end, () => setTimeout(() => { if (missed) refresh(); }));
}

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
  source.addEventListener("taskChanged", () => {
    timer ??= setTimeout(() => { timer = null; refresh(); }, 100);
  });
}

const { live } = document.body.dataset;
if (live) {
  listen(live, false);
  // A page in the back/forward cache would keep one of the browser's few connections to the site.
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(live, true); });
}
