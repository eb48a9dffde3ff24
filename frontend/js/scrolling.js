// What is wider than the window: the tab one stands on is in sight, and a table can be scrolled by keys.
import { all, one } from "./find.js"

one(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" })
for (const box of all(".scroll-x")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
