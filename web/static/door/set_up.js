// How this device is set up, and that whatever is typed arrives where codes go.

const find = (name) => document.querySelector(`[data-${name}]`);

// A scanner types wherever the focus is: it shall be in the field, and no keyboard in the way.
export const keepFocus = (field, back) => {
  const touched = matchMedia("(pointer: coarse)").matches;
  if (touched) field.inputMode = "none";
  field.addEventListener("pointerdown", () => {
    if (field.inputMode !== "none") return;
    field.blur();
    field.inputMode = "text";
  });
  field.addEventListener("blur", () => {
    if (touched) field.inputMode = "none";
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=radio], [type=checkbox]), textarea");
    const sign = event.key.length === 1 && event.key !== " ";
    if (sign && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) back();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("a, input, select, label, dialog")) back();
  });
};

// `acts`: named(name) · loud({sounds, buzzes}) · fetch() · forget() · lamp(on)
export const setUpDevice = ({ name: known, loud }, acts) => {
  const form = find("set-up");
  const { name, sounds, buzzes, dark } = form.elements;
  name.value = known;
  sounds.checked = loud.sounds;
  buzzes.checked = loud.buzzes;
  dark.checked = document.documentElement.dataset.theme === "dark";
  form.addEventListener("submit", (event) => event.preventDefault());
  name.addEventListener("change", () => {
    // It is sent as a header, which takes these signs only.
    const told = name.value.replace(/[^A-Za-z0-9 ._-]/gu, "").trim().slice(0, 40).trim();
    if (told) acts.named(told);
    name.value = told || known;
  });
  for (const tick of [sounds, buzzes]) {
    tick.addEventListener("change", () => {
      acts.loud({ sounds: sounds.checked, buzzes: buzzes.checked });
    });
  }
  dark.addEventListener("change", () => {
    const theme = dark.checked ? "dark" : "light";
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("door-theme", theme);
  });
  find("fetch").addEventListener("click", () => acts.fetch());
  find("forget").addEventListener("click", () => acts.forget());
  find("lamp").addEventListener("click", (event) => {
    const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(on));
    acts.lamp(on);
  });
};
