// Popovers are <details class="pop">: they close on Escape, on a click elsewhere, and when another one opens.
import { all, one } from "./find.js"

const open = () => all("details.pop[open]")

document.addEventListener("click", (e) => {
  for (const pop of open()) if (!pop.contains(e.target)) pop.open = false
})
document.addEventListener("keydown", (e) => {
  const pop = e.key === "Escape" && open().at(-1)
  if (!pop) return
  pop.open = false
  one("summary", pop).focus()
  e.preventDefault()
})
document.addEventListener(
  "toggle",
  (e) => {
    if (!e.target.matches?.("details.pop[open]")) return
    for (const pop of open()) if (pop !== e.target && !pop.contains(e.target)) pop.open = false
    one("[autofocus]", e.target)?.focus()
  },
  true,
)
