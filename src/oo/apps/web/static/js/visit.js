// Back after a minute away: asks again, and says so only when something changed (look.md section 5, Silence).
function asks() {
  if (occupied()) setTimeout(asks, 300)
  else if (face()?.matches('.tip:not(.open), .silence, [data-offline], .lost')) swap('/', null, true)
}
let left = 0
function away() { left ||= performance.now() }
function back() {
  if (document.hidden) return
  const long = left && performance.now() - left > 60000
  left = 0
  tell()
  if (long && !matchMedia('(prefers-reduced-data: reduce)').matches) asks()
}
addEventListener('visibilitychange', () => document.hidden ? away() : back())
addEventListener('blur', away)
addEventListener('focus', back)
addEventListener('pageshow', event => { if (event.persisted) asks() })
