// The board: cards move by mouse, touch or keyboard. The server decides; what it refuses goes back to its place.
import Sortable from "sortablejs"
import { all, on, one } from "./find.js"

const board = () => one("[data-board]")
const lists = () => all("[data-list]", board())
const announce = (text) => (one("[data-board-says]", board()).textContent = text)

/** Where a card stands, and how to put it back there. */
const place = (card) => ({ list: card.parentNode, next: card.nextElementSibling })
const putBack = (card, { list, next }) => list.insertBefore(card, next?.parentNode === list ? next : null)

function mark(list) {
  for (const other of all("[data-over]", board())) other.removeAttribute("data-over")
  list?.closest(".col, .end-zone")?.setAttribute("data-over", "")
}

/** The address that moves the card lies below its deal's. */
const moving = (card) => `${one("h3 a", card).pathname}move/`

/** Asks the server to move the card to where it now stands. 2xx keeps, 422 hangs the gate form from it, else it goes back. */
async function move(card, from) {
  if (card.parentNode === from.list && card.nextElementSibling === from.next) return
  const body = new URLSearchParams({ stage: card.parentNode.dataset.list, version: card.dataset.version ?? "" })
  body.set("board", location.search) // the answer says anew what this board adds up to
  card.dataset.waiting = ""
  try {
    const answer = await fetch(moving(card), {
      method: "POST",
      body,
      credentials: "same-origin",
      headers: { "X-CSRFToken": document.body.dataset.csrf ?? "", "HX-Request": "true" },
    })
    await settle(card, from, answer, await answer.text())
  } catch {
    putBack(card, from)
    say(board().dataset.offline)
  } finally {
    delete card.dataset.waiting
  }
}

async function settle(card, from, answer, text) {
  if (answer.redirected) return location.assign(answer.url)
  if (answer.ok) return text.trim() && htmx.swap({ text, target: card, sourceElement: card, swap: "outerHTML", request: {} })
  if (answer.status === 422 && text.includes("gateform")) return askFor(card, from, text)
  putBack(card, from)
  const said = new DOMParser().parseFromString(text, "text/html")
  say(one("[data-says]", said)?.textContent.trim() || board().dataset.refused)
}

/** Hangs the form that asks for what is missing from the card at its new place; leaving the form puts the card back. */
function askFor(card, from, text) {
  const form = new DOMParser().parseFromString(text, "text/html").querySelector(".gateform")
  card.append(document.adoptNode(form))
  card.dataset.lifted = ""
  hang(form, card)
  htmx.process(form)
  one("input:not([type=hidden]), select, textarea", form)?.focus()
  const leave = (e) => {
    if (e.type === "keydown" && e.key !== "Escape") return
    e.preventDefault()
    e.stopPropagation()
    form.remove()
    delete card.dataset.lifted
    putBack(card, from)
    card.focus()
  }
  form.addEventListener("keydown", leave)
  // on the form, because what stands in it is filled anew when an answer does not do
  form.addEventListener("click", (e) => e.target.closest("[data-cancel]") && leave(e))
}

/** Below the card when there is room, else as low as the window (above a phone's bottom bar) allows. */
function hang(form, card) {
  const { left, right, bottom } = card.getBoundingClientRect()
  const { width, height } = form.getBoundingClientRect()
  const x = Math.max(12, right - width < 12 ? left : right - width)
  form.style.left = `${Math.min(x, innerWidth - width - 12)}px`
  const floor = innerHeight - (matchMedia("(max-width: 720px)").matches ? 64 : 0)
  form.style.top = `${Math.max(12, Math.min(bottom + 8, floor - height - 12))}px`
}

const say = (text) => document.dispatchEvent(new CustomEvent("khoi:say", { detail: { text, tone: "bad" } }))

/** Gives cards that may be moved what moving needs, so that the page need not say it a hundred times. */
function prepare() {
  const go = one("template[data-go]", board())
  for (const card of all("[data-card]:not([tabindex])", board())) {
    card.tabIndex = 0
    card.setAttribute("aria-roledescription", board().dataset.kind)
    if (!go) continue
    const link = go.content.firstElementChild.cloneNode(true)
    link.href = moving(card) + link.getAttribute("href")
    one(".age", card).after(link)
  }
}

/** A card that was dragged among others is there already when the rest of its column arrives. */
function onlyOnce() {
  const seen = new Set()
  for (const card of all("[data-card]", board())) {
    if (seen.has(card.dataset.card)) card.remove()
    seen.add(card.dataset.card)
  }
}

// By hand
function drag() {
  let from
  for (const list of lists()) {
    if (Sortable.get(list)) continue
    new Sortable(list, {
      group: "board",
      draggable: "[data-card]",
      filter: ".gateform, input, select, button",
      preventOnFilter: false,
      delay: 180, // a finger that scrolls is not a finger that drags
      delayOnTouchOnly: true,
      touchStartThreshold: 4,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      forceFallback: true, // the same drag by mouse and by finger, drawn by us and not by the browser
      fallbackTolerance: 4,
      ghostClass: "ghost",
      fallbackClass: "carried",
      scrollSensitivity: 80,
      onStart: (e) => (from = place(e.item)),
      onChange: (e) => mark(e.to),
      onEnd: (e) => {
        mark(null)
        move(e.item, { list: from.list, next: from.next === e.item ? null : from.next })
      },
    })
  }
}

// By keys: Space lifts and drops, arrows move, Escape puts back
let lifted = null // { card, from }

function lift(card) {
  lifted = { card, from: place(card) }
  card.dataset.lifted = ""
  announce(board().dataset.lifted)
}
function drop() {
  const { card, from } = lifted
  lifted = null
  delete card.dataset.lifted
  mark(null)
  announce(board().dataset.dropped)
  move(card, from)
}
function carry(card, key) {
  const every = lists()
  const at = every.indexOf(card.parentNode)
  const side = { ArrowRight: every[at + 1], ArrowLeft: every[at - 1] }[key]
  if (side) side.prepend(card)
  if (key === "ArrowUp") card.previousElementSibling?.before(card)
  if (key === "ArrowDown" && card.nextElementSibling?.matches("[data-card]")) card.nextElementSibling.after(card)
  mark(card.parentNode)
  card.focus()
  card.scrollIntoView({ block: "nearest", inline: "nearest" })
  announce(card.parentNode.getAttribute("aria-label") ?? "")
}
/** With nothing lifted the arrows walk from card to card. */
function walk(card, key) {
  const column = all("[data-card]", card.parentNode)
  const every = lists().filter((l) => l === card.parentNode || one("[data-card]", l))
  const side = every[every.indexOf(card.parentNode) + ({ ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0)]
  const to = { ArrowDown: column[column.indexOf(card) + 1], ArrowUp: column[column.indexOf(card) - 1] }[key]
  ;(to ?? (side !== card.parentNode && side && one("[data-card]", side)))?.focus?.()
}

on("keydown", "[data-board] [data-card]", (e, card) => {
  if (e.target !== card) return
  const mine = lifted?.card === card
  if (e.key === " ") mine ? drop() : lift(card)
  else if (e.key === "Escape" && mine) {
    putBack(card, lifted.from)
    lifted = null
    delete card.dataset.lifted
    mark(null)
    card.focus()
  } else if (e.key.startsWith("Arrow")) mine ? carry(card, e.key) : walk(card, e.key)
  else return
  e.preventDefault()
})
on("focusout", "[data-board] [data-card]", (e, card) => {
  // moving the node in the tree blurs it for a moment; only a real leave drops the card back
  setTimeout(() => {
    if (lifted?.card !== card || document.activeElement === card) return
    putBack(card, lifted.from)
    delete card.dataset.lifted
    lifted = null
    mark(null)
  })
})

function begin() {
  onlyOnce()
  prepare()
  drag()
}
begin()
document.addEventListener("htmx:after:swap", begin)
