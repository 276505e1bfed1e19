// The sheet of a task: a field is edited where it stands. Without this script each step is a page of
// the same address.
"use strict";

/** Shows the parts of a page of the server, and its toast. Another part in use is left alone. */
function put(page, address, from) {
  // An update that was asked for before is older than this page.
  round += 1;
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!fresh || part.innerHTML === fresh.innerHTML) continue;
    if (inUse(part) && !part.contains(from)) missed = true;
    else replace(part, fresh);
  }
  history.replaceState(history.state, "", address);
  const toast = page.querySelector("main .toast");
  if (toast) {
    said.replaceChildren(...toast.childNodes);
    said.hidden = false;
    run(said);
  }
  const alert = page.querySelector("main > .summary");
  if (alert) say(alert.textContent);
}

/** Loads a page of the sheet; false when that failed, so that the browser does it. */
async function load(from, address, options) {
  try {
    const answer = await fetch(address, { headers, ...options });
    if ([401, 404].includes(answer.status) || answer.status >= 500) return false;
    // A form that comes back with a question has no page of its own to load again.
    const here = options && !answer.redirected ? location.href : answer.url;
    put(new DOMParser().parseFromString(await answer.text(), "text/html"), here, from);
    return true;
  } catch {
    return false;
  }
}

/** Moves the focus to the open form, or to the link that opened it. */
function focusOn(field) {
  const line = document.querySelector(".field .problem ~ * input, .field [name]:not([type=hidden], [type=radio])");
  (line ?? document.querySelector(`a[data-edit="${field}"]`))?.focus();
  line?.select?.();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-edit]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (await load(link, link.href)) focusOn(link.dataset.edit);
  else location.href = link.href;
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-place]") || event.defaultPrevented) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  if (form.closest(".toast")) said.hidden = true;
  const link = form.querySelector("a[data-edit]");
  const loaded = await load(form, form.action, { method: "POST", body });
  delete form.dataset.sent;
  if (loaded) focusOn(link?.dataset.edit);
  else form.submit();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest(".field")?.querySelector("a[data-edit]").click();
});
