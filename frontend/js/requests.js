// htmx, and what each of its requests carries.
import "htmx.org/dist/htmx.esm.js"

export const token = () => document.body.dataset.csrf || ""

document.addEventListener("htmx:config:request", (e) => {
  const { request } = e.detail.ctx
  if (request.method !== "GET" && request.method !== "QUERY") request.headers["X-CSRFToken"] = token()
})
