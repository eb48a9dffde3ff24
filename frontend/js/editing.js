// A cell edited in place: Enter saves (the form does that), Escape takes back.
import { on, one } from "./find.js"

on("keydown", "td.edit :is(input, select, textarea)", (e, control) => {
  if (e.key === "Enter" && control.tagName === "SELECT") {
    e.preventDefault()
    control.form.requestSubmit()
  }
  if (e.key !== "Escape") return
  e.preventDefault()
  e.stopPropagation()
  const back = one("[data-cancel]", control.closest("td.edit"))
  control.form.reset()
  if (back) back.click()
  else control.blur()
})
on("dblclick", "td[data-edit]", (e, cell) => one("[data-edit-link]", cell)?.click())
