// Forms: sent once, sent by Ctrl-Enter, and only with the fields of the chosen kind.
import { all, on, one } from "./find.js"

on("submit", "form[data-once]", (e, form) => {
  if (form.dataset.sent) return e.preventDefault()
  form.dataset.sent = "yes"
  // after this turn, so that the pressed button's own name and value still go along
  setTimeout(() => all("[type=submit], button:not([type])", form).forEach((b) => b.setAttribute("aria-disabled", "true")))
})
function reopen(form) {
  delete form.dataset.sent
  all("[aria-disabled]", form).forEach((b) => b.removeAttribute("aria-disabled"))
}
addEventListener("pageshow", () => all("form[data-sent]").forEach(reopen))
// Somebody who comes back and types something else means another sending; the same again stays the first one
addEventListener("pageshow", (e) => {
  if (e.persisted) all("form:has([name=once])").forEach((form) => (form.dataset.returned = "yes"))
})
on("input", "form[data-returned]", (e, form) => {
  delete form.dataset.returned
  one("[name=once]", form).value = `${Date.now()}-${Math.random()}`
})
document.addEventListener("htmx:finally:request", () => all("form[data-sent]").forEach(reopen))

document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return
  const form = e.target.closest?.("form")
  if (!form || e.target.tagName !== "TEXTAREA") return
  e.preventDefault()
  form.requestSubmit()
})

function fit(composer) {
  const kind = one("[name=kind]:checked", composer)?.value
  for (const part of all("fieldset[data-for]", composer)) part.disabled = !part.dataset.for.split(" ").includes(kind)
}
on("change", "form.composer [name=kind]", (e, kind) => {
  fit(kind.form)
  one("textarea", kind.form)?.focus()
})
all("form.composer").forEach(fit)

// A select that is itself the question (sort order, period) asks at once
on("change", "select[data-go]", (e, select) => select.form.requestSubmit())
