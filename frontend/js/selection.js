// Choosing rows of a table. The bulk bar takes the place of the filter chips, so that nothing moves.
import { all, on, one, writing } from "./find.js"

const boxes = (form) => all("input[type=checkbox][name=pick]", form)

function count(form) {
  const every = boxes(form)
  const picked = every.filter((box) => box.checked).length
  const head = one("[data-all]", form)
  if (head) {
    head.checked = picked > 0 && picked === every.length
    head.indeterminate = picked > 0 && picked < every.length
  }
  for (const box of every) box.closest("tr, li").setAttribute("aria-selected", box.checked)
  one("[data-bulk]", form)?.toggleAttribute("data-on", picked > 0)
  document.querySelector(".chips[data-cover]")?.toggleAttribute("data-covered", picked > 0)
  for (const n of all("[data-bulk-count]", form)) n.textContent = picked
}

let last // the box clicked before, where a Shift-click starts its range

on("change", "form[data-select] input[type=checkbox]", (e, box) => {
  const form = box.form
  if (box.matches("[data-all]")) for (const other of boxes(form)) other.checked = box.checked
  count(form)
})
on("click", "form[data-select] input[name=pick]", (e, box) => {
  const every = boxes(box.form)
  if (e.shiftKey && last?.form === box.form) {
    const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b)
    for (const other of every.slice(from, to + 1)) other.checked = box.checked
  }
  last = box
})
function clear(form) {
  for (const box of boxes(form)) box.checked = false
  count(form)
}
on("click", "[data-bulk-clear]", (e, button) => {
  e.preventDefault()
  clear(button.closest("form[data-select]"))
})
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || e.defaultPrevented || one("dialog[open], details.pop[open], .gateform")) return
  if (!writing(e.target) || e.target.type === "checkbox") all("form[data-select]:has([data-bulk][data-on])").forEach(clear)
})
document.addEventListener("htmx:after:swap", () => all("form[data-select]").forEach(count))
addEventListener("pageshow", () => all("form[data-select]").forEach(count)) // browsers restore ticks on Back
