// The palette: Ctrl-K or / opens it, arrows move, Enter goes. The search link beneath it works without script.
import { all, on, one, writing } from "./find.js"

const palette = () => one("#palette")
const ask = () => one("[role=combobox]", palette())
const options = () => all("[role=option]", palette())
const chosen = () => options().findIndex((o) => o.getAttribute("aria-selected") === "true")

function choose(to) {
  options().forEach((o, i) => {
    o.id ||= `option-${i}`
    o.setAttribute("aria-selected", o === to)
  })
  if (to) ask().setAttribute("aria-activedescendant", to.id)
  else ask().removeAttribute("aria-activedescendant")
  to?.scrollIntoView({ block: "nearest" })
}

function open() {
  if (!palette() || palette().open) return
  palette().showModal()
  ask().select()
  htmx.process(palette()) // the key may be quicker than htmx, which starts after the page
  htmx.trigger(ask(), "khoi:ask")
}

on("click", "[data-palette]", (e) => {
  if (!palette() || e.ctrlKey || e.metaKey || e.button) return
  e.preventDefault()
  open()
})
document.addEventListener("keydown", (e) => {
  const asked = (e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k"
  const slash = e.key === "/" && !writing(e.target) && !e.ctrlKey && !e.metaKey && !e.altKey
  if (!palette() || (!asked && !slash)) return
  e.preventDefault()
  open()
})
on("keydown", "#palette [role=combobox]", (e) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
  const every = options()
  if (step && every.length) {
    e.preventDefault()
    const at = chosen()
    choose(every[(at < 0 ? (step > 0 ? 0 : -1) + every.length : at + step + every.length) % every.length])
  }
  if (e.key === "Enter" && chosen() >= 0) {
    e.preventDefault()
    every[chosen()].click()
  }
})
document.addEventListener("htmx:after:swap", (e) => {
  if (palette()?.open && palette().contains(e.target)) choose(options()[0])
})
