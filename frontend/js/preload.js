// A page is fetched while the pointer rests on its link, so that the click finds it ready.
import { on } from "./find.js"

const REST = 65 // ms; passing over a link is not a wish to go there
const asked = new Set([location.href])
let timer

on("pointerover", ".rail a[href], a[data-preload]", (e, link) => {
  clearTimeout(timer)
  if (asked.has(link.href) || link.origin !== location.origin || navigator.connection?.saveData) return
  timer = setTimeout(() => {
    asked.add(link.href)
    document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: link.href }))
  }, REST)
})
on("pointerout", ".rail a[href], a[data-preload]", () => clearTimeout(timer))
