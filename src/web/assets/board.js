// The board: a card is moved by dragging it to another column, by its button, or with the keyboard. Loaded after desk.js.
"use strict";

const board = document.getElementById("board");
const columnOf = (tile) => tile.closest(".column");
const withStage = (stage) => board.querySelector(`.column[data-stage="${stage}"]`);

/** Focuses the button of a card, so that Enter moves the card; or else its link. */
function choose(tile) {
  (tile?.querySelector(".next") ?? tile?.querySelector("a"))?.focus();
  tile?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Sends a change of a task, and shows its toast. Returns whether it succeeded. */
async function tell(address, body) {
  let told = null;
  try {
    const answer = await fetch(address, { method: "POST", headers, body });
    if (answer.ok) told = await answer.json();
  } catch {
    // Any failure is reported below.
  }
  if (!told) say(document.body.dataset.failed);
  return told;
}

async function move(tile, column) {
  if (!column || columnOf(tile) === column || tile.dataset.moving) return;
  const debt = tile.querySelector("a.next");
  if (debt && column.matches(".CLOSED")) {
    location.href = debt.href;
    return;
  }
  const { task, version } = tile.dataset;
  const [from, beside, held] = [tile.parentElement, tile.nextElementSibling, tile.contains(document.activeElement)];
  const list = column.querySelector("ul");
  tile.dataset.moving = "1";
  if (list) list.prepend(tile);
  else tile.hidden = true;
  if (held) choose(list ? tile : beside ?? tile.previousElementSibling);
  const told = await tell(`/tasks/${task}/status`, new URLSearchParams({ stage: column.dataset.stage, version }));
  delete tile.dataset.moving;
  if (told) show(told.toast);
  else {
    from.insertBefore(tile, beside?.parentElement === from ? beside : null);
    tile.hidden = false;
  }
  refresh();
}

board.addEventListener("dragstart", (event) => {
  const tile = event.target.closest(".tile");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", tile.dataset.task);
  tile.classList.add("dragged");
});
board.addEventListener("dragend", () => {
  for (const one of board.querySelectorAll(".dragged, .over")) one.classList.remove("dragged", "over");
});
for (const name of ["dragover", "drop"]) {
  board.addEventListener(name, (event) => {
    const [tile, column] = [board.querySelector(".dragged"), event.target.closest(".column")];
    if (!column || !tile) return;
    event.preventDefault();
    for (const other of board.querySelectorAll(".over")) other.classList.remove("over");
    if (name === "drop") move(tile, column);
    else column.classList.add("over");
  });
}
document.addEventListener("submit", (event) => {
  if (event.target.id !== "move") return;
  event.preventDefault();
  const { submitter } = event;
  move(submitter.closest(".tile"), withStage(submitter.value));
}, true);

// Arrows choose a card, whose button Enter presses; with Shift they move it to the column beside.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 0, ArrowDown: 0 }[event.key];
  const tile = event.target.closest(".tile");
  if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!tile && !event.target.matches("body, .boards")) return;
  event.preventDefault();
  const columns = [...board.querySelectorAll(".column")].filter((column) => column.checkVisibility());
  const tiles = (column) => [...column.querySelectorAll(".tile:not([hidden])")];
  if (!tile) return choose(columns.flatMap(tiles)[0]);
  const at = columns.indexOf(columnOf(tile));
  if (event.shiftKey) return step && move(tile, columns[at + step]);
  const own = tiles(columnOf(tile));
  if (!step) return choose(own[own.indexOf(tile) + (event.key === "ArrowDown" ? 1 : -1)]);
  const rest = step > 0 ? columns.slice(at + 1) : columns.slice(0, at).reverse();
  const beside = rest.map(tiles).find((some) => some.length) ?? [];
  choose(beside[Math.min(own.indexOf(tile), beside.length - 1)]);
});

// On a phone, one column at a time.
const tab = () => board.querySelector(".tabs [aria-current]");
board.addEventListener("click", (event) => {
  const chosen = event.target.closest(".tabs a");
  const column = chosen && withStage(chosen.dataset.stage);
  if (!column) return;
  event.preventDefault();
  history.replaceState(history.state, "", chosen.href);
  tab()?.removeAttribute("aria-current");
  chosen.setAttribute("aria-current", "true");
  for (const other of board.querySelectorAll(".column")) other.toggleAttribute("data-current", other === column);
});
if (matchMedia("(max-width: 720px)").matches) tab()?.scrollIntoView({ block: "nearest", inline: "center" });
