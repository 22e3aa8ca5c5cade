// D main, S Later, X Not this, W why, U undo, Esc closes, 1 to 5 and arrows in lists (look.md section 7).
const press = selector => { const found = document.querySelector('main.face ' + selector); found?.click(); return !!found }
const verbs = { d: '.tip .main', s: '.later.side:not(.next)', x: '.not.side', w: 'summary', u: '[value=undo]' }

addEventListener('keydown', event => {
  if (!face() || event.altKey || event.target.closest('input, select, textarea')) return
  const key = event.key.toLowerCase()
  if (event.metaKey || event.ctrlKey) {
    if (key === 'z' && !event.shiftKey && press('[value=undo]')) event.preventDefault()
    return
  }
  const rows = [...document.querySelectorAll('.list .row')]
  let done = false
  if (key === 'escape') done = press('.never') || (document.querySelector('.why[open] summary') && press('.why[open] summary'))
  else if (key === 'arrowdown' || key === 'arrowup') {
    const here = rows.indexOf(document.activeElement)
    const next = rows[(here + (key === 'arrowdown' ? 1 : rows.length - 1) + (here < 0 && key === 'arrowup' ? 1 : 0)) % rows.length]
    if (next) { next.focus(); done = true }
  } else if (!('keys' in document.documentElement.dataset) || event.shiftKey || event.repeat) return
  else if (/^[1-5]$/.test(key)) { rows[key - 1]?.click(); done = rows.length > 0 }
  else if (verbs[key]) done = key === 'd' ? face().matches('.tip') && press('.main') : press(verbs[key])
  if (done) event.preventDefault()
})
