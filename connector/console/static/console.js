// Keys, the viewer's zone, and parts of a page that look again by themselves. Everything can be read without it.
"use strict";
(() => {
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `ml_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax${secure}`;

  const here = one("nav [aria-current=page]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "center" });

  const keys = one("#keys");
  const explain = () => keys && !keys.open && keys.showModal();
  const writes = (where) => where.closest("input, select, textarea, [contenteditable]");
  const rows = () => all("[data-row]");
  const step = (by) => {
    const found = rows();
    if (!found.length) return;
    const at = found.indexOf(document.activeElement);
    found[Math.min(Math.max(at + by, 0), found.length - 1)].focus();
  };
  const places = {
    t: "/", w: "/work", d: "/documents", f: "/flows", c: "/connections", o: "/codes", m: "/reconciliation", a: "/audit",
  };
  let going = false;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (keys && keys.open)) return;
    if (writes(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const place = going && places[event.key];
    going = event.key === "g";
    if (place) location.assign(place);
    else if (event.key === "/") {
      const search = one("[data-search]");
      if (!search) return;
      search.focus();
      search.select();
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") explain();
    else if (event.key === "Escape") all("details.ask[open]").forEach((ask) => ask.removeAttribute("open"));
    else return;
    event.preventDefault();
  });
  all("[data-keys]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", explain);
  });
  document.addEventListener("click", (event) => {
    all("details.ask[open]").forEach((ask) => ask.contains(event.target) || ask.removeAttribute("open"));
  });
  all("[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(one(`#${button.dataset.copy}`).href || one(`#${button.dataset.copy}`).textContent);
      button.textContent = "Copied";
    });
  });
  // What was typed stands there again where it was not taken: no secret and no tick, and for the next page alone.
  const typed = (form) => all("input, textarea, select", form).filter(
    (field) => field.name && !["hidden", "password", "file", "checkbox", "radio"].includes(field.type));
  const form_of = (form) => JSON.stringify([form.getAttribute("action"),
    all("input[type=hidden]", form).map((field) => (field.name === "proof" || field.name === "seen" ? "" : field.value))]);
  try {
    const [form, values] = JSON.parse(sessionStorage.getItem("typed") || "[]");
    sessionStorage.removeItem("typed");
    const again = one(".notice.bad[role=status]") && all("form[method=post]").find((each) => form_of(each) === form);
    if (again) {
      typed(again).forEach((field) => { if (field.name in values) field.value = values[field.name]; });
      all("details").forEach((each) => { if (each.contains(again)) each.open = true; });
    }
  } catch { /* a browser that keeps nothing */ }
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target.method === "post") {
      const values = Object.fromEntries(typed(event.target).map((field) => [field.name, field.value]));
      try { sessionStorage.setItem("typed", JSON.stringify([form_of(event.target), values])); } catch { /* likewise */ }
    }
    if (event.target.method === "dialog" || event.target.hasAttribute("target") || !button) return;
    // not at once: what is disabled is not sent
    setTimeout(() => {
      button.disabled = true;
      if (button.dataset.busy) button.textContent = button.dataset.busy;
    });
  });
  window.addEventListener("pageshow", () => all("button[disabled]").forEach((button) => { button.disabled = false; }));

  const main = one("main[data-looks-again]");
  if (!main) return;
  const look = async () => {
    const busy = () => document.hidden || one("details.ask[open]") || writes(document.activeElement || main);
    if (busy()) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-By-Itself": "1" }, redirect: "manual" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (busy()) return; // somebody began to meanwhile
      const at = rows().indexOf(document.activeElement);
      all('link[rel="stylesheet"]', page).forEach((sheet) => {
        if (!one(`link[href="${sheet.getAttribute("href")}"]`)) document.head.append(sheet);
      });
      all("[data-live]").forEach((part) => {
        const fresh = page.getElementById(part.id);
        if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
      });
      if (at >= 0 && rows()[at]) rows()[at].focus();
      if (!one("main[data-looks-again]", page)) clearInterval(looking); // what it showed is over
    } catch { /* the next look may find it */ }
  };
  const looking = setInterval(look, Number(main.dataset.looksAgain) * 1000);
})();
