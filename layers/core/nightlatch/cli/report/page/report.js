
"use strict";
(() => {
  const found = JSON.parse(document.getElementById("found").textContent);
  const [KIND, SEVERITY, STANDING, MUTE, NAME, SUBJECT, REASON, EVIDENCE, COMMAND, SINCE] = [...Array(10).keys()];
  const SEVERITIES = ["Informational", "Low", "Medium", "High", "Critical"];
  const STANDINGS = ["new", "open", "fixed", "spared"];
  const A_PAGE = 100;
  const ON_PAPER = 500;
  const by = (id) => document.getElementById(id);
  const check = (row) => found.checks[row[KIND]];
  const standing = (row) => (row[MUTE] >= 0 ? "muted" : STANDINGS[row[STANDING]]);
  const weight = (row) => row[SEVERITY] * 4 + (row[STANDING] === 0 ? 1 : 0);
  const rows = found.rows.sort((one, other) => weight(other) - weight(one));
  const haystacks = new Map();
  let fitting = [];
  let drawn = 0;

  function make(tag, words, ...classes) {
    const node = document.createElement(tag);
    if (words) node.textContent = words;
    node.classList.add(...classes);
    return node;
  }

  function haystack(row) {
    let text = haystacks.get(row);
    if (text === undefined) {
      text = [row[NAME], row[SUBJECT], row[REASON], check(row)[0], check(row)[1], ...row[EVIDENCE]].join("\n").toLowerCase();
      haystacks.set(row, text);
    }
    return text;
  }

  function fits() {
    const words = by("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const practice = by("practice").value;
    const severities = SEVERITIES.map((_, rank) => by(`severity-${rank}`).checked);
    const standings = new Map([...STANDINGS, "muted"].map((one) => [one, by(`standing-${one}`).checked]));
    return (row) =>
      severities[row[SEVERITY]] &&
      standings.get(standing(row)) &&
      (practice === "" || check(row)[2] === Number(practice)) &&
      words.every((word) => haystack(row).includes(word));
  }

  function marks(row) {
    const node = make("span", "", "marks");
    const said = standing(row);
    if (said === "new") node.append(make("span", "New", "chip", "new"));
    if (said === "fixed") node.append(make("span", "Fixed", "chip", "fixed"));
    if (said === "spared") node.append(make("span", "No longer asked", "chip", "quiet"));
    if (said === "muted") node.append(make("span", "Muted", "chip", "quiet"));
    return node;
  }

  function fact(list, term, said) {
    if (!said) return;
    const pair = document.createElement("div");
    const value = document.createElement("dd");
    value.append(make("bdi", said));
    pair.append(make("dt", term), value);
    list.append(pair);
  }

  function more(row) {
    const [id, , practice, remedy, answers] = check(row);
    const node = make("div", "", "more");
    node.append(make("p", remedy));
    if (row[COMMAND]) node.append(commandOf(row[COMMAND]));
    if (row[EVIDENCE].length) {
      const list = document.createElement("ul");
      for (const one of row[EVIDENCE]) list.append(make("li", one));
      node.append(make("h3", "Evidence"), list);
    }
    const facts = make("dl", "", "facts");
    fact(facts, "ARN", row[SUBJECT]);
    fact(facts, "Check", id);
    fact(facts, "Practice", `${found.practices[practice][0]}. ${found.practices[practice][1]}`);
    fact(facts, "Answers", answers);
    fact(facts, "First found", row[SINCE]);
    if (row[MUTE] >= 0) {
      const [owner, reason, until] = found.mutes[row[MUTE]];
      fact(facts, "Muted", `${owner}: ${reason} (until ${until})`);
    }
    node.append(facts);
    return node;
  }

  function commandOf(text) {
    const node = make("div", "", "command");
    const pre = make("pre", text);
    pre.tabIndex = 0;
    const button = make("button", "Copy", "copy");
    button.type = "button";
    node.append(pre, button);
    return node;
  }

  function drawnRow(row) {
    const item = document.createElement("li");
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    const about = make("span", "", "about");
    about.append(`${check(row)[1]}: `, make("bdi", row[NAME]));
    const level = document.createElement("span");
    level.append(make("span", SEVERITIES[row[SEVERITY]], "chip", `s${row[SEVERITY]}`));
    summary.append(level, about, marks(row), make("span", row[REASON], "said-of"));
    details.append(summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(more(row));
    });
    item.append(details);
    return item;
  }

  function draw(upTo) {
    const next = document.createDocumentFragment();
    for (const row of fitting.slice(drawn, upTo)) next.append(drawnRow(row));
    by("rows").append(next);
    drawn = Math.min(Math.max(upTo, drawn), fitting.length);
    const rest = fitting.length - drawn;
    by("more").hidden = rest === 0;
    by("more").textContent = `Show ${Math.min(rest, A_PAGE).toLocaleString("en")} more`;
    by("printed").textContent = rest
      ? `${drawn.toLocaleString("en")} of ${fitting.length.toLocaleString("en")} findings are printed; the file holds all of them.`
      : "";
  }

  function filter() {
    fitting = rows.filter(fits());
    drawn = 0;
    by("rows").replaceChildren();
    draw(A_PAGE);
    by("count").textContent = `${fitting.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} findings`;
    by("nothing").hidden = fitting.length > 0;
    by("clear").hidden = isAsItWas();
  }

  const controls = [...by("tools").elements].filter((one) => one.matches("input, select"));
  const isAsItWas = () =>
    controls.every((one) => (one.type === "checkbox" ? one.checked === one.defaultChecked : one.value === ""));

  function clear() {
    by("tools").reset();
    filter();
  }

  function showOnly(button) {
    by("tools").reset();
    if (button.dataset.practice) by("practice").value = button.dataset.practice;
    if (button.dataset.check) by("words").value = button.dataset.check;
    filter();
    by("findings").focus({ preventScroll: true });
    by("findings").scrollIntoView();
  }

  async function copy(button) {
    const pre = button.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = "Selected: copy it with the keyboard";
    }
  }

  let waiting = 0;
  by("tools").addEventListener("submit", (event) => event.preventDefault());
  by("words").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  by("tools").addEventListener("change", filter);
  by("clear").addEventListener("click", () => {
    clear();
    by("words").focus();
  });
  by("more").addEventListener("click", () => {
    const first = drawn;
    draw(drawn + A_PAGE);
    by("rows").children[first].querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".copy")) copy(button);
    if (button?.matches(".show")) showOnly(button);
  });
  addEventListener("beforeprint", () => draw(ON_PAPER));

  by("unscripted").hidden = true;
  for (const one of document.querySelectorAll(".tools, .show, .copy")) one.hidden = false;
  filter();
})();
