// The messages beside their texts while these are typed, and the buttons that insert a variable. The server renders the
// messages, by the function that those are sent by.
"use strict";

const edited = document.getElementById("texts");
let asked = 0;

async function preview() {
  const mine = ++asked;
  let html;
  try {
    const body = new URLSearchParams(new FormData(edited));
    const answer = await fetch(edited.dataset.preview, { method: "POST", headers, body });
    // A wrong text is explained in the place of its message.
    if (!answer.ok && answer.status !== 422) return;
    html = await answer.text();
  } catch {
    // The next input tries again.
    return;
  }
  // A later request gets a newer response.
  if (mine !== asked) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const part of page.querySelectorAll("[data-seen]")) {
    const place = edited.querySelector(`[data-seen="${part.dataset.seen}"]`);
    if (place && place.innerHTML !== part.innerHTML) place.innerHTML = part.innerHTML;
  }
}

let wait;
edited.addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(preview, 250);
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
