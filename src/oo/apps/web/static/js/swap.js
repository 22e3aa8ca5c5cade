// Sends the same forms and follows the same links, and puts the server's <main> and bar in place of the old ones.
const still = matchMedia('(prefers-reduced-motion: reduce)')
const face = () => document.querySelector('main.face')
let busy = false
let acting = false
const occupied = () => busy || acting
let shownAt = performance.now()
const pause = ms => new Promise(go => setTimeout(go, still.matches ? 0 : ms))

async function swap(url, body, quiet, before, ids) {
  // What a person does waits for a look that the page began by itself, and is done once; such a look gives way.
  if (quiet ? occupied() : acting) return false
  acting = !quiet
  while (busy) await new Promise(go => setTimeout(go, 20))
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
    if (quiet && fresh.matches('.lost') && old.matches('.tip')) return true
    if ('person' in page.documentElement.dataset) document.documentElement.dataset.person = page.documentElement.dataset.person
    if (quiet && fresh.className === old.className.replace(/ (still|swap)$/, '') && fresh.dataset.id === old.dataset.id) { settle(fresh, old, before, ids); return true }
    const same = fresh.dataset.id === old.dataset.id && fresh.matches('.tip') && old.matches('.tip')
    if (!same) { old.classList.add('leave'); await pause(160) }
    fresh.classList.add(same ? 'still' : 'swap')
    const first = fresh.querySelector('[autofocus]')
    first?.removeAttribute('autofocus')
    old.replaceWith(document.adoptNode(fresh))
    document.querySelector('.bar').replaceWith(document.adoptNode(page.querySelector('.bar')))
    if (!same) shownAt = performance.now()
    arrive(fresh, old, quiet, first, before, ids)
    return true
  } catch {
    fail(() => swap(url, body))
    return false
  } finally {
    clearTimeout(slow)
    old.ariaBusy = null
    busy = false
    if (!quiet) acting = false
  }
}

// Focus is never lost: a list's first row, back to the word that opened it, else the new heading.
function arrive(fresh, old, quiet, first, before, ids) {
  const opened = old.matches('.open') ? old.querySelector('.list').classList[1] : ''
  const target = first || (opened && fresh.matches('.tip') && fresh.dataset.id === old.dataset.id && fresh.querySelector('.side.' + opened)) || fresh.querySelector('h1')
  if (!quiet || old.contains(document.activeElement)) target.focus({ preventScroll: true, focusVisible: byKey })
  const told = fresh.dataset.told || before
  if (told) note(told)
  const stays = quiet && old.querySelector('.note[data-stays]')
  if (stays && !fresh.querySelector('.note')) fresh.prepend(stays)
  const anew = quiet && fresh.matches('.tip:not([data-offline])')
  fresh.toggleAttribute('data-new', anew)
  say([told, anew ? fresh.dataset.news : fresh.dataset.say].filter(Boolean).join(' '), fresh.dataset.ids || ids)
  watch(fresh)
}

// The same as before: only its note and its token are taken over, so that nothing closes that is open.
function settle(fresh, old, before, ids) {
  const now = fresh.querySelector('.note')
  const was = old.querySelector('.note:not([data-stays])')
  const token = fresh.querySelector('[name=csrf]')?.value
  if (token) document.querySelectorAll('[name=csrf]').forEach(field => { field.value = token })
  old.toggleAttribute('data-offline', fresh.matches('[data-offline]'))
  const told = fresh.dataset.told || before
  if (told) {
    note(told)
    // A tip that came by itself a moment ago may not have been heard of yet: these words take the place of its own.
    say([told, old.matches('[data-new]') ? fresh.dataset.news : ''].filter(Boolean).join(' '), fresh.dataset.ids || ids)
    old.removeAttribute('data-new')
  } else if (now?.textContent !== was?.textContent) {
    was?.remove()
    if (now) {
      old.querySelector('.note')?.remove()
      old.prepend(now)
      say(fresh.dataset.say)
    }
  }
}

// One line under the bar, at most one at a time; with data-stays it outlasts what the page looks up by itself.
function note(words) {
  document.querySelector('.note')?.remove()
  const said = document.createElement('p')
  said.className = 'note'
  said.textContent = words
  face().prepend(said)
  return said
}

function fail(retry) {
  const words = line().dataset.failed
  const said = note(words + ' ')
  const more = document.createElement('button')
  more.className = 'link'
  more.textContent = line().dataset.retry
  more.onclick = () => { said.remove(); retry() }
  said.append(more)
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
