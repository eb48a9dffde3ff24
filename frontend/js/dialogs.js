// A link with data-dialog opens its page in a dialog; without script it is a plain link to the same page.
import { on, one } from "./find.js"

const shell = () => one("#dialog")

async function show(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" })
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const body = one("[data-dialog-body]", page)
  if (!answer.ok || !body) return location.assign(url)
  shell().replaceChildren(document.adoptNode(body))
  htmx.process(shell())
  shell().showModal()
  one("[autofocus], .input", shell())?.focus()
}

on("click", "a[data-dialog]", (e, link) => {
  if (!shell() || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return
  e.preventDefault()
  show(link.href)
})
// A number with data-log dials as any other, and opens the page where the call is noted
on("click", "a[data-log]", (e, link) => {
  if (shell() && !e.ctrlKey && !e.metaKey && !e.shiftKey && !e.button) show(link.dataset.log)
})
on("click", "dialog", (e, dialog) => {
  if (e.target === dialog) dialog.close() // the backdrop is the dialog itself
})
on("click", "dialog [data-close]", (e, button) => {
  e.preventDefault()
  button.closest("dialog").close()
})
on("click", "[data-open]", (e, button) => {
  button.closest("details.pop")?.removeAttribute("open")
  one(`#${button.dataset.open}`)?.showModal()
})
