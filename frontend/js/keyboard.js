// The keyboard map (?), and single keys that press what carries data-key.
import { all, one, writing } from "./find.js"

const GO = "g" // g then a letter goes to a place of the rail
let going = 0

document.addEventListener("keydown", (e) => {
  if (writing(e.target) || e.ctrlKey || e.metaKey || e.altKey || one("dialog[open]")) return
  if (e.key === "?") {
    e.preventDefault()
    one("#keys")?.showModal()
    return
  }
  const key = e.key.toLowerCase()
  const wanted = Date.now() - going < 1200 ? `${GO} ${key}` : key
  going = key === GO ? Date.now() : 0
  const hit = all("[data-key]").find((el) => el.dataset.key === wanted && el.checkVisibility())
  if (!hit) return
  e.preventDefault()
  if (writing(hit)) hit.focus()
  else hit.click()
})
