// Turns the pictures of the page into charts that can be zoomed and read out. Without it the pictures stay as they are.
// All charts share one range of time. Values are steps: each holds until the next.
(() => {
  "use strict";
  const told = document.getElementById("figures");
  if (!told || typeof uPlot !== "function") return;
  const { figures, shades, times: lists, end } = JSON.parse(told.textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = [], labels = [];
  let range = null;

  // Moments come as steps in milliseconds, values as text: an empty one is like the one before it, in a range like the mean.
  const filled = (text, like) => {
    let held = 0;
    return text.split(",").map((one, place) => (one !== "" ? (held = Number(one)) : like ? like[place] : held));
  };
  const moments = lists.map((text) => {
    let at = 0;
    return text === "" ? [] : filled(text).map((step) => (at += step) / 1000);
  });
  const curve = ({ at, mean, least, most }) => {
    const means = filled(mean);
    return {
      points: moments[at].map((time, place) => [time, means[place]]),
      range: least == null ? undefined : { least: filled(least, means), most: filled(most, means) },
    };
  };
  for (const panel of figures.flatMap((figure) => figure.panels)) {
    for (const one of [...panel.layers, ...panel.lines]) one.curve = curve(one.curve);
    if (panel.sum) panel.sum = { least: filled(panel.sum.least), most: filled(panel.sum.most) };
  }

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const colour = (role, alpha = 1) => {
    const shade = shades[role] || shades.ink;
    return `rgba(${(dark.matches ? shade.dark : shade.light).join(",")},${alpha})`;
  };

  // 0s, 2.5s, 3m30s, 2h05m, 3d04h: as everywhere else in the page.
  const time = (seconds) => {
    if (Math.abs(seconds) < 59.95) return `${Math.round(seconds * 10) / 10}s`;
    const whole = Math.round(seconds);
    const [d, h, m, s] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
    const two = (n) => String(n).padStart(2, "0");
    if (d) return h || m || s ? `${d}d${two(h)}h${m || s ? two(m) + "m" : ""}` : `${d}d`;
    if (h) return `${h}h${m || s ? two(m) + "m" : ""}${s ? two(s) + "s" : ""}`;
    return `${m}m${s ? two(s) + "s" : ""}`;
  };
  const number = (value) => {
    if (value == null || !Number.isFinite(value)) return "–";
    const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
    return value.toLocaleString("en-US", Math.abs(value) < 1 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: digits });
  };

  // Ticks of time at lengths that people count in.
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800,
    432000, 864000, 1728000, 2592000, 5184000, 15768000];
  const ticks = (u, axis, min, max) => {
    const fit = Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / 80));
    const step = STEPS.find((one) => (max - min) / one <= fit) || STEPS.at(-1);
    const found = [];
    const fine = (max - min) / fit < 1 ? (max - min) / fit : step;
    for (let at = Math.ceil(min / fine) * fine; at <= max; at += fine) found.push(at);
    return found;
  };

  // Curves at the same times: where one has no step, the value before it holds.
  const align = (curves, until) => {
    const all = new Set([until]);
    for (const curve of curves) for (const [at] of curve.points) all.add(at);
    const xs = Float64Array.from(all).sort();
    const spread = (points, value) => {
      const out = new Array(xs.length).fill(null);
      let next = 0, held = null;
      for (let place = 0; place < xs.length; place++) {
        while (next < points.length && points[next][0] <= xs[place]) held = value(next++);
        out[place] = held;
      }
      return out;
    };
    return {
      xs,
      mean: curves.map((curve) => spread(curve.points, (place) => curve.points[place][1])),
      least: curves.map((curve) => curve.range && spread(curve.points, (place) => curve.range.least[place])),
      most: curves.map((curve) => curve.range && spread(curve.points, (place) => curve.range.most[place])),
    };
  };

  // Steps, drawn with the least and the most of each column of pixels: as quick for 100,000 points as for 100.
  const steps = (floor) => (u, series, from, until) => {
    const stroke = new Path2D(), fill = new Path2D();
    const xs = u.data[0], ys = u.data[series], scale = u.series[series].scale;
    const base = u.valToPos(0, scale, true);
    const width = u.bbox.width / (u.scales.x.max - u.scales.x.min);
    const left = u.bbox.left - u.scales.x.min * width;
    const top = u.valToPos(0, scale, true), unit = u.valToPos(1, scale, true) - top;
    let pen = null, first = null, column = null, low = 0, high = 0;
    const line = (x, y) => { stroke.lineTo(x, y); fill.lineTo(x, y); };
    for (let place = from; place <= until; place++) {
      const value = ys[place];
      if (value == null) continue;
      const x = left + xs[place] * width, y = top + value * unit;
      if (pen === null) {
        stroke.moveTo(x, y); fill.moveTo(x, base); fill.lineTo(x, y);
        first = x; column = Math.round(x); low = high = pen = y;
        continue;
      }
      const here = Math.round(x);
      if (here === column) {
        low = Math.min(low, y); high = Math.max(high, y); pen = y;
        continue;
      }
      if (low !== high) { line(column, low); line(column, high); line(column, pen); }
      line(x, pen); line(x, y);
      column = here; low = high = pen = y;
    }
    if (first === null) return null;
    if (low !== high) { line(column, low); line(column, high); line(column, pen); }
    const last = Math.min(left + xs[until] * width, u.bbox.left + u.bbox.width + 2);
    line(last, pen);
    fill.lineTo(last, base); fill.closePath();
    return { stroke, fill, clip: null, band: null, gaps: null, flags: 3 };
  };

  // What lies between least and most, at least a hair wide: a loss of seconds in a year is seen.
  const between = (least) => (u, series, from, until) => {
    const fill = new Path2D();
    const xs = u.data[0], ys = u.data[series], scale = u.series[series].scale, hair = 1.5 * devicePixelRatio;
    const at = (place) => u.valToPos(xs[place], "x", true);
    let open = null;
    const close = () => { if (open) fill.rect(open.left, open.top, Math.max(open.right - open.left, hair), open.bottom - open.top); };
    for (let place = from; place <= until; place++) {
      const most = ys[place], low = least[place];
      if (most == null || !(most > low)) continue;
      const left = at(place), right = place + 1 < xs.length ? at(place + 1) : left;
      const top = u.valToPos(most, scale, true), bottom = u.valToPos(low, scale, true);
      if (open && left - open.left < hair) {
        open = { left: open.left, right: Math.max(right, open.right), top: Math.min(top, open.top), bottom: Math.max(bottom, open.bottom) };
        if (open.right - open.left < hair) continue;
        close();
        open = null;
        continue;
      }
      close();
      open = { left, right, top, bottom };
    }
    close();
    return { stroke: null, fill, clip: null, band: null, gaps: null, flags: 3 };
  };

  const clipped = (u, draw) => {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath(); ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height); ctx.clip();
    draw(ctx, bbox);
    ctx.restore();
  };

  // Faults behind the data, events in front of it. Where the picture says nothing, it is grey.
  const bands = (figure, told) => (u) => clipped(u, (ctx, box) => {
    const { from: first, until: last } = told;
    ctx.fillStyle = colour("grid", 0.6);
    for (const [from, until] of [[u.scales.x.min, first], [last, u.scales.x.max]]) {
      if (from < until) ctx.fillRect(u.valToPos(from, "x", true), box.top, u.valToPos(until, "x", true) - u.valToPos(from, "x", true), box.height);
    }
    ctx.fillStyle = colour("fault", 0.5);
    for (const band of figure.bands) {
      const from = u.valToPos(band.from, "x", true), until = u.valToPos(band.until, "x", true);
      ctx.fillRect(from, box.top, Math.max(until - from, devicePixelRatio), box.height);
    }
  });
  const marks = (panel) => (u) => clipped(u, (ctx, box) => {
    ctx.setLineDash([]);
    for (const mark of panel.marks) {
      const x = Math.round(u.valToPos(mark.at, "x", true));
      ctx.strokeStyle = colour(mark.bad ? "alarm" : "quiet");
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath(); ctx.moveTo(x, box.top); ctx.lineTo(x, box.top + box.height); ctx.stroke();
    }
  });

  // Names of faults and of events over the plot, as far as there is room for them.
  const names = (figure, panel) => (u) => {
    const { ctx, bbox } = u, ratio = devicePixelRatio;
    ctx.save();
    ctx.font = `${11 * ratio}px system-ui, sans-serif`;
    ctx.textBaseline = "bottom"; ctx.textAlign = "left";
    const row = (all, up) => {
      let free = bbox.left;
      for (const { at, until, label, role } of all) {
        const x = Math.max(u.valToPos(at, "x", true), bbox.left);
        const width = ctx.measureText(label).width;
        const seen = until >= u.scales.x.min && at <= u.scales.x.max;
        const start = Math.min(x, bbox.left + bbox.width - width);
        if (!seen || start < free) continue;
        ctx.fillStyle = colour(role);
        ctx.fillText(label, start, bbox.top - (4 + up) * ratio);
        free = start + width + 8 * ratio;
      }
    };
    row(figure.bands.map(({ from, until, name }) => ({ at: from, until, label: name, role: "ink" })), panel.marks.length ? 14 : 0);
    row(panel.marks.map(({ at, label, bad }) => ({ at, until: at, label, role: bad ? "alarm" : "quiet" })), 0);
    ctx.restore();
  };

  // Room for values left of a chart; below rows with names, as much as these need.
  const left = (figure, width) => (figure.panels.some((panel) => panel.gantt) ? Math.round(Math.min(210, width * 0.3)) : 64);
  const axis = (more) => ({
    stroke: () => colour("ink"), grid: { stroke: () => colour("grid"), width: 1 }, ticks: { stroke: () => colour("grid"), width: 1, size: 4 },
    font: "12px system-ui, sans-serif", ...more,
  });
  const cursor = {
    sync: { key: "run", setSeries: false }, drag: { x: true, y: false, setScale: true, dist: 5 }, points: { show: false },
  };
  const padding = (figure, panel) => [figure.bands.length && panel.marks.length ? 34 : 20, 12, 0, 0];
  const known = (u, figure, told) => {
    u.own = { from: figure.cut.from, until: figure.cut.until };
    u.told = told;
    charts.push(u);
    return u;
  };

  // A chart of one panel, in its place in the page.
  const chart = (figure, panel, place) => {
    const curves = [...panel.layers, ...panel.lines];
    const count = panel.layers.length;
    // The whole stack has a least and a most at the moments of its layers.
    const of_stack = Float64Array.from(new Set(panel.layers.flatMap((layer) => layer.curve.points.map((point) => point[0])))).sort();
    const whole = panel.sum ? [{ points: Array.from(of_stack, (at) => [at, 0]), range: panel.sum }] : [];
    const data = align([...curves.map((one) => one.curve), ...whole], figure.cut.until);
    const sums = [];
    for (let n = 0; n < count; n++) {
      sums.push(data.mean[n].map((value, at) => value == null ? (n ? sums[n - 1][at] : null) : value + (n ? sums[n - 1][at] ?? 0 : 0)));
    }
    // The highest sum is drawn first, the lower ones over it.
    const stack = panel.layers.map((layer, n) => ({
      values: sums[n],
      options: { label: layer.label, width: 0, stroke: () => colour(layer.role), fill: () => colour(layer.role), paths: steps(), points: { show: false } },
    })).reverse();
    const range = (most, least, role, alpha = 0.3) => ({
      values: most,
      options: { width: 0, fill: () => colour(role, alpha), paths: between(least), points: { show: false } },
    });
    const ranges = [];
    // What is lost is drawn once more over the rest, so that the shortest loss is seen.
    panel.layers.forEach((layer, n) => {
      if (layer.role === "lost") ranges.push(range(sums[n], n ? sums[n - 1].map((value) => value ?? 0) : sums[n].map(() => 0), "lost", 1));
    });
    if (panel.sum && count) ranges.push(range(data.most.at(-1), data.least.at(-1), "ink"));
    panel.lines.forEach((line, n) => {
      if (data.most[count + n]) ranges.push(range(data.most[count + n], data.least[count + n], line.role));
    });
    const lines = panel.lines.map((line, n) => ({
      values: data.mean[count + n],
      options: {
        label: line.label, width: 1.5, stroke: () => colour(line.role), paths: steps(), points: { show: false },
        dash: line.stroke === "dashed" ? [6, 4] : undefined,
      },
    }));
    const drawn = [...stack, ...ranges, ...lines];
    const u = new uPlot({
      width: place.clientWidth || 600, height: 240, legend: { show: false },
      padding: padding(figure, panel), cursor,
      scales: {
        x: { time: false },
        y: { range: (_, least, most) => [Math.min(0, least ?? 0), Math.max(most ?? 0, panel.top) * 1.06 || 1] },
      },
      axes: [
        axis({ splits: ticks, values: (_, all) => all.map(time), size: 32 }),
        axis({ size: (u) => left(figure, u.width), values: (_, all) => all.map((value) => panel.whole && !Number.isInteger(value) ? "" : number(value)) }),
      ],
      series: [{}, ...drawn.map((one) => one.options)],
      hooks: { drawClear: [bands(figure, figure.cut)], draw: [marks(panel), names(figure, panel)], setScale: [follow], setCursor: [(chart) => read(chart, figure, panel, data)] },
    }, [data.xs, ...drawn.map((one) => one.values)], place);
    return known(u, figure, figure.cut);
  };

  // What a picture tells: of stages all, also those before and after what is shown first.
  const extent = ({ cut, panels }) => {
    const bars = panels.flatMap((panel) => (panel.gantt ? panel.gantt.rows.flatMap((row) => row.bars) : []));
    return { from: bars.reduce((least, bar) => Math.min(least, bar[1]), cut.from), until: bars.reduce((most, bar) => Math.max(most, bar[2]), cut.until) };
  };

  // Rows of bars: what happens to each unit of a change.
  const bars = (figure, panel, place) => {
    const { rows, kinds } = panel.gantt;
    const told = extent(figure);
    let name = "";
    for (const row of rows) {
      name = row.name || name;
      row.whole = `${name} ${row.part}`.trim();
    }
    const size = (u) => left(figure, u.width);
    const fitted = (u, words) => {
      const { ctx } = u, most = (size(u) - 14) * devicePixelRatio;
      ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
      let text = words;
      while (text.length > 1 && ctx.measureText(text).width > most) text = `${text.replace("…", "").slice(0, -1)}…`;
      return text;
    };
    const draw = (u) => clipped(u, (ctx, box) => {
      const high = box.height / rows.length, ratio = devicePixelRatio;
      rows.forEach((row, n) => {
        const top = box.top + n * high;
        for (const [kind, from, until] of row.bars) {
          const left = u.valToPos(from, "x", true), tall = Math.max((high - 4 * ratio) * kinds[kind].percentOfRow / 100, 3 * ratio);
          ctx.fillStyle = colour(kinds[kind].role);
          ctx.fillRect(left, top + (high - tall) / 2, Math.max(u.valToPos(until, "x", true) - left, 2 * ratio), tall);
        }
        for (const at of row.rings) {
          ctx.fillStyle = colour("alarm");
          ctx.fillRect(u.valToPos(at, "x", true) - 3 * ratio, top + 2 * ratio, 6 * ratio, high - 4 * ratio);
        }
      });
    });
    const u = new uPlot({
      width: place.clientWidth || 600, height: rows.length * (rows.length <= 24 ? 22 : 17) + 52 + (figure.bands.length && panel.marks.length ? 14 : 0),
      legend: { show: false }, padding: padding(figure, panel), cursor,
      scales: { x: { time: false }, y: { dir: -1, range: () => [0, rows.length] } },
      axes: [
        axis({ splits: ticks, values: (_, all) => all.map(time), size: 32 }),
        axis({ splits: () => rows.map((_, n) => n + 0.5), values: (u) => rows.map((row) => fitted(u, row.name ? row.whole : row.part)), size, grid: { show: false } }),
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: { drawClear: [bands(figure, told)], draw: [draw, marks(panel), names(figure, panel)], setScale: [follow], setCursor: [(chart) => read_bars(chart, figure, panel)] },
    }, [[figure.cut.from, figure.cut.until], [0, rows.length]], place);
    u.rows = rows.length;
    return known(u, figure, told);
  };

  // What stands under the cursor, in words: when, and what was the case then.
  const moment = (u, figure, panel, out) => {
    const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : null;
    out.querySelector(".at").textContent = at == null ? "" : `at ${time(Math.max(0, at))}`;
    const force = at == null ? [] : figure.bands.filter((band) => band.from <= at && at < band.until).map((band) => band.name);
    // Events within a few pixels of the cursor.
    const reach = at == null ? 0 : u.posToVal(8, "x") - u.posToVal(0, "x");
    const events = at == null ? [] : panel.marks.filter((mark) => Math.abs(mark.at - at) <= reach).map((mark) => `${mark.label} (${time(mark.at)})`);
    const some = (words, all) => all.length ? `${words}: ${all.slice(0, 4).join(", ")}${all.length > 4 ? ` and ${all.length - 4} more` : ""}` : "";
    out.querySelector(".force").textContent = [some("in force", force), some("events", events)].filter(Boolean).join("; ");
    return at;
  };
  const readout = (u) => u.root.parentNode.parentNode.querySelector(".readout");
  const read_bars = (u, figure, panel) => {
    const out = readout(u);
    if (!out) return;
    const at = moment(u, figure, panel, out), { rows, kinds } = panel.gantt;
    const meant = at != null && (u.over.matches(":hover") || u.root.parentNode.matches(":focus"));
    const row = meant && rows[Math.floor(u.posToVal(u.cursor.top, "y"))];
    const seconds = meant ? u.posToVal(3, "x") - u.posToVal(0, "x") : 0;
    const here = row ? row.bars.filter(([, from, until]) => from - seconds <= at && at < until + seconds) : [];
    const rings = row ? row.rings.filter((ring) => Math.abs(ring - at) <= 2 * seconds).map((ring) => `its alarm rings at ${time(ring)}`) : [];
    const told = [...here.map(([kind, from, until]) => `${kinds[kind].label}, ${time(from)} to ${time(until)}`), ...rings];
    out.querySelector("output").textContent = row ? `${row.whole}: ${told.join("; ") || "nothing is changed"}` : "";
  };
  const read = (u, figure, panel, data) => {
    const out = readout(u);
    if (!out) return;
    const at = moment(u, figure, panel, out);
    let place = -1;
    if (at != null) {
      let low = 0, high = data.xs.length - 1;
      while (low <= high) { const middle = (low + high) >> 1; if (data.xs[middle] <= at) { place = middle; low = middle + 1; } else high = middle - 1; }
    }
    out.querySelectorAll("output").forEach((cell, n) => {
      const value = place < 0 ? null : data.mean[n][place];
      const least = place < 0 || !data.least[n] ? null : data.least[n][place];
      cell.textContent = place < 0 ? "" : number(value) + (least == null ? "" : ` (${number(least)} to ${number(data.most[n][place])})`);
    });
  };

  // One range for all.
  let following = false;
  const follow = (u, scale) => {
    if (scale !== "x" || following || !u.own) return;
    // Sizes and resets come here, too, and later: nothing is new when a chart shows what it is meant to.
    const { min, max } = u.scales.x, meant = range || { min: u.own.from, max: u.own.until };
    if (min !== meant.min || max !== meant.max) show(min, max);
  };
  const show = (min, max) => {
    if (following || !(max > min)) return;
    following = true;
    range = { min, max };
    for (const chart of charts) if (chart.scales.x.min !== min || chart.scales.x.max !== max) chart.setScale("x", { min, max });
    following = false;
    say();
  };
  const reset = () => {
    following = true;
    range = null;
    for (const chart of charts) chart.setScale("x", { min: chart.own.from, max: chart.own.until });
    following = false;
    say();
  };
  const current = (u) => ({ min: u.scales.x.min, max: u.scales.x.max });
  const zoom = (u, factor) => {
    const { min, max } = current(u);
    const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : (min + max) / 2;
    // A picture may show a part of the run: nothing is known here of the rest.
    const { from: first, until: last } = u.told;
    const span = Math.min(Math.max((max - min) * factor, 1), last - first);
    const from = Math.min(Math.max(at - (at - min) * span / (max - min), first), last - span);
    show(from, from + span);
  };
  const pan = (u, share) => {
    const { min, max } = current(u);
    const span = max - min;
    const from = Math.min(Math.max(min + span * share, u.told.from), Math.max(u.told.until - span, u.told.from));
    show(from, from + span);
  };
  const say = () => {
    for (const { own, told, place } of labels) {
      const { min, max } = range || { min: own.from, max: own.until };
      const beyond = min < told.from || max > told.until;
      place.textContent = `shown: ${time(min)} to ${time(max)} of ${time(end)}${beyond ? `; this picture tells ${time(told.from)} to ${time(told.until)}` : ""}`;
    }
  };
  const step = (u, share) => {
    const width = u.over.clientWidth;
    const left = Math.min(Math.max((u.cursor.left < 0 ? width / 2 : u.cursor.left) + width * share, 0), width);
    u.setCursor({ left, top: u.rows && u.cursor.top >= 0 ? u.cursor.top : u.over.clientHeight / 2 });
  };
  const climb = (u, rows) => {
    const high = u.over.clientHeight, top = u.cursor.top >= 0 ? u.cursor.top : high / 2;
    u.setCursor({ left: u.cursor.left < 0 ? u.over.clientWidth / 2 : u.cursor.left, top: Math.min(Math.max(top + rows * high / u.rows, 1), high - 1) });
  };

  const KEYS = {
    "+": (u) => zoom(u, 0.5), "=": (u) => zoom(u, 0.5), "-": (u) => zoom(u, 2), "0": reset, Escape: reset,
    ArrowLeft: (u, big) => (big ? pan(u, -0.25) : step(u, -0.01)), ArrowRight: (u, big) => (big ? pan(u, 0.25) : step(u, 0.01)),
    ArrowUp: (u) => climb(u, -1), ArrowDown: (u) => climb(u, 1),
  };

  const button = (words, label, act) => make("button", { type: "button", textContent: words, onclick: act, ariaLabel: label });

  for (const figure of figures) {
    const box = document.getElementById(`picture-${figure.name}`);
    const place = make("div", { className: "charts" });
    box.querySelector(".drawing").before(place);
    box.classList.add("enhanced");
    let first = null;
    const shown = make("span", { className: "range quiet", role: "status" });
    labels.push({ own: figure.cut, told: extent(figure), place: shown });
    place.append(make("div", { className: "controls" },
      button("+", "zoom in", () => zoom(first, 0.5)), button("−", "zoom out", () => zoom(first, 2)),
      button("←", "earlier", () => pan(first, -0.5)), button("→", "later", () => pan(first, 0.5)),
      button("reset", "reset: show all of the picture", reset), shown));
    const add = (title, unit, signs, rows, draw) => {
      const canvas = make("div", { className: "canvas", tabIndex: 0 });
      canvas.setAttribute("role", "application");
      canvas.setAttribute("aria-label", `chart: ${title}${unit && `, ${unit}`}. Keys: left and right read values,${rows ? " up and down change the row," : ""} with shift left and right move the time shown, + and - zoom, 0 shows all of the picture.`);
      const list = make("ul", { className: "readout" },
        make("li", { className: "quiet" }, make("span", { className: "at" }), " ", make("span", { className: "force" })));
      for (const { role, stroke, label } of signs) {
        const sign = make("span", { className: "sign" });
        sign.dataset.role = role;
        if (stroke) sign.classList.add(stroke);
        list.append(make("li", {}, sign, `${label} `, ...(rows ? [] : [make("output", {})])));
      }
      if (rows) list.append(make("li", { className: "row" }, make("output", {})));
      place.append(make("div", { className: "panel" }, make("h4", { textContent: title }, make("span", { className: "quiet", textContent: ` ${unit}` })), canvas, list));
      const u = draw(canvas);
      first ??= u;
      canvas.addEventListener("keydown", (event) => {
        const act = KEYS[event.key];
        if (!act || event.ctrlKey || event.metaKey || event.altKey || (/Up|Down/.test(event.key) && !rows)) return;
        event.preventDefault();
        act(u, event.shiftKey);
      });
      u.over.addEventListener("dblclick", reset);
    };
    for (const panel of figure.panels) {
      if (panel.gantt) {
        const rings = panel.gantt.rows.some((row) => row.rings.length) ? [{ role: "alarm", label: "alarm of the unit rings" }] : [];
        add(panel.gantt.title, "", [...panel.gantt.kinds, ...rings], true, (canvas) => bars(figure, panel, canvas));
      }
      const all = [...panel.layers, ...panel.lines];
      if (all.length) add(panel.title, panel.unit, all, false, (canvas) => chart(figure, panel, canvas));
    }
  }

  const paint = () => {
    document.querySelectorAll(".sign").forEach((sign) => { sign.style.color = colour(sign.dataset.role); });
    charts.forEach((chart) => chart.redraw(false, true));
  };
  dark.addEventListener("change", paint);
  const widths = new ResizeObserver(() => {
    for (const chart of charts) {
      const width = chart.root.parentNode.clientWidth;
      if (width && Math.abs(width - chart.width) > 1) chart.setSize({ width, height: chart.height });
    }
  });
  document.querySelectorAll(".canvas").forEach((canvas) => widths.observe(canvas));
  paint();
  reset();
  // For the test in a browser.
  window.evenkeel = { charts, show, reset, range: () => range };
})();
