// Keyboard shortcuts, which the page /keys lists. They never fire while somebody types.
"use strict";

const typing = (on) => on.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

/** Chooses the next or the previous row of a list: focuses its link, which Enter opens. */
function step(from, by) {
  const rows = [...document.querySelectorAll("main [data-task]:not(.tile)")].filter((row) => row.checkVisibility());
  const at = rows.indexOf(from.closest("[data-task]"));
  const row = at < 0 ? rows[0] : rows[at + by];
  row?.querySelector("a")?.focus();
  return Boolean(row);
}

/** Shows a part of another page over this one, which it names in the same way. */
function over(part, name) {
  const dialog = document.body.appendChild(document.createElement("dialog"));
  dialog.className = name;
  dialog.setAttribute("aria-labelledby", part.getAttribute("aria-labelledby"));
  dialog.append(part);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

/** Shows the list of the keys without leaving the page. */
async function help() {
  const html = await ask("/keys");
  const list = html && parsed(html).getElementById("keys");
  if (!list) return location.assign("/keys");
  list.querySelector("form").hidden = false;
  const dialog = over(list, "keys");
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

document.addEventListener("keydown", (event) => {
  const { target, key, code } = event;
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    const { form } = target;
    if (key !== "Enter" || form?.method !== "post") return;
    event.preventDefault();
    return form.requestSubmit(form.querySelector("button.main:not([type=button])"));
  }
  if (typing(target) || document.querySelector("dialog[open]")) return;
  // By the key's place, too: other layouts have other letters there.
  const pressed = key === "?" || (code === "Slash" && event.shiftKey) ? "?" : key === "/" || code === "Slash" ? "/" : code;
  const moves = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (pressed === "?") help();
  else if (pressed === "/") {
    const field = [...document.querySelectorAll("[type=search]")].find((one) => one.checkVisibility());
    if (field) field.select();
    else location.assign(document.querySelector(".find-link")?.href ?? "/");
  } else if (pressed === "KeyN" && !event.shiftKey) location.assign("/new-task/");
  else if (!moves || event.shiftKey || !target.matches("body, main [data-task], main [data-task] *") || !step(target, moves)) return;
  event.preventDefault();
});
