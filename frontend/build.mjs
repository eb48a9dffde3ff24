// Bundles what browsers load: frontend/ in, src/khoi/design/static/design/ out. Run from the repository root.
// Each file carries a hash of its content in its name, so that browsers keep it for ever; names.json says which is which.
import { createHash } from "node:crypto"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import path from "node:path"
import { build } from "esbuild"

const here = path.dirname(fileURLToPath(import.meta.url))
const out = path.join(here, "../src/khoi/design/static/design")
const BUDGET = 60_000 // bytes, CSS and every script compressed together

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })

const built = await build({
  absWorkingDir: here,
  entryPoints: ["css/khoi.css", "js/khoi.js", "js/board.js"],
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "esnext", // nesting, light-dark() and :has() are used as written
  charset: "utf8",
  legalComments: "eof",
  loader: { ".woff2": "file", ".svg": "dataurl" },
  logLevel: "warning",
  metafile: true,
})
const names = Object.fromEntries(
  Object.keys(built.metafile.outputs).map((file) => {
    const { name, ext } = path.parse(file)
    return [name.replace(/-[0-9A-Z]{8}$/, "") + ext, name + ext]
  }),
)
for (const picture of ["icons.svg", "mark.svg"]) {
  const content = await readFile(path.join(here, picture))
  const { name, ext } = path.parse(picture)
  names[picture] = `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase()}${ext}`
  await writeFile(path.join(out, names[picture]), content)
}
await writeFile(path.join(out, "names.json"), JSON.stringify(names, null, 2))

// What we pass on comes with its licence
const parts = ["@fontsource-variable/inter", "htmx.org", "sortablejs"]
const licences = parts.map(async (name) => `${name}\n\n${await readFile(path.join(here, "node_modules", name, "LICENSE"), "utf8")}`)
await writeFile(path.join(out, "licences.txt"), (await Promise.all(licences)).join("\n\n"))

// Compressed once, here: the server hands out the .gz to whoever reads it
let total = 0
for (const [name, file] of Object.entries(names).filter(([name]) => /\.(css|js|svg)$/.test(name))) {
  const packed = gzipSync(await readFile(path.join(out, file)), { level: 9 })
  await writeFile(path.join(out, `${file}.gz`), packed)
  if (name.endsWith(".svg")) continue
  total += packed.length
  console.log(`${name}  ${packed.length} bytes compressed`)
}
if (total > BUDGET) throw new Error(`styles and scripts weigh ${total} bytes compressed, over the ${BUDGET} allowed`)
