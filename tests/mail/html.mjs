// Is this HTML, and what of it do Gmail, Outlook and Apple Mail drop?
//
//   node html.mjs MODULES FILE...    MODULES: the folder that holds node_modules
//
// Prints one line a file, `ok FILE` or `FAILED FILE: what`.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "x.js"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { caniemail } = await load("caniemail");
const { HtmlValidate } = await load("html-validate");

// What a client may drop: the mail reads well without it, or has it twice.
const DROPPED = new Map([
  ["border-radius", "corners are then square"],
  ["overflow-wrap", "long names have word-break as well, and tables are fixed"],
  ["word-break", "long names have overflow-wrap as well"],
  ["table-layout", "Outlook's own tables do not grow either: widths are given"],
  ["overflow", "only on the preview line, which is hidden in another way as well"],
  ["max-height property", "the same"],
  ["display:none", "the preview line has mso-hide and a height of 0 as well"],
  ["color-scheme CSS property", "who does not know dark shows light"],
  ["color-scheme meta tag", "the same"],
  ["role attribute", "tables are then read as tables"],
  ["<body> element", "the outer table has the same background"],
  ["<style> element", "every colour and size stands inline; only dark and narrow are lost"],
  ["@media", "the same"],
  ["Type selector", "the same"],
]);

// Mail needs what the web has left behind: tables for layout, with their old attributes, and styles inline.
const validator = new HtmlValidate({
  extends: ["html-validate:standard"],
  rules: {
    "no-inline-style": "off",
    "no-deprecated-attr": "off",
    "prefer-tbody": "off",
    "void-style": "off",
    "doctype-style": "off",
    "no-trailing-whitespace": "off",
    "long-title": "off",
  },
});

for (const file of files) {
  const html = readFileSync(file, "utf8");
  const report = await validator.validateString(html);
  const invalid = report.results.flatMap((result) => result.messages).map((m) => `${m.line}:${m.column} ${m.message}`);
  const { issues } = caniemail({ clients: ["gmail.*", "outlook.*", "apple-mail.*"], html });
  const titles = [...issues.errors.values()].flat().map((issue) => issue.title);
  const dropped = [...new Set(titles)].filter((title) => !DROPPED.has(title));
  const faults = [...invalid, ...dropped.map((title) => `a mail client drops ${title}`)];
  // Gmail cuts off what is longer
  if (Buffer.byteLength(html) > 102_000) faults.push(`${Buffer.byteLength(html)} bytes`);
  console.log(faults.length ? `FAILED ${basename(file)}: ${faults.join("; ")}` : `ok ${basename(file)}`);
}
