// What makes the desk quicker: nothing here is needed, every page works as plain forms. Those have
// a script of their own, forms.js, which comes before this one.
"use strict";

document.documentElement.classList.add("js");
const said = document.getElementById("said");

// Toasts: each says something for a while, to eyes and to screen readers. One with a way back
// counts the seconds until the customer is told; then the way is closed.

/** How long a toast stays, and one with a way back that doesn't close by itself; in seconds. */
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

// Copying a link.
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

// Printing, for which without script there is the browser's own menu.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A roll is as long as what is printed on it: the paper is measured as wide as it is between the margins,
// and the page made as long, with the margins of 4 mm and a hair to spare.
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

// The board: a card is dragged to another column, or moved with its own list of statuses.
const statusOf = (tile) => tile.closest("[data-status]").dataset.status;

/** Where the keyboard is stays where it is, though the page changes around it. */
function keepFocus(element, change) {
  const on = document.activeElement;
  const held = element.contains(on);
  change();
  if (held) on.focus({ preventScroll: true });
}

/** Asks for a change of a card, and says what came of it; nothing where it failed. */
async function tell(tile, change) {
  const body = new URLSearchParams({ ...change, version: tile.dataset.version });
  let told = null;
  try {
    const answer = await fetch(`/tasks/${tile.dataset.task}/status`, { method: "POST", headers, body });
    if (answer.ok) told = await answer.json();
  } catch {
    // Said by whoever asked, as every other failure.
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
    // What was chosen while the answer was on its way.
    if (select.value !== status) move(tile, select.value);
    else if (missed) refresh();
  } else {
    put(from, beside?.parentElement === from ? beside : null, was);
    say(document.body.dataset.failed);
    refresh();
  }
}

/** Another stage of the same status: the card stays in its column. */
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
  // Without this, Enter does nothing in a list.
  board.addEventListener("keydown", (event) => {
    const list = event.target;
    if (event.key !== "Enter" || !list.matches("select") || isOpen(list)) return;
    event.preventDefault();
    list.form.requestSubmit();
  });
  // The way back in a toast, without leaving the board.
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
      // Said below, as every other failure.
    }
    form.closest(".toast").hidden = true;
    if (told) say(new DOMParser().parseFromString(told.toast, "text/html").body.textContent.trim());
    else say(document.body.dataset.failed);
    refresh();
  }, true);
}

// Live: what a colleague or a customer changes appears by itself, unless something is being
// typed, chosen or dragged there; then it appears afterwards.
let missed = false;
let round = 0;

const inUse = (part) => {
  const on = document.activeElement;
  if (part.querySelector(".dragged, [data-moving]")) return true;
  if (!part.contains(on)) return false;
  if (on.matches("input, textarea")) return true;
  // What was chosen and not sent yet, also while the keyboard is on the button beside it.
  const lists = [...(on.form?.querySelectorAll("select") ?? [])];
  return lists.some((list) => !list.selectedOptions[0]?.defaultSelected) || (on.matches("select") && isOpen(on));
};

/** Replaces a part of the page; the keyboard stays at the same row and the same thing in it. */
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
    // It is gone, or the session is: the server says which.
    if ([401, 404].includes(answer.status)) location.reload();
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return;
  }
  // A later question has a newer answer.
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

/** Listens, and starts again where the browser gives up: after an answer that is no stream. */
let source;
function listen(address, before) {
  const lost = document.querySelector(".lost");
  let timer = null;
  source = new EventSource(address);
  source.addEventListener("open", () => {
    lost.hidden = true;
    // What happened while the connection was lost was not told.
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
  // Browsers keep pages that one has left, and with them one of the few connections that they
  // have for a site.
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(live, true); });
}
