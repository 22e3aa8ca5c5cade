// What was tapped offline: kept in its order with its own key, so that sending it twice does nothing twice.
const MONTH = 30 * 24 * 3600e3

const base = () => new Promise((open, fail) => {
  const asked = indexedDB.open('oO', 1)
  asked.onupgradeneeded = () => { for (const name of ['kept', 'said']) asked.result.createObjectStore(name, { keyPath: 'id', autoIncrement: true }) }
  asked.onsuccess = () => open(asked.result)
  asked.onerror = () => fail(asked.error)
})

async function store(name, act) {
  const opened = await base()
  const unit = opened.transaction(name, 'readwrite', { durability: 'strict' })
  const asked = act(unit.objectStore(name))
  return new Promise((done, fail) => {
    unit.oncomplete = () => { opened.close(); done(asked?.result) }
    unit.onabort = () => { opened.close(); fail(unit.error) }
  })
}
const all = name => store(name, rows => rows.getAll()).catch(() => [])
const drop = (name, gone) => store(name, rows => { gone.forEach(one => rows.delete(one.id)) })

async function react(event) {
  const { request } = event
  const form = new URLSearchParams(await request.clone().text())
  if (form.get('action') === 'undo' && await undo(form.get('tip'))) {
    await send().catch(() => {})
    return await reach(new Request('/?back=1', { headers: { accept: 'text/html' } })) || shown(null, words(await page(LOST), 'back'))
  }
  const answer = await reach(request)
  if (!answer) return await hold(form) ? shown() : Response.error()
  event.waitUntil(keep(answer.clone()))
  return answer
}

// Takes back what is kept; as it may have arrived although no answer did, oO is told too.
const undo = of => navigator.locks.request('kept', async () => {
  const last = (await all('kept')).findLast(one => one.tip === of)
  if (!last || last.action === 'undo') return false
  const { id, ...rest } = last
  await store('kept', rows => { rows.delete(id); rows.add({ ...rest, action: 'undo', key: crypto.randomUUID() }) })
  return true
})

// Keeps a reaction to the tip that is kept, with the words of the button that was pressed; says whether it could.
async function hold(form) {
  const text = await page('/')
  const [of, action, scope] = ['tip', 'action', 'scope'].map(name => form.get(name))
  if (action === 'undo' || !text || tip(text) !== of) return false
  const picked = form.get('at')
  const until = action === 'snooze' ? new Date(picked || form.get('until')) : null
  if (until && !(until > Date.now())) return false
  const source = action === 'done' ? text : await page(until ? LATER : NOT)
  const pressed = picked ? 'class="plain"' : `value="${until ? form.get('until') : scope || action}"`
  const found = source.slice(source.indexOf(pressed)).match(/^[^>]*>(?:<span>)?([^<]*)(?:<\/span><\w+>([^<]*))?/)
  const language = part(text, /<html lang="(\w+)"/)
  const before = (await all('kept')).some(one => one.tip === of)
  await store('kept', rows => rows.add({
    person: person(text), tip: of, action, scope, until: picked ? until.toISOString() : form.get('until'), at: Date.now(),
    key: before ? crypto.randomUUID() : form.get('key'), dwell_ms: +form.get('dwell_ms') || null,
    title: part(found[0], /data-after="([^"]*)"/) || found[1].replace(/\.?$/, '.'),
    line: picked ? until.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' }) : found[2] || '',
  }))
  registration.sync?.register('kept').catch(() => {})
  return true
}
