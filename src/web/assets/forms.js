// What makes forms quicker and keeps what was typed: nothing here is needed, every page works as
// plain forms.
"use strict";

const headers = { "X-Requested-By": "desk" };

// What changes something is sent once, however often its button is pressed in a row; but a button is
// never dead for long, since nobody tells a page that its request was stopped or got lost.
const AGAIN = 2000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (Date.now() - form.dataset.sent < AGAIN) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = Date.now();
  keep();
  // A page that fails takes the place of the one before where both have the same address, and Back
  // would lead past the form.
  if (form.action === location.href) form.action += form.action.includes("?") ? "&" : "?";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

// What was typed is kept with the page's entry in the browser's history, so that Back leads to it
// after a failure, and a new form is empty. With it are kept the form's own hidden fields: its key,
// by which it makes nothing twice, and what it showed when somebody typed into it. Passwords and
// files are not kept.
const texts = "input:not([type=hidden], [type=radio], [type=checkbox], [type=password], [type=file], [readonly]), textarea";
const kept = () => [...document.forms].filter((form) =>
  form.method === "post" && form.querySelector(texts) && !form.querySelector("[type=password]"));
const goal = (form) => form.getAttribute("action").replace(/[?&]+$/, "");
const fields = (form) => [...form.elements].filter((field) =>
  field.name && field.matches("input:not([type=file]), textarea, select"));

function keep() {
  const forms = kept().map((form) => [goal(form),
    fields(form).map(({ name, type, value, checked }) => [name, type, value, checked])]);
  history.replaceState({ ...history.state, forms }, "");
}

for (const [to, was] of history.state?.forms ?? []) {
  const form = kept().find((form) => goal(form) === to);
  const now = form ? fields(form) : [];
  // Where the form has other fields now, it is another form.
  if (now.length !== was.length || now.some((field, at) => field.name !== was[at][0])) continue;
  now.forEach((field, at) => {
    const [, type, value, checked] = was[at];
    if (type === "radio" || type === "checkbox") field.checked = checked;
    else field.value = value;
  });
}
document.addEventListener("change", keep);

// Whoever writes into one's own version of a field means that one.
document.addEventListener("input", (event) => {
  const mine = event.target.closest(".clash")?.querySelector("[value=mine]");
  if (mine && event.target.type !== "radio") mine.checked = true;
});

// With the keys every step in a list is a choice, so a list acts by itself only where something was
// pointed at; otherwise its button or Enter does.
let pointed = true;
document.addEventListener("keydown", () => { pointed = false; }, true);
document.addEventListener("pointerdown", () => { pointed = true; }, true);
const isPointed = (event) => pointed && event.target.matches("select, [type=date], [type=checkbox], [type=radio]");
const isOpen = (list) => !CSS.supports("selector(:open)") || list.matches(":open");

// A filter works as soon as it is chosen.
for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("change", (event) => {
    if (event.target.name && isPointed(event)) form.requestSubmit();
  });
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// Enter in a field in which one looks something up, or into which a scanner types, which ends with
// Enter by itself, goes on to the next field. In every other line Enter sends the form.
for (const button of document.querySelectorAll("[data-enter]")) button.removeAttribute("name");
const goOn = (field) => {
  const lines = [...field.form.elements].filter((line) => line.matches("input, select, textarea") && line.checkVisibility());
  lines[lines.indexOf(field) + 1]?.focus();
};
for (const field of document.querySelectorAll("[data-known], [data-scanned]")) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    goOn(field);
  });
}

// The customer or the device, as soon as its number is typed.
const unknown = document.querySelector("[data-unknown]");
for (const field of document.querySelectorAll("[data-known]")) {
  const known = document.getElementById(field.dataset.shows);
  const show = (html) => {
    known.innerHTML = html;
    if (known.id !== "known") return;
    const there = known.querySelector(".known") !== null;
    // Whoever was quicker than the answer goes on where there is something to write.
    if (there && unknown.contains(document.activeElement)) field.form.elements.description.focus();
    unknown.hidden = there;
  };
  let asked = field.defaultValue;
  const look = async () => {
    const typed = field.value;
    if (typed === asked) return;
    asked = typed;
    if (typed.replace(/[^\p{L}\p{N}]/gu, "").length < 5) {
      show("");
      return;
    }
    let html;
    try {
      const answer = await fetch(field.dataset.known + encodeURIComponent(typed), { headers });
      html = answer.ok ? await answer.text() : "";
    } catch {
      // Asked again when something else is typed, and by the server in any case.
      return;
    }
    if (field.value === typed) show(html);
  };
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 250);
  });
  field.addEventListener("blur", look);
  // What has come back is looked up anew.
  look();
}
