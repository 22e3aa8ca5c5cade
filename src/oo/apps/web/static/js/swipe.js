// Swipe up = main, to the end = Later, to the start = Not this; the tip follows the finger, the word lights (look.md section 7).
const FAR = 96
let drag = null

const scrolls = () => document.documentElement.scrollHeight > innerHeight + 1
const word = way => document.querySelector('main.tip:not(.open) ' + { up: '.actions .main', end: '.later.side', start: '.not.side' }[way])

function heading(dx, dy) {
  const rtl = document.documentElement.dir === 'rtl'
  if (Math.abs(dy) > Math.abs(dx)) return dy < 0 ? 'up' : ''
  return (dx > 0) !== rtl ? 'end' : 'start'
}

addEventListener('pointerdown', event => {
  const main = event.target.closest?.('main.tip:not(.open)')
  const edge = event.clientX < 24 || event.clientX > innerWidth - 24 || event.clientY < 24 || event.clientY > innerHeight - 24
  if (!main || event.pointerType === 'mouse' || edge || !event.isPrimary || getSelection().type === 'Range' || scrolls()) return
  drag = { x: event.clientX, y: event.clientY, at: event.timeStamp, top: main.querySelector('.top'), way: '', far: 0 }
})

addEventListener('pointermove', event => {
  if (!drag) return
  const dx = event.clientX - drag.x
  const dy = event.clientY - drag.y
  const way = heading(dx, dy)
  const far = way === 'up' ? -dy : way ? Math.abs(dx) : 0
  if (drag.lit && drag.way !== way) dim(drag)
  Object.assign(drag, { way, far, lit: way && word(way), speed: far / Math.max(1, event.timeStamp - drag.at) })
  if (far < 8) return
  drag.moved = true
  if (!still.matches) drag.top.style.transform = way === 'up' ? `translateY(${dy}px)` : `translateX(${dx}px)`
  if (drag.lit) { drag.lit.style.opacity = .35 + .65 * Math.min(1, far / FAR); drag.lit.classList.toggle('lit', far >= FAR) }
})

function dim(dragged) {
  if (!dragged.lit) return
  dragged.lit.style.opacity = ''
  dragged.lit.classList.remove('lit')
}

function let_go(event) {
  if (!drag) return
  const gone = drag
  drag = null
  dim(gone)
  if (!gone.moved) return
  swallow = event.timeStamp
  if (!still.matches) {
    gone.top.style.transition = 'transform 180ms cubic-bezier(.3,0,.1,1)'
    gone.top.style.transform = ''
    setTimeout(() => { gone.top.style.transition = '' }, 200)
  }
  if (event.type === 'pointerup' && gone.lit && (gone.far > FAR || (gone.far > 24 && gone.speed > .5))) gone.lit.click()
}
addEventListener('pointerup', let_go)
addEventListener('pointercancel', let_go)

// A drag that began on a word does not also press it.
let swallow = -1
addEventListener('click', event => { if (event.isTrusted && event.timeStamp - swallow < 50) { event.preventDefault(); event.stopPropagation() } }, true)
addEventListener('resize', () => document.documentElement.classList.toggle('fits', !scrolls()))
document.documentElement.classList.toggle('fits', !scrolls())
