// report.html as a browser shows it: with scripts and without, light and dark, on a phone and on paper.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";

const HOME = join(dirname(fileURLToPath(import.meta.url)), "../..");
// Packages stand beside what cargo builds; tests/browser/run.sh puts them there.
const modules = createRequire(join(process.env.MODULES, "package.json"));
const { chromium } = modules("playwright-core");
const AXE = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const EVIL = "</script><script>window.bad = 1</script>\"'<b>&amp;\u2028\u202e";
const DESK = mkdtempSync(join(tmpdir(), "evenkeel-page-"));

// What is looked at: a scenario, its arguments, and whether it is looked at in every way.
const PAGES = {
  "az-loss": { all: true },
  "ecs-on-cells": {},
  "staged-zones": {},
  canary: {},
  replications: { from: "az-loss", more: ["--replications", "5"] },
  evil: { from: "az-loss", change: evil, all: true },
};

function evil(scenario) {
  const text = readFileSync(join(HOME, "scenarios/ecs/web.service.json"), "utf8");
  scenario.name = "evil";
  scenario.description = EVIL;
  scenario.clusters[0].services = [JSON.parse(text)];
  scenario.faults[0].name = EVIL;
  scenario.objectives = scenario.objectives.map((one) => (one.fault ? { ...one, fault: EVIL } : one));
}

const run = (scenario, out, more = []) =>
  execFileSync(process.env.EVENKEEL, ["run", scenario, "--html", "--out", out, "--events", "none", "-q", ...more], { cwd: HOME });
const path = (name) => join(DESK, name, "report.html");

let browser;
before(async () => {
  for (const [name, { from = name, change, more }] of Object.entries(PAGES)) {
    let scenario = `scenarios/${from}.json`;
    if (change) {
      const value = JSON.parse(readFileSync(join(HOME, scenario), "utf8"));
      change(value);
      scenario = join(HOME, "scenarios", `.browser-test-${process.pid}.json`);
      writeFileSync(scenario, JSON.stringify(value));
    }
    try {
      run(scenario, join(DESK, name), more);
    } finally {
      if (change) rmSync(scenario);
    }
  }
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
});
after(async () => {
  await browser?.close();
  rmSync(DESK, { recursive: true });
});

// Opens a page; what it asks for, and what it complains about.
async function open(file, { scripts = true, scheme = "light", width = 1100, reduced = "no-preference" } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: scripts, reducedMotion: reduced,
  });
  const page = await context.newPage();
  const heard = { requests: [], complaints: [] };
  const url = pathToFileURL(file).href;
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) heard.requests.push(request.url());
  });
  page.on("console", (message) => heard.complaints.push(message.text()));
  page.on("pageerror", (error) => heard.complaints.push(error.message));
  await page.goto(url);
  return { page, heard, close: () => context.close() };
}

const drawings = (page) => page.locator(".drawing svg").count();
const charts = (page) => page.locator(".uplot canvas").count();
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function violations(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await page.evaluate(AXE);
  // Below pictures stand tables of forty rows each, all made by the same lines: three of each tell what all are like.
  const found = await page.evaluate(() =>
    globalThis.axe.run({ exclude: ["figure details tbody tr:nth-child(n+4)"] }, { resultTypes: ["violations"] }));
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 150)).join(" | ")}`);
}

const WAYS = {
  light: {}, "on a phone, dark": { width: 360, scheme: "dark" }, dark: { scheme: "dark" }, "on a phone": { width: 360 },
};

// Two pages at a time: what takes long is axe, which looks at thousands of cells.
describe("pages", { concurrency: 2 }, () => Object.entries(PAGES).forEach(([name, { all }]) => {
  describe(name, { concurrency: 1 }, () => {
    for (const [how, options] of Object.entries(WAYS).slice(0, all ? 4 : 2)) {
      test(`${how}: nothing is loaded, nothing complains, axe finds nothing, nothing is too wide`, async () => {
        const { page, heard, close } = await open(path(name), options);
        assert.equal(await overflow(page), 0);
        assert.deepEqual(await violations(page), []);
        assert.equal(await overflow(page), 0, "with everything open");
        assert.deepEqual(heard, { requests: [], complaints: [] });
        await close();
      });
    }

    test("without scripts the pictures stand; with them charts, and pictures on paper", async () => {
      const bare = await open(path(name), { scripts: false });
      const count = await drawings(bare.page);
      assert.ok(count >= 2, `${count} pictures`);
      for (const one of await bare.page.locator(".drawing").all()) assert.ok(await one.isVisible());
      await bare.close();

      const { page, close } = await open(path(name));
      assert.ok((await charts(page)) >= 1, "no chart");
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator(".controls:visible, .uplot:visible").count(), 0, "controls on paper");
      assert.equal(await page.locator(".drawing:visible").count(), count, "a picture is missing on paper");
      await close();
    });
  });
}));

test("names cannot do anything", async () => {
  const { page, close } = await open(path("evil"));
  assert.equal(await page.evaluate(() => window.bad), undefined);
  assert.equal(await page.locator("script").count(), 2);
  assert.ok((await page.locator(".lead").textContent()).includes("<script>window.bad = 1</script>\"'<b>&amp;"));
  await close();
});

test("the same bytes again", () => {
  run("scenarios/az-loss.json", join(DESK, "again"), ["--threads", "1"]);
  assert.ok(readFileSync(path("again")).equals(readFileSync(path("az-loss"))));
});

const shown = (page) => page.evaluate(() => globalThis.evenkeel.charts.map((one) => [one.scales.x.min, one.scales.x.max]));

test("charts are zoomed by drag and by keyboard, all at once, and read out", async () => {
  const { page, close } = await open(path("az-loss"));
  const whole = await shown(page);
  const own = await page.evaluate(() => globalThis.evenkeel.charts.map((one) => [one.own.from, one.own.until]));
  assert.deepEqual(whole, own);
  const [first, last] = own[0], span = last - first;
  assert.ok(first < 3_600 && last > 6_000, "the fault is in it");

  const over = page.locator(".u-over").first();
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
  await page.mouse.up();
  const dragged = await shown(page);
  assert.ok(dragged.every(([from, until]) => Math.abs(from - first - span * 0.3) < span / 50 && Math.abs(until - first - span * 0.6) < span / 50), JSON.stringify(dragged));

  const canvas = page.locator(".canvas").first();
  await canvas.focus();
  await page.keyboard.press("+");
  const near = await shown(page);
  assert.ok(near.every(([from, until], n) => Math.abs(until - from - (dragged[n][1] - dragged[n][0]) / 2) < 1));
  await page.keyboard.press("Shift+ArrowRight");
  assert.ok((await shown(page))[0][0] > near[0][0], "it does not move");
  await page.keyboard.press("0");
  assert.deepEqual(await shown(page), whole);

  await page.mouse.move(box.x + box.width * ((3_610 - first) / span), box.y + 50);
  const readout = page.locator(".readout").first();
  assert.match(await readout.textContent(), /at 1h00m(0[5-9]|1\d)s in force: zone dark/);
  const served = Number((await readout.locator("output").first().textContent()).replaceAll(",", ""));
  assert.ok(served > 0 && served < 1_200, `${served} served a second while a zone is dark`);

  await page.locator(".controls button", { hasText: "+" }).first().click();
  assert.ok((await shown(page))[0][1] - (await shown(page))[0][0] < span);
  await page.locator(".controls button", { hasText: "reset" }).first().click();
  assert.deepEqual(await shown(page), whole);
  await close();
});

test("a chart has the moments and the values of the series", async () => {
  const rows = readFileSync(join(DESK, "az-loss", "timeseries.csv"), "utf8").trim().split("\n").map((row) => row.split(","));
  const served = rows.filter((row) => row[1] === "served_requests_per_second").map((row) => [Number(row[0]), Number(row[4])]);
  const { page, close } = await open(path("az-loss"));
  // The lowest layer is drawn last.
  const [times, , values] = await page.evaluate(() => globalThis.evenkeel.charts[0].data.map((all) => Array.from(all)));
  assert.ok(served.length > 10);
  for (const [at, value] of served.filter((row) => row[0] > times[0])) {
    const place = times.findIndex((time) => Math.abs(time - at) < 0.000_501);
    assert.ok(place >= 0 && Math.abs(values[place] - value) <= 0.5, `${value} at ${at} s is drawn as ${values[place]}`);
  }
  await close();
});

test("stages are zoomed with everything else, and read out row by row", async () => {
  const { page, heard, close } = await open(path("staged-zones"));
  const stages = page.locator("#picture-stages");
  const canvas = stages.locator(".canvas").first();
  const readout = stages.locator(".readout .row output").first();
  await canvas.focus();
  const rows = [];
  for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown"]) {
    await page.keyboard.press(key);
    rows.push(await readout.textContent());
  }
  assert.match(rows[2], /^shop-cell-1\/web .*use1-az1: changed, is watched \(bake\), 1h00m\d\ds to 1h20m\d\ds$/);
  assert.equal(rows[5], "shop-cell-2/web: nothing is changed");
  const ofStages = () => page.evaluate(() => globalThis.evenkeel.charts.filter((one) => one.rows).map((one) => [one.scales.x.min, one.scales.x.max])[0]);
  const [from, until] = await ofStages();
  await page.keyboard.press("+");
  assert.ok((await shown(page)).every(([first, last]) => last - first < until - from), "all charts are zoomed");
  for (let press = 0; press < 4; press++) await page.keyboard.press("-");
  const [first, last] = await ofStages();
  assert.ok(first <= 3_600 && last >= 3_600 * 1.4, `stages from ${first} s to ${last} s: not all of them`);
  // Read from the table below it as well.
  const table = stages.locator("details table").first();
  await stages.locator("summary").click();
  assert.match(await table.textContent(), /tasks are replaced/);
  assert.deepEqual(heard, { requests: [], complaints: [] });
  await close();
});

test("each chart begins with its own time, and comes back to it", async () => {
  const { page, close } = await open(path("staged-zones"));
  const own = await page.evaluate(() => globalThis.evenkeel.charts.map((one) => [one.own.from, one.own.until]));
  assert.ok(new Set(own.map(String)).size > 1, "pictures tell different times");
  assert.deepEqual(await shown(page), own, "at the start");
  await page.setViewportSize({ width: 700, height: 900 });
  await page.waitForFunction(() => globalThis.evenkeel.charts.every((one) => one.width < 700));
  assert.deepEqual(await shown(page), own, "after the window has changed");
  await page.locator(".controls button", { hasText: "+" }).first().click();
  const near = await shown(page);
  assert.ok(near.every((one) => String(one) === String(near[0])), "zoomed, all show the same time");
  await page.locator(".controls button", { hasText: "reset" }).first().click();
  assert.deepEqual(await shown(page), own, "after a reset");
  await close();
});

test("a chart that tells less than the time shown says so", async () => {
  const { page, close } = await open(path("az-loss"));
  const range = page.locator(".range").first();
  assert.doesNotMatch(await range.textContent(), /this picture tells/);
  await page.evaluate(() => globalThis.evenkeel.show(0, 10_800));
  assert.match(await range.textContent(), /shown: 0s to 3h of 3h; this picture tells 56m10s to 1h51m50s/);
  await close();
});

test("what a map shows stands in a table, too", async () => {
  const { page, close } = await open(path("ecs-on-cells"), { scripts: false });
  const map = page.locator("#picture-blast-radius");
  await map.locator("summary").click();
  assert.match(await map.locator("details").textContent(), /shop-cell-3.*lost requests/s);
  await close();
});

test("100,000 points are zoomed in under 100 ms", async () => {
  const html = readFileSync(path("az-loss"), "utf8");
  const many = html.replace(/(<script type="application\/json" id="figures">)(.*?)(<\/script>)/s, (_, begin, json, end) => {
    const data = JSON.parse(json);
    const values = Array.from({ length: 100_000 }, (_, n) => 500 + 400 * Math.sin(n / 999) + (n % 97));
    // A moment each tenth of a second: steps in milliseconds, empty where one is as long as the one before it.
    data.times.push(`0,100${",".repeat(values.length - 2)}`);
    data.figures = data.figures.slice(0, 1);
    data.figures[0].cut = { from: 0, until: 10_000 };
    data.figures[0].panels[0].layers[0].curve = { at: data.times.length - 1, mean: values.join(",") };
    return begin + JSON.stringify(data) + end;
  });
  const file = join(DESK, "many.html");
  writeFileSync(file, many);
  const { page, heard, close } = await open(file);
  const took = await page.evaluate(async () => {
    const times = [];
    for (const [from, until] of [[0, 10_000], [1_000, 9_000], [2_000, 5_000], [3_000, 3_100]]) {
      const began = performance.now();
      globalThis.evenkeel.show(from, until);
      await new Promise((done) => requestAnimationFrame(done));
      times.push(performance.now() - began);
    }
    return times;
  });
  assert.ok(took.every((one) => one < 100), `${took.map(Math.round)} ms`);
  assert.deepEqual(heard, { requests: [], complaints: [] });
  await close();
});
