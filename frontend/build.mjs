// Bundles what browsers load: frontend/ in, src/khoi/design/static/design/ out. Run from the repository root.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import path from "node:path"
import { build } from "esbuild"

const here = path.dirname(fileURLToPath(import.meta.url))
const out = path.join(here, "../src/khoi/design/static/design")
const BUDGET = 60_000 // bytes, CSS and every script compressed together

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })

await build({
  absWorkingDir: here,
  entryPoints: ["css/khoi.css", "js/khoi.js", "js/board.js"],
  entryNames: "[name]",
  assetNames: "[name]",
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "esnext", // nesting, light-dark() and :has() are used as written
  charset: "utf8",
  legalComments: "eof",
  loader: { ".woff2": "file" },
  logLevel: "warning",
})
for (const picture of ["icons.svg", "mark.svg"]) await cp(path.join(here, picture), path.join(out, picture))

// What we pass on comes with its licence
const parts = ["@fontsource-variable/inter", "htmx.org", "sortablejs"]
const licences = parts.map(async (name) => `${name}\n\n${await readFile(path.join(here, "node_modules", name, "LICENSE"), "utf8")}`)
await writeFile(path.join(out, "licences.txt"), (await Promise.all(licences)).join("\n\n"))

let total = 0
for (const name of (await readdir(out)).filter((n) => /\.(css|js)$/.test(n))) {
  const size = gzipSync(await readFile(path.join(out, name)), { level: 9 }).length
  total += size
  console.log(`${name}  ${size} bytes compressed`)
}
if (total > BUDGET) throw new Error(`styles and scripts weigh ${total} bytes compressed, over the ${BUDGET} allowed`)
