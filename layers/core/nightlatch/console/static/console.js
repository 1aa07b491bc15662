// Keeps a page fresh and makes its times the reader's own. What is drawn comes from the server alone: the page fetches
// itself again and takes over what differs, so no text ever becomes markup here.
"use strict";
const silent = document.getElementById("silent");
const told = document.getElementById("told");

// The reader's own time first, and UTC, in which logs are written.
function ownTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    const isToday = moment.toDateString() === new Date().toDateString();
    const day = isToday ? "today" : moment.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
    const utc = `${moment.toISOString().slice(11, 19)} UTC`;
    const own = moment.toLocaleTimeString("en-GB");
    time.textContent = moment.getTimezoneOffset() === 0 ? `${day} at ${utc}` : `${day} at ${own} (${utc})`;
  }
}

// Whoever is on a link or button stays on it, or on what stands in its place.
function takeOver(fresh) {
  const live = document.getElementById("live");
  ownTimes(fresh);
  if (!live || live.innerHTML === fresh.innerHTML) return;
  const held = live.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = new Set([...live.querySelectorAll("details[open][id]")].map((one) => one.id));
  for (const one of fresh.querySelectorAll("details[id]")) one.open = one.open || opened.has(one.id);
  live.replaceWith(fresh);
  if (held) (document.getElementById(held) || document.getElementById("main")).focus({ preventScroll: true });
  told.textContent = fresh.dataset.told || "";
}

let fetching = Promise.resolve();
function refresh() {
  fetching = fetching.then(async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    silent.hidden = answer.status < 500;
    if (answer.status >= 500) return; // AWS could not be asked; what stood here is still the last that is known
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (fresh) takeOver(document.adoptNode(fresh));
    else location.reload(); // what the page was about is gone, or the console was started anew: show what it says now
  }).catch(() => { silent.hidden = false; });
  return fetching;
}

// A page that nobody sees listens to nothing: a browser opens few connections to one server.
let news = null;
let last = "";
function listen() {
  const address = document.getElementById("main").dataset.news;
  if (!address || news || document.hidden) return;
  news = new EventSource(address);
  news.addEventListener("open", () => { silent.hidden = true; });
  news.addEventListener("error", () => { silent.hidden = false; });
  news.addEventListener("message", (event) => {
    if (event.data !== last) refresh();
    last = event.data;
  });
}

function stop() {
  if (news) news.close();
  news = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
window.addEventListener("pagehide", stop);
window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
// A form is sent once: a second press of an impatient hand does nothing.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
  for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
});
ownTimes(document);
listen();
