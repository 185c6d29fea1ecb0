// Opening hours: the week as a grid over the fields of its form (HN-160). The fields are what is sent; the grid
// draws them and writes into them. Also: parts that a choice shows, and buttons that ask before they delete.

const DAY = 1440;
const STEP = 15;

const pad = (n) => String(n).padStart(2, "0");
const clock = (minute) => `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
const minute = (text) => {
  const found = /^([01]?\d|2[0-4])[:hH.]([0-5]\d)$/.exec(text.trim());
  const value = found ? Number(found[1]) * 60 + Number(found[2]) : NaN;
  return value <= DAY ? value : null;
};
const snap = (value) => Math.max(0, Math.min(DAY, Math.round(value / STEP) * STEP));

function week(root) {
  const form = root.closest("form");
  const state = form.querySelector("[data-state]");
  const days = [...root.querySelectorAll("[data-day]")];
  const ranges = (day) => [...day.querySelectorAll(".week-range")];
  const fields = (range) => [...range.querySelectorAll("input")];
  const values = (range) => fields(range).map((field) => minute(field.value));
  const serial = () => days.map((day) => ranges(day).map((r) => fields(r).map((f) => f.value).join("-")).filter((s) => s !== "-").join(",")).join(";");
  const before = serial();

  function changed() {
    draw();
    const now = serial();
    state.value = now === before ? "" : now;
    state.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function write(range, begin, end) {
    const [first, last] = fields(range);
    first.value = clock(begin);
    last.value = clock(end);
  }

  function add(day, begin, end) {
    let range = ranges(day).find((r) => fields(r).every((f) => !f.value));
    if (!range) {
      const last = ranges(day).at(-1);
      range = last.cloneNode(true);
      last.after(range);
      wire(range);
    }
    fields(range).forEach((field) => (field.value = ""));
    if (begin !== undefined) write(range, begin, end);
    return range;
  }

  function remove(range) {
    const day = range.closest("[data-day]");
    if (ranges(day).length > 1) range.remove();
    else fields(range).forEach((field) => (field.value = ""));
    changed();
    day.querySelector("[data-add]").focus();
  }

  function wire(range) {
    const button = range.querySelector("[data-remove]");
    button.hidden = false;
    button.addEventListener("click", () => remove(range));
    for (const field of fields(range)) {
      field.addEventListener("change", () => {
        const value = minute(field.value);
        if (value !== null) field.value = clock(value);
        changed();
      });
    }
  }

  function bar(day, range, from, to, words, rest) {
    const made = document.createElement("div");
    made.className = rest ? "week-bar is-rest" : "week-bar";
    made.style.left = `${(100 * from) / DAY}%`;
    made.style.width = `${(100 * (to - from)) / DAY}%`;
    made.textContent = to - from >= 120 ? words : "";
    made.title = words;
    if (!rest) {
      const [begin, end] = values(range);
      const name = day.querySelector("legend").textContent;
      made.tabIndex = 0;
      made.setAttribute("role", "slider");
      made.setAttribute("aria-valuemin", "0");
      made.setAttribute("aria-valuemax", String(DAY));
      made.setAttribute("aria-valuenow", String(begin));
      made.setAttribute("aria-valuetext", words);
      made.setAttribute("aria-label", root.dataset.bar.replace("%(day)s", name).replace("%(begin)s", clock(begin)).replace("%(end)s", clock(end)));
      made.addEventListener("keydown", (event) => keys(event, day, range));
      made.addEventListener("pointerdown", (event) => drag(event, day, range, made));
    }
    return made;
  }

  function draw() {
    for (const day of days) day.querySelector("[data-track]").replaceChildren();
    for (const day of days) {
      const track = day.querySelector("[data-track]");
      const next = days[(days.indexOf(day) + 1) % 7].querySelector("[data-track]");
      for (const range of ranges(day)) {
        const [begin, end] = values(range);
        if (begin === null || end === null || begin === DAY) continue;
        const words = `${clock(begin)}–${clock(end)}`;
        if (end > begin) track.append(bar(day, range, begin, end, words, false));
        else {
          track.append(bar(day, range, begin, DAY, words, false));
          if (end > 0) next.append(bar(day, range, 0, end, words, true));
        }
      }
    }
  }

  function keys(event, day, range) {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    const [begin, end] = values(range);
    if (by !== undefined && event.shiftKey) {
      const to = snap(end + by);
      if (to !== begin && to > 0) write(range, begin, to);
    } else if (by !== undefined && end > begin) {
      if (begin + by >= 0 && end + by <= DAY) write(range, begin + by, end + by);
    } else if (by !== undefined) {
      const [to, until] = [begin + by, end + by];
      if (to < DAY && until > 0 && until < to) write(range, to, until);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      remove(range);
      return;
    } else if (event.key === "Enter") {
      event.preventDefault();
      fields(range)[0].focus();
      return;
    } else return;
    event.preventDefault();
    const place = ranges(day).indexOf(range);
    changed();
    day.querySelectorAll("[data-track] [role=slider]")[place]?.focus();
  }

  // The mouse: draw a new range on the track; take a bar in its middle to move it, at an end to change that end.
  function follow(track, move, done) {
    const at = (event) => {
      const box = track.getBoundingClientRect();
      return snap((DAY * (event.clientX - box.left)) / box.width);
    };
    const moved = (event) => move(at(event));
    const up = () => {
      removeEventListener("pointermove", moved);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
      done();
    };
    addEventListener("pointermove", moved);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
    return at;
  }

  function drag(event, day, range, made) {
    event.stopPropagation();
    if (event.button !== 0) return;
    const box = made.getBoundingClientRect();
    const [begin, end] = values(range);
    const grip = Math.min(10, box.width / 4);
    const left = event.clientX - box.left < grip;
    const right = box.right - event.clientX < grip;
    let start = null;
    const at = follow(day.querySelector("[data-track]"), (now) => {
      start ??= now;
      if (left && now !== end && (end < begin || now < end) && now < DAY) write(range, now, end);
      else if (right && end > begin && now > begin) write(range, begin, now);
      else if (!left && !right && end > begin) {
        const by = Math.max(-begin, Math.min(DAY - end, now - start));
        write(range, begin + by, end + by);
      }
      draw();
    }, changed);
    start = at(event);
  }

  for (const day of days) {
    const track = day.querySelector("[data-track]");
    track.hidden = false;
    ranges(day).forEach(wire);
    // The empty line is for those without scripts; here there is a button.
    const spare = ranges(day).at(-1);
    if (ranges(day).length > 1 && fields(spare).every((f) => !f.value)) spare.remove();
    const button = day.querySelector("[data-add]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const range = add(day);
      fields(range)[0].focus();
    });
    track.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      let start = null;
      let range = null;
      const at = follow(track, (now) => {
        if (now === start) return;
        range ??= add(day);
        write(range, Math.min(start, now), Math.max(start, now));
        draw();
      }, changed);
      start = at(event);
    });
  }
  const copy = form.querySelector("[data-copy-week]");
  copy.hidden = false;
  copy.addEventListener("click", () => {
    const monday = ranges(days[0]).map(values).filter(([b, e]) => b !== null && e !== null);
    for (const day of days.slice(1, 5)) {
      ranges(day).slice(1).forEach((range) => range.remove());
      ranges(day).forEach((range) => fields(range).forEach((field) => (field.value = "")));
      for (const [begin, end] of monday) add(day, begin, end);
    }
    changed();
  });
  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
  draw();
}

function showing(control) {
  const part = document.getElementById(control.dataset.shows);
  const show = () => (part.hidden = !control.checked);
  for (const other of control.form.elements) if (other.name === control.name) other.addEventListener("change", show);
  show();
}

document.querySelectorAll("[data-week]").forEach(week);
document.querySelectorAll("[data-shows]").forEach(showing);
for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.ask)) event.preventDefault();
  });
}
