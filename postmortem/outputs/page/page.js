// What the page does beyond being read: filter and zoom the picture, filter the log, show what a dot stands for.
// Its data are the rows of the full log; text only ever moves as textContent, links only as they stand in the log.
"use strict";
(() => {
  const A_MARK = 8; // pixels: events of one lane that are closer than that become one mark, as in picture.py
  const MOST_TICKS = 8; // as in window.py, like the steps, in seconds
  const DAY = 86400;
  const STEPS = [1, 2, 5, 10, 15, 30, ...[1, 2, 5, 10, 15, 30].map((n) => n * 60), ...[1, 2, 3, 6, 12].map((n) => n * 3600),
    ...[1, 2, 7, 14, 30, 91, 182, 365, 1825, 3650, 36500, 365000].map((n) => n * DAY)];
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);
  const log = byId("d.log"), tools = byId("d.tools"), stage = byId("d.picture"), card = byId("d.card"), found = byId("d.found");
  const picture = stage.querySelector(".picture"), plot = picture.querySelector(".plot"), axis = plot.querySelector(".axis");
  const lanes = [...plot.querySelectorAll("g.lane")];
  const start = Number(picture.dataset.start) * 1000, length = Number(picture.dataset.end) * 1000 - start;

  const events = [...log.querySelectorAll("li")].map((row, number) => ({
    number, row, at: Number(row.dataset.t), lane: Number(row.dataset.l), isMain: row.className === "main",
    who: row.querySelector("b")?.textContent ?? "", isShown: true, words: null, hidden: false,
  }));
  const place = (event) => (100 * (event.at - start)) / length; // in percent of the first view
  const far = events.reduce(([a, b], event) => [Math.min(a, place(event) - 1), Math.max(b, place(event) + 1)], [0, 100]);
  const view = { from: 0, to: 100 };
  let here = null; // the event that the keyboard stands on

  // ---- drawing: the frame is moved, dots and axis are drawn anew ----

  const element = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  function draw() {
    const width = 100 / (view.to - view.from) * 100;
    plot.setAttribute("width", `${width}%`);
    plot.setAttribute("x", `${(-view.from * width) / 100}%`);
    for (const lane of lanes) drawLane(lane);
    drawAxis();
    stage.classList.toggle("drags", view.to - view.from < far[1] - far[0]);
  }

  function drawLane(lane) {
    for (const bar of lane.querySelectorAll(".bar")) bar.toggleAttribute("hidden", !events[bar.dataset.n].isShown);
    for (const bar of lane.querySelectorAll(".bar")) bar.style.display = bar.hasAttribute("hidden") ? "none" : "";
    if (lane.classList.contains("alert")) return;
    const number = Number(lane.dataset.l), bins = new Map(), most = Math.max(stage.clientWidth / A_MARK, 20);
    for (const event of events) {
      const at = event.lane === number && event.isShown ? place(event) : null;
      if (at === null || at < view.from || at > view.to) continue;
      const bin = Math.trunc(((at - view.from) / (view.to - view.from)) * most);
      if (bins.has(bin)) bins.get(bin).push(event);
      else bins.set(bin, [event]);
    }
    lane.replaceChildren(...[...bins.values()].map((inside) => dot(inside, lane.dataset.y)));
  }

  function dot(inside, y) {
    const middle = inside.reduce((sum, event) => sum + place(event), 0) / inside.length;
    const half = Math.min(1.4 * (inside.length.toString(2).length - 1), 8), x = `${middle.toFixed(3)}%`;
    const kind = inside.some((event) => event.isMain) ? "dot main" : "dot";
    const drawn = element("line", { class: kind, x1: x, x2: x, y1: y - half, y2: Number(y) + half, "data-n": inside[0].number });
    drawn.inside = inside;
    if (here && inside.includes(here)) drawn.classList.add("here");
    return drawn;
  }

  function drawAxis() {
    const from = (start + (length * view.from) / 100) / 1000, to = (start + (length * view.to) / 100) / 1000;
    const step = STEPS.find((one) => (to - from) / one <= MOST_TICKS) ?? STEPS.at(-1);
    const [low, high] = [axis.querySelector("line"), axis.querySelector("text")];
    if (!low) return;
    const [y1, y2, y] = [low.getAttribute("y1"), low.getAttribute("y2"), Number(high.getAttribute("y"))];
    const marks = [];
    let shown = null;
    for (let at = Math.ceil(from / step) * step; at <= to && marks.length < 4 * MOST_TICKS; at += step) {
      const x = `${((100 * (at * 1000 - start)) / length).toFixed(3)}%`, moment = new Date(at * 1000), iso = moment.toISOString();
      const day = `${moment.toLocaleDateString("en", { weekday: "short", timeZone: "UTC" })} ${iso.slice(0, iso.indexOf("T"))}`;
      const clock = iso.slice(iso.indexOf("T") + 1);
      marks.push(element("line", { x1: x, x2: x, y1, y2 }));
      const seen = (at - from) / (to - from), edge = seen < 0.1 ? "first" : seen > 0.9 ? "last" : "day";
      marks.push(words(step < 60 ? clock.slice(0, 8) : step < DAY ? clock.slice(0, 5) : "", { x, y, class: edge }));
      if (day !== shown) marks.push(words(day, { x, y: y + 15, class: edge }));
      shown = day;
    }
    axis.replaceChildren(...marks);
  }

  function words(text, attributes) {
    const made = element("text", attributes);
    made.textContent = text;
    return made;
  }

  // ---- filtering: picture and log together ----

  function filter() {
    const wanted = new FormData(tools), shownLanes = new Set(wanted.getAll("lane").map(Number));
    const who = wanted.get("who"), text = wanted.get("text").trim().toLowerCase(), onlyMain = wanted.has("main");
    let count = 0;
    for (const event of events) {
      event.isShown = shownLanes.has(event.lane) && (!who || event.who === who) && (!onlyMain || event.isMain) && (!text || says(event, text));
      count += event.isShown;
      if (event.hidden === event.isShown) event.row.hidden = event.hidden = !event.isShown;
    }
    found.textContent = count === events.length ? "" : `${count} of ${events.length} events are shown.`;
    if (here && !here.isShown) stand(null);
    draw();
  }

  function says(event, text) {
    event.words ??= event.row.textContent.toLowerCase();
    return event.words.includes(text);
  }

  // ---- zoom: by wheel, keys, buttons; moving by dragging too ----

  function look(from, to) {
    const width = Math.min(Math.max(to - from, 0.02), far[1] - far[0]);
    view.from = Math.min(Math.max((from + to - width) / 2, far[0]), far[1] - width);
    view.to = view.from + width;
    requestAnimationFrame(draw);
  }

  function zoom(factor, at = (view.from + view.to) / 2) {
    look(at - (at - view.from) * factor, at + (view.to - at) * factor);
  }

  const move = (part) => look(view.from + (view.to - view.from) * part, view.to + (view.to - view.from) * part);
  const all = () => (view.from === 0 && view.to === 100 ? look(...far) : look(0, 100));
  const ways = { in: () => zoom(0.5), out: () => zoom(2), left: () => move(-0.25), right: () => move(0.25), all };
  const under = (pointer) => view.from + ((pointer.clientX - stage.getBoundingClientRect().left) / stage.clientWidth) * (view.to - view.from);

  function turn(wheel) {
    if (wheel.ctrlKey || wheel.metaKey) zoom(Math.exp(Math.max(-60, Math.min(60, wheel.deltaY)) / 120), under(wheel));
    else if (wheel.shiftKey || Math.abs(wheel.deltaX) > Math.abs(wheel.deltaY)) move((wheel.deltaX || wheel.deltaY) / 1000);
    else return; // the wheel alone scrolls the page
    wheel.preventDefault();
  }

  let drag = null, dragged = false;
  function take(pointer) {
    if (pointer.button === 0) [drag, dragged] = [{ x: pointer.clientX, from: view.from, to: view.to }, false];
  }
  function pull(pointer) {
    if (!drag) return hover(pointer);
    const part = (drag.x - pointer.clientX) / stage.clientWidth;
    if (Math.abs(part) > 0.005) dragged = true;
    if (dragged) look(drag.from + part * (drag.to - drag.from), drag.to + part * (drag.to - drag.from));
  }

  // ---- what a mark stands for ----

  const marked = (target) => target.closest?.("[data-n]");
  const meant = (mark) => mark.inside ?? [events[mark.dataset.n]];

  function hover(pointer) {
    const mark = marked(pointer.target);
    if (mark) show(meant(mark), mark);
    else if (!here) card.hidden = true;
  }

  function show(inside, mark) {
    const line = (event) => {
      const made = document.createElement("div"), time = document.createElement("time"), who = document.createElement("b");
      time.textContent = `${event.row.querySelector("time").textContent} UTC `;
      who.textContent = event.who && `${event.who} `;
      const text = event.row.querySelector("span").textContent;
      made.append(time, who, text.length > 300 ? `${text.slice(0, 300)} …` : text);
      return made;
    };
    const most = inside.length > 6 ? 5 : 6, rest = document.createElement("i");
    rest.textContent = inside.length > most ? `and ${inside.length - most} more: click to zoom in` : "";
    card.replaceChildren(...inside.slice(0, most).map(line), rest);
    card.hidden = false;
    const [box, frame] = [mark.getBoundingClientRect(), stage.getBoundingClientRect()];
    const left = Math.min(Math.max(box.left - frame.left - 20, 0), Math.max(frame.width - card.offsetWidth, 0));
    card.style.left = `${left}px`;
    card.style.top = `${box.bottom - frame.top + 10}px`;
  }

  function open(event) {
    const link = event.row.querySelector("a[target]");
    if (link) window.open(link.href, "_blank", "noopener,noreferrer");
  }

  function press(click) {
    const mark = marked(click.target);
    if (dragged || !mark) return click.preventDefault();
    const inside = meant(mark), places = inside.map(place);
    const [first, last] = [Math.min(...places), Math.max(...places)];
    if (inside.length === 1) open(inside[0]);
    else if (last - first > 0.001) look(first - (last - first) / 2, last + (last - first) / 2);
    else { log.open = true; inside[0].row.scrollIntoView({ block: "center" }); }
    click.preventDefault();
  }

  // ---- the keyboard goes from event to event ----

  function stand(event) {
    here = event;
    if (!here) return void (card.hidden = true);
    if (place(here) < view.from || place(here) > view.to) {
      const half = (view.to - view.from) / 2;
      look(place(here) - half, place(here) + half);
    }
    draw();
    for (const bar of plot.querySelectorAll(".bar")) bar.classList.toggle("here", Number(bar.dataset.n) === here.number);
    const mark = plot.querySelector(".here");
    if (mark) show([here], mark);
  }

  function step(direction) {
    const shown = events.filter((event) => event.isShown);
    const at = here ? shown.indexOf(here) + direction : shown.findIndex((event) => place(event) >= view.from);
    if (shown.length) stand(shown[Math.min(Math.max(at, 0), shown.length - 1)]);
  }

  const KEYS = {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1), Enter: () => here && open(here), Escape: () => stand(null),
    Home: () => stand(events.find((event) => event.isShown)), End: () => stand(events.findLast((event) => event.isShown)),
    "+": ways.in, "=": ways.in, "-": ways.out, 0: all,
  };
  function type(key) {
    const way = key.shiftKey ? { ArrowRight: ways.right, ArrowLeft: ways.left, "+": ways.in }[key.key] : KEYS[key.key];
    if (!way || key.ctrlKey || key.metaKey || key.altKey) return;
    way();
    key.preventDefault();
  }

  // ---- start ----

  const names = [...new Set(events.map((event) => event.who).filter(Boolean))].sort((a, b) => a.localeCompare(b));
  tools.elements.who.append(...names.map((name) => new Option(name, name)));
  tools.hidden = byId("d.hint").hidden = events.length === 0;
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", "Timeline. Arrow keys go from event to event, Enter opens the source, plus and minus zoom.");
  card.setAttribute("role", "status");
  let waiting = 0;
  tools.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 60); });
  tools.addEventListener("submit", (sent) => sent.preventDefault());
  tools.addEventListener("click", (click) => ways[click.target.closest("button")?.value]?.());
  stage.addEventListener("wheel", turn, { passive: false });
  stage.addEventListener("keydown", type);
  stage.addEventListener("click", press);
  stage.addEventListener("pointerdown", take);
  stage.addEventListener("pointermove", pull);
  stage.addEventListener("pointerleave", () => { if (!here) card.hidden = true; });
  stage.addEventListener("blur", () => stand(null));
  stage.addEventListener("dragstart", (dragging) => dragging.preventDefault());
  window.addEventListener("resize", () => requestAnimationFrame(draw));
  window.addEventListener("pointerup", () => { drag = null; });
  const reach = () => { if (document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("#d\\.log")) log.open = true; };
  window.addEventListener("hashchange", reach);
  reach();
  if (events.length) draw();
})();
