// The conversation of a task; without this script it works as plain forms.
"use strict";

// A customer without a channel: the text to copy and the text message follow what is typed.
document.addEventListener("input", ({ target }) => {
  const ways = document.querySelector(".ways");
  if (!ways || target.name !== "comment") return;
  const field = ways.querySelector("textarea");
  const typed = target.value.trim();
  field.value = typed ? `${typed}\n${ways.dataset.link}`.trim() : field.defaultValue;
  ways.querySelector("[data-sms]").href = `sms:${ways.dataset.dial}?&body=${encodeURIComponent(field.value)}`;
});

// A link to a form that is folded opens it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href='#agree'], a[href='#say']");
  const to = link && document.querySelector(link.hash);
  if (!to) return;
  event.preventDefault();
  to.open = true;
  to.scrollIntoView({ block: "nearest" });
  to.querySelector("textarea").focus({ preventScroll: true });
});
