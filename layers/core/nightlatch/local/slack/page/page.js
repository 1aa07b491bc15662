// Draws the channel and sends presses. Every text from a message becomes a text node, never markup.
"use strict";
const channel = document.getElementById("channel");
const token = document.querySelector('meta[name="page-token"]').content;
const dialog = document.getElementById("confirm");

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function plain(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

// Slack's mrkdwn, as far as our messages use it: *bold*, `code` and <!date^seconds^format|fallback>.
function drawn(text) {
  const parts = text.split(/(\*[^*\n]+\*|`[^`\n]+`|<!date\^\d+\^[^>]*>)/);
  return parts.filter(Boolean).map((part) => {
    if (/^\*[^*]+\*$/.test(part)) return make("b", "", plain(part.slice(1, -1)));
    if (/^`[^`]+`$/.test(part)) return make("code", "", plain(part.slice(1, -1)));
    const date = part.match(/^<!date\^(\d+)\^[^|]*\|([^>]*)>$/);
    if (date) {
      const time = make("time", "", new Date(Number(date[1]) * 1000).toLocaleTimeString());
      time.title = date[2];
      return time;
    }
    return document.createTextNode(plain(part));
  });
}

function drawButton(message, spec) {
  const button = make("button", spec.style === "primary" ? "primary" : "", spec.text.text);
  button.type = "button";
  button.dataset.action = spec.action_id;
  button.addEventListener("click", async () => {
    if (spec.confirm && !(await confirmed(spec.confirm))) return;
    button.disabled = true;
    const person = document.getElementById("person").value;
    await fetch("press", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Page-Token": token },
      body: JSON.stringify({ ts: message.ts, action_id: spec.action_id, person }),
    });
    button.disabled = false;
  });
  return button;
}

function confirmed(spec) {
  document.getElementById("confirm-title").textContent = spec.title.text;
  document.getElementById("confirm-text").textContent = spec.text.text;
  document.getElementById("confirm-yes").textContent = spec.confirm.text;
  document.getElementById("confirm-no").textContent = spec.deny.text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

function drawBlock(message, block) {
  if (block.type === "header") return make("h2", "", block.text.text);
  if (block.type === "actions") return make("div", "buttons", ...block.elements.map((spec) => drawButton(message, spec)));
  if (block.type === "context") return make("p", "context", ...block.elements.flatMap((part) => drawn(part.text)));
  const section = make("section", "");
  if (block.text) section.append(make("p", "", ...drawn(block.text.text)));
  if (block.fields) section.append(make("div", "fields", ...block.fields.map((part) => make("p", "", ...drawn(part.text)))));
  return section;
}

function drawMessage(message) {
  const attachment = (message.attachments || [])[0] || {};
  const article = make("article", "");
  article.dataset.ts = message.ts;
  if (attachment.color) article.style.setProperty("--mark", attachment.color);
  const edited = message.edits ? ` · edited ${message.edits}×` : "";
  article.append(make("header", "", make("b", "", "nightlatch"), `app${edited}`));
  const blocks = message.blocks || attachment.blocks || [];
  if (blocks.length) article.append(...blocks.map((block) => drawBlock(message, block)));
  else article.append(make("p", "", ...drawn(message.text)));
  for (const text of message.private) article.append(make("p", "private", `Only visible to you: ${text}`));
  return article;
}

let drawing = Promise.resolve();
function refresh() {
  drawing = drawing.then(async () => {
    const answer = await fetch("messages");
    const { messages } = await answer.json();
    document.getElementById("empty").hidden = messages.length > 0;
    channel.replaceChildren(...messages.map(drawMessage));
  });
}

new EventSource("stream").addEventListener("message", refresh);
