// The last tip, as the page that was shown and nothing else; gone when it is answered, and at the door.
const TIP = 'tip'
const LATER = '/?open=later'
const NOT = '/?open=not'
const LOST = '/offline'
const KEPT = '/offline?kept'

const page = async path => (await (await (await caches.open(TIP)).match(path))?.text()) || ''
const part = (text, pattern) => text.match(pattern)?.[1] || ''
const person = text => part(text, /<html[^>]* data-person="([^"]*)"/)
const tip = text => part(text, /<main [^>]*data-id="([^"]*)"/)

async function forget() {
  const cache = await caches.open(TIP)
  await Promise.all(['/', LATER, NOT].map(path => cache.delete(path)))
}

async function also(path) {
  try {
    const answer = await fetch(path, { headers: { accept: 'text/html', purpose: 'prefetch' } })
    if (answer.ok && !answer.redirected) await (await caches.open(TIP)).put(path, html(await answer.text()))
  } catch {}
}

// Keeps a page with a tip, and the lists that open from it; any other state of the page means that there is none to keep.
async function keep(answer) {
  if (!answer.ok) return
  const text = await answer.text()
  const [, state, open] = text.match(/<main class="face (\w+)( open)?/) || []
  if (!state || open) return
  if (state !== 'tip') return forget()
  const cache = await caches.open(TIP)
  const same = (await page('/')).split('<main ')[0] === text.split('<main ')[0] && tip(await page(LATER)) === tip(text)
  await cache.put('/', html(text))
  if (!same) await Promise.all([LATER, NOT, LOST, KEPT].map(also))
}

// The page without a connection: what was answered here, the kept tip or a list of it, or that none is kept.
async function shown(open, say) {
  const [lost, text] = await Promise.all([page(LOST), page('/')])
  if (!text) return lost ? html(lost) : Response.error()
  const kept = (await all('kept')).filter(one => one.person === person(text))
  const taps = kept.filter((one, at) => one.action !== 'undo' && kept.findLastIndex(other => other.tip === one.tip) === at)
  const note = words(lost, taps.length === 1 ? 'one' : taps.length ? 'many' : 'note').replace('%count%', taps.length)
  const answered = taps.find(one => one.tip === tip(text))
  if (answered) return html(noted(filled(await page(KEPT), answered), note, offline(`${answered.title} ${note}`)))
  const list = open === 'later' ? await ahead() : open === 'not' ? await page(NOT) : ''
  return html(noted(tip(list) === tip(text) ? list : text, note, offline(say || words(lost, 'say'))))
}

const words = (lost, name) => part(lost, RegExp(` data-${name}="([^"]*)"`))

const offline = say => `data-offline data-say="${say}"`

function noted(text, note, more) {
  const main = part(text, /(<main [^>]*>)/)
  const said = main.replace(/ data-say="[^"]*"/, '').replace('<main', () => `<main ${more}`)
  return text.replace(/<p class="note">.*?<\/p>\n?/s, '').replace(main, () => `${said}\n<p class="note"><span>${note}</span></p>`)
}

function filled(text, one) {
  const ring = { done: '<circle cx="12" cy="12" r="10" class="full"/>', dismiss: '<path d="M3 12h18"/>' }[one.action]
  if (ring) text = text.replace('<circle cx="12" cy="12" r="10"/>', ring)
  for (const name of ['title', 'line', 'tip', 'person']) text = text.replaceAll(`%${name}%`, () => one[name])
  return text
}

// Moments that lie ahead, under names that hold today.
async function ahead() {
  const today = (await (await caches.open(TIP)).match(LATER))?.headers.get('x-at') === new Date().toDateString()
  return (await page(LATER)).replace(/<button class="row" name="until" value="([^"]*)".*?<\/button>\n?/gs, (row, at) => today && Date.parse(at) > Date.now() ? row : '')
}
