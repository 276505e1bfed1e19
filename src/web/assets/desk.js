// What makes the desk quicker: nothing here is needed, every page works as plain forms.
"use strict";

document.documentElement.classList.add("js");
const said = document.getElementById("said");
const headers = { "X-Requested-By": "desk" };

/** Says something for a while, to eyes and to screen readers. */
function say(text) {
  said.textContent = text;
  said.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.hidden = true; }, 6000);
}

// Confirmations: the page asks once more before what can't be undone.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A filter works as soon as it is chosen.
for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("change", (event) => {
    if (event.target.name && event.target.type !== "search") form.requestSubmit();
  });
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// Copying an invitation's link.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = button.previousElementSibling;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    button.textContent = document.body.dataset.copied;
  });
}

// A toast with a way back goes by itself once the way is closed.
for (const toast of document.querySelectorAll("main .toast")) {
  setTimeout(() => toast.remove(), 12000);
}

// The customer, as soon as the phone is typed.
const phone = document.querySelector("[data-known]");
if (phone) {
  const known = document.getElementById("known");
  const unknown = document.querySelector("[data-unknown]");
  let asked = phone.value;
  const look = async () => {
    const typed = phone.value;
    if (typed === asked) return;
    asked = typed;
    if (typed.replace(/\D/g, "").length < 5) {
      known.replaceChildren();
      unknown.hidden = false;
      return;
    }
    const answer = await fetch(`${phone.dataset.known}?phone=${encodeURIComponent(typed)}`, { headers });
    if (!answer.ok || phone.value !== typed) return;
    known.innerHTML = await answer.text();
    unknown.hidden = known.querySelector(".known") !== null;
  };
  let timer;
  phone.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 250);
  });
  phone.addEventListener("blur", look);
}

// The board: a card is dragged to another column, or moved with its own list of statuses.
const statusOf = (tile) => tile.closest("[data-status]").dataset.status;

async function move(tile, status) {
  const from = tile.parentElement;
  const beside = tile.nextElementSibling;
  if (statusOf(tile) === status) return;
  const to = document.querySelector(`[data-status="${status}"] ul`);
  to.prepend(tile);
  tile.querySelector("select").value = status;
  const body = new URLSearchParams({ status, version: tile.dataset.version });
  let answer;
  try {
    answer = await fetch(`/tasks/${tile.dataset.task}/status`, { method: "POST", headers, body });
  } catch {
    answer = { ok: false };
  }
  if (answer.ok) {
    const { text, version } = await answer.json();
    tile.dataset.version = version;
    tile.querySelector("[name=version]").value = version;
    say(text);
  } else {
    from.insertBefore(tile, beside);
    tile.querySelector("select").value = statusOf(tile);
    refresh();
  }
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
    const tile = event.target.closest(".tile");
    move(tile, event.target.elements.status.value);
  });
  board.addEventListener("change", (event) => {
    if (event.target.name === "status") move(event.target.closest(".tile"), event.target.value);
  });
}

// Live: what a colleague or a customer changes appears by itself, unless something is being
// typed or dragged there.
async function refresh() {
  const parts = [...document.querySelectorAll("[data-part]")];
  if (parts.length === 0) return;
  let page;
  try {
    const answer = await fetch(location.href, { headers });
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return;
  }
  for (const part of parts) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    const busy = part.contains(document.activeElement)
      && document.activeElement.matches("input, textarea, select");
    if (fresh && !busy && !part.querySelector(".dragged") && part.innerHTML !== fresh.innerHTML) {
      part.replaceChildren(...fresh.childNodes);
    }
  }
}

const live = document.body.dataset.live;
if (live) {
  const lost = document.querySelector(".lost");
  let timer;
  let before = false;
  const source = new EventSource(live);
  source.addEventListener("open", () => {
    lost.hidden = true;
    // What happened while the connection was lost was not told.
    if (before) refresh();
    before = true;
  });
  source.addEventListener("error", () => { lost.hidden = false; });
  source.addEventListener("taskChanged", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 100);
  });
}
