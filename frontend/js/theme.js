// Light or dark: the system's wish until a person chooses. The cookie lets the server paint the choice at once.
import { on } from "./find.js"

const root = document.documentElement
const kept = () => {
  try {
    return localStorage.getItem("theme")
  } catch {
    return null
  }
}

if (!root.dataset.theme && /^(light|dark)$/.test(kept())) root.dataset.theme = kept()

on("click", "[data-theme-toggle]", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
  root.dataset.theme = dark ? "light" : "dark"
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`
  try {
    localStorage.setItem("theme", root.dataset.theme)
  } catch {
    // private windows refuse storage; the cookie is enough
  }
})

on("click", "[data-density-toggle]", () => {
  root.dataset.density = root.dataset.density ? "" : "roomy"
  document.cookie = `density=${root.dataset.density};path=/;max-age=31536000;samesite=lax`
})
