// What just changed, and Undo. Ctrl-Z outside a field takes back the newest change that can be taken back.
import { all, on, one, writing } from "./find.js"

const LINGER = 12_000 // ms; a toast with Undo stays, because reading it must not be a race

const corner = () => one("#toasts")
const fade = (toast) => one("[data-undo]", toast) || setTimeout(() => toast.remove(), LINGER)

/** Says one sentence in the corner; `tone` is "bad" when something did not happen. */
export function say(text, tone = "") {
  const toast = one("#toast")?.content.firstElementChild.cloneNode(true)
  if (!toast) return
  one("[data-text]", toast).textContent = text
  if (tone) toast.dataset.tone = tone
  corner().append(toast)
  fade(toast)
}

all(".toast").forEach(fade)
on("click", ".toast [data-close]", (e, button) => button.closest(".toast").remove())
document.addEventListener("khoi:say", (e) => say(e.detail.text ?? e.detail.value, e.detail.tone))
document.addEventListener("keydown", (e) => {
  if (!(e.ctrlKey || e.metaKey) || e.shiftKey || e.key.toLowerCase() !== "z" || writing(e.target)) return
  const undo = all(".toast form[data-undo]").at(-1)
  if (!undo) return
  e.preventDefault()
  undo.requestSubmit()
})
