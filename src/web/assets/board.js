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

async function move(tile, column) {
  if (!column || columnOf(tile) === column || tile.dataset.moving) return;
  const debt = tile.querySelector("a.next");
  if (debt && column.matches(".CLOSED")) return location.assign(debt.href);
  const { task, version } = tile.dataset;
  const [from, beside, held] = [tile.parentElement, tile.nextElementSibling, tile.contains(document.activeElement)];
  const list = column.querySelector("ul");
  tile.dataset.moving = "1";
  if (list) list.prepend(tile);
  else tile.hidden = true;
  if (held) choose(list ? tile : beside ?? tile.previousElementSibling);
  const told = await tell(`/tasks/${task}/status`, new URLSearchParams({ stage: column.dataset.stage, version }));
  delete tile.dataset.moving;
  if (!told) {
    from.insertBefore(tile, beside?.parentElement === from ? beside : null);
    tile.hidden = false;
  }
  refresh();
}

// A card is dragged by a mouse at once, and by a finger that has rested on it, so that a swipe scrolls. Its copy follows the
// pointer. On a phone it is dropped onto a tab.

/** Milliseconds of rest; pixels that begin a drag, twice as many that end the rest; and from the edge, where the row scrolls. */
const REST = 350;
const FAR = 6;
const EDGE = 40;
let drag = null;

const columns = () => [...board.querySelectorAll(".column")].filter((column) => column.checkVisibility());

/** Returns the tab under the pointer, or the column above or below it. */
function target({ x, y }) {
  const holds = (column) => x >= column.getBoundingClientRect().left && x < column.getBoundingClientRect().right;
  return document.elementFromPoint(x, y)?.closest(".tabs a") ?? columns().find(holds);
}

function lift() {
  const { tile, from } = drag;
  if (!tile.isConnected) return drop();
  const { left, top, width } = tile.getBoundingClientRect();
  drag.lifted = tile.cloneNode(true);
  drag.lifted.classList.add("lifted");
  drag.lifted.style.cssText = `left: ${left}px; top: ${top}px; width: ${width}px`;
  document.body.append(drag.lifted);
  tile.classList.add("dragged");
  board.setPointerCapture(from.pointerId);
  drag.timer = setInterval(() => {
    const { x, y } = drag.at;
    const side = (x > innerWidth - EDGE) - (x < EDGE);
    if (side) document.elementFromPoint(x, y)?.closest(".tabs, .boards")?.scrollBy(12 * side, 0);
  }, 16);
}

/** Ends what began with a pointer; without the event that drops the card, it stays where it is. */
function drop(event) {
  if (!drag) return;
  const { tile, lifted, timer } = drag;
  clearInterval(timer);
  drag = null;
  if (!lifted) return;
  lifted.remove();
  for (const one of board.querySelectorAll(".dragged, .over")) one.classList.remove("dragged", "over");
  // The click that may follow opens nothing.
  const stop = (click) => click.preventDefault();
  document.addEventListener("click", stop, true);
  setTimeout(() => document.removeEventListener("click", stop, true));
  if (event) move(tile, withStage(target(event)?.dataset.stage));
  if (missed) refresh();
}

board.addEventListener("pointerdown", (from) => {
  const tile = from.target.closest(".tile");
  if (!tile || from.button || !from.isPrimary || from.target.closest(".next")) return;
  drag = { tile, from, at: from };
  if (from.pointerType !== "mouse") drag.timer = setTimeout(lift, REST);
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const { from, timer } = drag;
  const [right, down] = [event.x - from.x, event.y - from.y];
  if (!drag.lifted && Math.hypot(right, down) < (timer ? 2 * FAR : FAR)) return;
  if (!drag.lifted && timer) return drop();
  if (!drag.lifted) lift();
  drag.at = event;
  drag.lifted.style.translate = `${right}px ${down}px`;
  board.querySelector(".over")?.classList.remove("over");
  target(event)?.classList.add("over");
});
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", () => drop());
const hold = (event) => { if (drag?.lifted) event.preventDefault(); };
for (const name of ["touchmove", "contextmenu"]) board.addEventListener(name, hold, { passive: false });
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
  if (event.key === "Escape") drop();
  if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!tile && !event.target.matches("body, .boards")) return;
  event.preventDefault();
  const all = columns();
  const tiles = (column) => [...column.querySelectorAll(".tile:not([hidden])")];
  if (!tile) return choose(all.flatMap(tiles)[0]);
  const at = all.indexOf(columnOf(tile));
  if (event.shiftKey) return step && move(tile, all[at + step]);
  const own = tiles(columnOf(tile));
  if (!step) return choose(own[own.indexOf(tile) + (event.key === "ArrowDown" ? 1 : -1)]);
  const rest = step > 0 ? all.slice(at + 1) : all.slice(0, at).reverse();
  const beside = rest.map(tiles).find((some) => some.length) ?? [];
  choose(beside[Math.min(own.indexOf(tile), beside.length - 1)]);
});

// On a phone, one column at a time.
const tab = () => board.querySelector(".tabs [aria-current]");
board.addEventListener("click", (event) => {
  const chosen = event.target.closest(".tabs a");
  // The closed ones are loaded with their column.
  if (!chosen || chosen.matches(".CLOSED")) return;
  const column = withStage(chosen.dataset.stage);
  event.preventDefault();
  history.replaceState(history.state, "", chosen.href);
  tab()?.removeAttribute("aria-current");
  chosen.setAttribute("aria-current", "true");
  for (const other of board.querySelectorAll(".column")) other.toggleAttribute("data-current", other === column);
});
if (matchMedia("(max-width: 720px)").matches) tab()?.scrollIntoView({ block: "nearest", inline: "center" });
