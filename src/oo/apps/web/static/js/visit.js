// Back after a minute away: asks again, and says so only when something changed (look.md section 5, Silence).
const asks = () => { if (face()?.matches('.tip:not(.open), .silence')) swap('/', null, true) }
let left = 0
addEventListener('visibilitychange', () => {
  if (document.hidden) { left = performance.now(); return }
  if (left && performance.now() - left > 60000 && !matchMedia('(prefers-reduced-data: reduce)').matches) asks()
})
addEventListener('pageshow', event => { if (event.persisted) asks() })
