// What every page is made of, kept under names that change with their content; FILES is filled in by assets.py.
const SHELL = 'shell' + FILES.join().replace(/\W/g, '')
const DOWN = [502, 503, 504]
const html = page => new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8', 'x-at': new Date().toDateString() } })

addEventListener('install', event => {
  skipWaiting()
  event.waitUntil(Promise.all([caches.open(SHELL).then(cache => cache.addAll(FILES)), also(LOST)]))
})

addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== SHELL && name !== TIP) await caches.delete(name)
  if (!(await page('/')).includes(FILES[0])) await forget()
  await registration.navigationPreload?.enable()
  await clients.claim()
})()))

addEventListener('fetch', event => {
  const { request } = event
  const { origin, pathname, searchParams } = new URL(request.url)
  if (origin !== location.origin) return
  if (FILES.includes(pathname)) event.respondWith(caches.match(request, { cacheName: SHELL, ignoreVary: true }).then(file => file || fetch(request)))
  else if (request.method === 'POST' && pathname === '/') event.respondWith(react(event))
  else if (request.method === 'GET' && (request.mode === 'navigate' || request.headers.has('x-swap'))) event.respondWith(look(event, pathname, searchParams))
})

// The answer, or nothing when oO cannot be reached.
async function reach(request, early) {
  try {
    const answer = early || await fetch(request)
    if (!DOWN.includes(answer.status)) return answer
  } catch {}
}

// What is kept goes first, so that no page shows what was answered before; what came of it stands on the page.
async function look(event, pathname, asked) {
  let early = Promise.resolve(event.preloadResponse).catch(() => {})
  const first = pathname === '/' && (await all('kept')).length
  if (first) {
    event.waitUntil(early)
    try { await send() } catch { return shown(asked.get('open')) }
    early = null
  }
  const answer = await reach(event.request, await early)
  if (!answer) return pathname === '/' ? shown(asked.get('open')) : Response.redirect('/')
  if (pathname === '/') event.waitUntil(keep(answer.clone()))
  if (pathname === '/sign-in') event.waitUntil(forget())
  return first && answer.ok && !answer.redirected ? retold(await answer.text()) : answer
}

async function retold(text) {
  const { said, ids } = await told(person(text))
  const safe = said.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt()};`)
  return html(said ? noted(text, safe, `data-told="${safe}" data-ids="${ids}"`) : text)
}
