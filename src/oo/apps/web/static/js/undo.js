// Undo stays 8 s (or as chosen), longer while it is looked at or the page is hidden, at most 80 s; then the next decision comes.
let waiting
function watch(fresh) {
  clearInterval(waiting)
  const seconds = +fresh.dataset.undo
  if (!seconds) return
  const hold = fresh.querySelector('.hold')
  const button = fresh.querySelector('.main')
  const born = performance.now()
  let left = seconds * 1000
  let last = born
  let told = -Infinity
  waiting = setInterval(() => {
    const now = performance.now()
    const held = document.hidden || button.matches(':hover') || document.activeElement === button
    if (held && now - born < 80000) {
      if (now - told > 3000) { told = now; fetch(hold.getAttribute('action'), { method: 'POST', body: new URLSearchParams(new FormData(hold)), keepalive: true }).catch(() => {}) }
      left = Math.max(left, Math.min(seconds * 1000, 8000))
    } else left -= now - last
    last = now
    if (left <= 0 && !occupied()) { clearInterval(waiting); swap('/', null, true) }
  }, 250)
}
if (face()) watch(face())
