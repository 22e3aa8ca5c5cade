// Back after a minute away: asks again, and says so only when something changed (look.md section 5, Silence).
let left = 0
addEventListener('visibilitychange', () => {
  if (document.hidden) { left = performance.now(); return }
  if (left && performance.now() - left > 60000 && face()?.matches('.tip:not(.open), .silence') && !matchMedia('(prefers-reduced-data: reduce)').matches) swap('/', null, true)
})
