// Ticks that count themselves, and files that are read into the field they belong to. All of it works without.
"use strict";
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];

  const boxes = all("input[type=checkbox][name]");
  const counted = () => {
    const number = boxes.filter((box) => box.checked).length;
    all("[data-ticked]").forEach((button) => {
      button.hidden = !number;
      button.textContent = `${button.dataset.ticked} ${number} ticked`;
    });
  };
  all("[data-tick-all]").forEach((every) => {
    every.hidden = false;
    every.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = every.checked; });
      counted();
    });
  });
  boxes.forEach((box) => box.addEventListener("change", counted));
  window.addEventListener("pageshow", counted);
  counted();

  // parts of the page are drawn anew: what is in them is listened to from outside
  const offer = () => all("[data-fills]").forEach((one) => { one.hidden = false; });
  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-fills]");
    if (!one) return;
    const field = document.getElementById(one.dataset.fills);
    field.value = one.dataset.value;
    field.focus();
  });
  all("[data-live]").forEach((part) => new MutationObserver(offer).observe(part, { childList: true }));
  offer();

  all("input[type=file][data-into]").forEach((file) => {
    file.closest("label").hidden = false;
    file.addEventListener("change", async () => {
      const text = document.getElementById(file.dataset.into);
      if (file.files[0]) text.value = await file.files[0].text();
      const name = document.getElementById(file.dataset.name);
      if (name && file.files[0]) name.value = file.files[0].name;
    });
  });
})();
