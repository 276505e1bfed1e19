// Preview of the papers while their settings are typed. The server renders it, by the template that prints.
"use strict";

const settings = document.getElementById("papers");
const well = document.getElementById("well");
let asked = 0;
let shown = 0;

async function preview() {
  const mine = ++asked;
  let html;
  try {
    const body = new URLSearchParams(new FormData(settings));
    const answer = await fetch(settings.dataset.preview, { method: "POST", headers, body });
    // A wrong value is explained in the place of the paper.
    if (!answer.ok && answer.status !== 422) return;
    html = await answer.text();
  } catch {
    // The next input tries again.
    return;
  }
  // A later request has a newer response.
  if (mine < shown) return;
  shown = mine;
  well.innerHTML = html;
}

let wait;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.form !== settings) return;
  // Another usual paper is what its owner wants to see.
  if (field.name === "papers.size") settings.elements["preview-size"].value = field.value;
  clearTimeout(wait);
  wait = setTimeout(preview, field.matches("[type=radio], [type=checkbox]") ? 0 : 250);
});

// Values restored from history differ from what the server rendered.
if (history.state?.forms) preview();
