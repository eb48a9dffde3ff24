// What is wider than the window: the tab or the stage one stands on is in sight, and a table can be scrolled by keys.
import { all, one } from "./find.js"

for (const here of all(":is(.tabs, .course) [aria-current]")) {
  const strip = here.closest(".tabs, .course")
  strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2
}
for (const box of all(".scroll-x")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
