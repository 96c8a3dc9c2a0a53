// Keeps the list current. Without scripts the page reloads by itself instead.
const list = document.getElementById("list");

async function refresh() {
  // not while nobody looks, nor under the keyboard of somebody who is walking through it
  if (document.hidden || list.contains(document.activeElement)) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById("list");
  if (next && next.innerHTML !== list.innerHTML) list.replaceChildren(...next.childNodes);
}

setInterval(() => refresh().catch(() => {}), 2000);
