export const one = (selector, at = document) => at.querySelector(selector)
export const all = (selector, at = document) => [...at.querySelectorAll(selector)]

/** Listens on the document, so that parts swapped in later behave like the first ones. */
export const on = (event, selector, act, options) =>
  document.addEventListener(
    event,
    (e) => {
      const hit = e.target.closest?.(selector)
      if (hit) act(e, hit)
    },
    options,
  )

/** Is the person writing? Then single keys are letters, not commands. */
export const writing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
