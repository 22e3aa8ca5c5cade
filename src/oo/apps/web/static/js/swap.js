// Sends the same forms and follows the same links, and puts the server's <main> and bar in place of the old ones.
const still = matchMedia('(prefers-reduced-motion: reduce)')
const face = () => document.querySelector('main.face')
let busy = false
let shownAt = performance.now()
const pause = ms => new Promise(go => setTimeout(go, still.matches ? 0 : ms))

async function swap(url, body, quiet) {
  if (busy) return false
  busy = true
  const old = face()
  old.ariaBusy = 'true'
  const slow = setTimeout(() => say(line().dataset.wait), 1000)
  try {
    const answer = await fetch(url, { method: body ? 'POST' : 'GET', body, headers: { accept: 'text/html', 'x-swap': '1' } })
    if (answer.redirected && new URL(answer.url).pathname !== '/') { location.href = answer.url; return true }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.querySelector('main.face')
    if (!fresh) throw new Error('no face')
    if (quiet && fresh.dataset.id === old.dataset.id && fresh.matches('.open') === old.matches('.open')) return true
    const same = fresh.dataset.id === old.dataset.id && fresh.matches('.tip') && old.matches('.tip')
    if (!same) { old.classList.add('leave'); await pause(160) }
    fresh.classList.add(same ? 'still' : 'swap')
    const first = fresh.querySelector('[autofocus]')
    first?.removeAttribute('autofocus')
    old.replaceWith(document.adoptNode(fresh))
    document.querySelector('.bar').replaceWith(document.adoptNode(page.querySelector('.bar')))
    if (!same) shownAt = performance.now()
    arrive(fresh, old, quiet, first)
    return true
  } catch {
    fail(() => swap(url, body))
    return false
  } finally {
    clearTimeout(slow)
    old.ariaBusy = null
    busy = false
  }
}

// Focus is never lost: a list's first row, back to the word that opened it, else the new heading.
function arrive(fresh, old, quiet, first) {
  const opened = old.matches('.open') ? old.querySelector('.list').classList[1] : ''
  const target = first || (opened && fresh.matches('.tip') && fresh.dataset.id === old.dataset.id && fresh.querySelector('.side.' + opened)) || fresh.querySelector('h1')
  if (!quiet || old.contains(document.activeElement)) target.focus({ preventScroll: true, focusVisible: byKey })
  say(quiet && fresh.matches('.tip') ? fresh.dataset.news : fresh.dataset.say)
  watch(fresh)
}

function fail(retry) {
  const words = line().dataset.failed
  document.querySelector('.note')?.remove()
  const note = document.createElement('p')
  const more = document.createElement('button')
  note.className = 'note'
  note.textContent = words + ' '
  more.className = 'link'
  more.textContent = line().dataset.retry
  more.onclick = () => { note.remove(); retry() }
  note.append(more)
  face().prepend(note)
  say(words)
}

let byKey = false
addEventListener('keydown', () => { byKey = true }, true)
addEventListener('pointerdown', () => { byKey = false }, true)

addEventListener('submit', event => {
  const form = event.target
  if (!form.closest('main.face') || form.method !== 'post') return
  event.preventDefault()
  const at = form.elements.at
  const body = new URLSearchParams(new FormData(form, event.submitter))
  if (body.has('dwell_ms')) body.set('dwell_ms', Math.round(performance.now() - shownAt))
  if (at && !at.value) return
  swap(form.getAttribute('action'), body)
})

addEventListener('click', event => {
  const link = event.target.closest?.('main.face a')
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || link.origin !== location.origin || link.pathname !== '/') return
  event.preventDefault()
  swap(link.href)
})
