// Draws the channel and sends presses. Every text from a message becomes a text node, never markup.
"use strict";
const channel = document.getElementById("channel");
const connection = document.getElementById("connection");
const token = document.querySelector('meta[name="page-token"]').content;
const dialog = document.getElementById("confirm");

// Marks are drawn, because not every machine has a font with emoji.
const MARKS = {
  "🔴": ["dot critical", ""], "🟠": ["dot medium", ""], "🟡": ["dot low", ""], "⚪": ["dot", ""],
  "✅": ["sign done", "✓"], "⚠️": ["sign failed", "!"], "⏳": ["sign", "…"], "✋": ["sign", "–"], "⌛": ["sign", "–"],
};
const MARK = new RegExp(`^(${Object.keys(MARKS).join("|")}) `);

const LONG_PART = 120; // characters; a longer one takes both columns

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function mark(sign) {
  const [className, glyph] = MARKS[sign];
  const node = make("span", className, glyph);
  node.setAttribute("aria-hidden", "true");
  return node;
}

function plain(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

// The reader's own time first, and UTC, in which logs are written.
function drawnTime(seconds) {
  const moment = new Date(seconds * 1000);
  const utc = `${moment.toISOString().slice(11, 19)} UTC`;
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? "today" : moment.toLocaleDateString(undefined, { day: "numeric", month: "long" });
  const own = moment.toLocaleTimeString("en-GB");
  const time = make("time", "", moment.getTimezoneOffset() === 0 ? `${day} at ${utc}` : `${day} at ${own} (${utc})`);
  time.dateTime = moment.toISOString();
  return time;
}

// Slack's mrkdwn, as far as our messages use it: *bold*, `code` and <!date^seconds^format|fallback>.
function drawn(text) {
  const parts = text.split(/(\*[^*\n]+\*|`[^`\n]+`|<!date\^\d+\^[^>]*>)/);
  return parts.filter(Boolean).map((part) => {
    if (/^\*[^*]+\*$/.test(part)) return make("b", "", plain(part.slice(1, -1)));
    if (/^`[^`]+`$/.test(part)) return make("code", "", plain(part.slice(1, -1)));
    const date = part.match(/^<!date\^(\d+)\^[^|]*\|([^>]*)>$/);
    return date ? drawnTime(Number(date[1])) : document.createTextNode(plain(part));
  });
}

function drawnLine(line) {
  const sign = line.match(MARK);
  if (sign) return make("p", "signed", mark(sign[1]), make("span", "", ...drawn(line.slice(sign[0].length))));
  return make("p", line.startsWith("• ") ? "point" : "", ...drawn(line.replace(/^• /, "")));
}

// Our texts are "*Label*" on a line of its own, then what it is about.
function drawnPart(text) {
  const [first, ...rest] = text.split("\n");
  const label = first.match(/^\*([^*]+)\*$/);
  if (!label) return make("div", "part", ...text.split("\n").map(drawnLine));
  const part = make("div", "part", make("h3", "", plain(label[1])), ...rest.map(drawnLine));
  part.dataset.label = label[1];
  if (text.length > LONG_PART) part.classList.add("wide");
  return part;
}

function drawnHeadline(text) {
  const [, sign, severity, title] = text.match(/^(\S+) ([A-Z]+) · (.*)$/su) || [];
  if (!MARKS[sign]) return make("h2", "", text);
  const state = make("p", "state", mark(sign), sign === "✅" ? `Settled · was ${severity}` : severity);
  state.dataset.severity = sign === "✅" ? "done" : severity;
  return make("div", "headline", state, make("h2", "", title));
}

function drawnButton(message, spec) {
  const button = make("button", spec.style === "primary" ? "primary" : "", spec.text.text);
  button.type = "button";
  button.dataset.action = spec.action_id;
  button.addEventListener("click", async () => {
    if (spec.confirm && !(await confirmed(spec.confirm))) return;
    button.disabled = true;
    try {
      await press(message, spec);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

// A menu does what was chosen at once, as Slack's does, after it has asked.
function drawnMenu(message, spec) {
  const select = make("select", "", new Option(spec.placeholder.text, "", true, true));
  select.setAttribute("aria-label", spec.placeholder.text);
  select.dataset.action = spec.action_id;
  select.append(...spec.options.map((option) => new Option(option.text.text, option.value)));
  select.addEventListener("change", async () => {
    const value = select.value;
    select.value = "";
    if (!value || (spec.confirm && !(await confirmed(spec.confirm)))) return;
    await press(message, spec, value);
  });
  return select;
}

function drawnElement(message, spec) {
  return spec.type === "static_select" ? drawnMenu(message, spec) : drawnButton(message, spec);
}

function press(message, spec, value) {
  const person = document.getElementById("person").value;
  return fetch("press", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Page-Token": token },
    body: JSON.stringify({ ts: message.ts, action_id: spec.action_id, value, person }),
  });
}

function confirmed(spec) {
  document.getElementById("confirm-title").textContent = spec.title.text;
  document.getElementById("confirm-text").textContent = spec.text.text;
  document.getElementById("confirm-yes").textContent = spec.confirm.text;
  document.getElementById("confirm-no").textContent = spec.deny.text;
  dialog.returnValue = "no";
  dialog.showModal();
  const answer = () => dialog.returnValue === "yes";
  return new Promise((done) => dialog.addEventListener("close", () => done(answer()), { once: true }));
}

function drawnBlock(message, block) {
  if (block.type === "header") return drawnHeadline(block.text.text);
  if (block.type === "actions") return make("div", "buttons", ...block.elements.map((b) => drawnElement(message, b)));
  if (block.type === "context") return make("p", "context", ...block.elements.flatMap((part) => drawn(part.text)));
  const section = make("section", "");
  if (block.text) section.append(drawnPart(block.text.text));
  if (block.fields) section.append(make("div", "fields", ...block.fields.map((part) => drawnPart(part.text))));
  return section;
}

// Slack shows a thread behind its count, and what was broadcast in the channel, too.
function drawnThread(message) {
  const count = message.replies.length;
  const thread = make("details", "thread", make("summary", "", `${count} ${count === 1 ? "reply" : "replies"}`));
  for (const reply of message.replies) {
    const lines = (reply.blocks || []).map((block) => block.text.text).join("\n") || reply.text;
    thread.append(make("div", reply.aloud ? "reply aloud" : "reply", ...lines.split("\n").map(drawnLine)));
  }
  return thread;
}

function drawnMessage(message) {
  const attachment = (message.attachments || [])[0] || {};
  const article = make("article", "");
  article.dataset.ts = message.ts;
  if (attachment.color) article.style.setProperty("--mark", attachment.color);
  const edited = message.edits ? "edited in place" : "";
  article.append(make("header", "", make("b", "", "nightlatch"), make("span", "app", "app"), edited));
  const blocks = message.blocks || attachment.blocks || [];
  if (blocks.length) article.append(...blocks.map((block) => drawnBlock(message, block)));
  else article.append(make("p", "", ...drawn(message.text)));
  if (message.replies.length) article.append(drawnThread(message));
  for (const text of message.private) {
    article.append(make("p", "private", make("b", "", "Only you can see this"), plain(text)));
  }
  return article;
}

// A message that has not changed keeps its place in the document, and whoever is on one of its buttons stays there.
const shown = new Map();
function show(messages) {
  document.getElementById("empty").hidden = messages.length > 0;
  for (const message of messages) {
    const said = JSON.stringify(message);
    const before = shown.get(message.ts);
    if (before && before.said === said) continue;
    const article = drawnMessage(message);
    if (before) replace(before.article, article);
    else channel.append(article);
    shown.set(message.ts, { said, article });
  }
}

function replace(old, article) {
  const held = old.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
  old.replaceWith(article);
  if (held === undefined) return;
  article.tabIndex = -1;
  (article.querySelector(`[data-action="${CSS.escape(held)}"]`) || article).focus();
}

let drawing = Promise.resolve();
function refresh() {
  drawing = drawing.then(async () => {
    const answer = await fetch("messages");
    show((await answer.json()).messages);
  }).catch(() => {
    connection.hidden = false;
  });
}

const news = new EventSource("stream");
news.addEventListener("open", () => { connection.hidden = true; });
news.addEventListener("error", () => { connection.hidden = false; });
news.addEventListener("message", refresh);
