// Previews beside what is typed: a paper while its settings are, messages while their texts are, and the buttons that insert a
// variable. The server renders them, by the templates and functions that print and send.
"use strict";

const edited = document.querySelector("form[data-preview]");
let asked = 0;
let shown = 0;

async function preview() {
  const mine = ++asked;
  const body = new URLSearchParams(new FormData(edited));
  // A wrong value is explained in the place of what it would change. Without a response, the next input tries again.
  const html = await ask(edited.dataset.preview, { method: "POST", body, also: 422 });
  // A later request has a newer response.
  if (html === null || mine < shown) return;
  shown = mine;
  for (const part of parsed(html).querySelectorAll("[data-seen]")) {
    const place = document.querySelector(`[data-seen="${part.dataset.seen}"]`);
    if (place && place.innerHTML !== part.innerHTML) place.innerHTML = part.innerHTML;
  }
}

let wait;
document.addEventListener("input", ({ target }) => {
  if (target.form !== edited) return;
  // Another usual paper is what its owner wants to see.
  if (target.name === "papers.size") edited.elements["preview-size"].value = target.value;
  clearTimeout(wait);
  wait = setTimeout(preview, target.matches("[type=radio], [type=checkbox]") ? 0 : 250);
});

edited.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  event.preventDefault();
  const field = edited.elements[button.dataset.into];
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// Values restored from history differ from what the server rendered.
if (history.state?.forms) preview();
