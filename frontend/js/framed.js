// A form in a frame says how high it is, so that the site around it can give it that room: see the snippet on its page.
import { one } from "./find.js"

const form = one(".public[data-framed]")
if (form && parent !== window) {
  new ResizeObserver(() => parent.postMessage({ khoi: form.offsetHeight }, "*")).observe(form)
}
