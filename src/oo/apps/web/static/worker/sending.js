// Sends what is kept, in its order, as soon as oO can be reached by the person whose it is.
const send = () => navigator.locks.request('kept', async () => {
  const kept = await all('kept')
  const worn = kept.filter(one => one.at < Date.now() - MONTH)
  if (worn.length) await drop('kept', worn)
  const people = new Set(kept.filter(one => !worn.includes(one)).map(one => one.person))
  for (const person of people) {
    const own = kept.filter(one => one.person === person)
    const reactions = own.map(({ key, tip, action, scope, until, dwell_ms }) => ({ key, tip, action, scope, until, dwell_ms }))
    const answer = await fetch('/kept', { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ person, reactions }) })
    if (DOWN.includes(answer.status)) throw new Error(answer.status)
    if (!answer.ok) continue // nobody is signed in, or somebody else: it stays until they are back
    const { said } = await answer.json()
    await drop('kept', own)
    if (said.length) await store('said', rows => rows.add({ person, said }))
  }
})

// What came of it is told to the person whose it is, until a page says that it was: one that is being left hears it too.
async function told(person) {
  const own = (await all('said')).filter(one => one.person === person)
  return { said: [...new Set(own.flatMap(one => one.said))].join(' '), ids: own.map(one => one.id).join() }
}

addEventListener('message', event => event.waitUntil((async () => {
  if (event.data.heard) return drop('said', event.data.heard.split(',').map(id => ({ id: +id })))
  await send().catch(() => {})
  event.source.postMessage(await told(event.data))
})()))

addEventListener('sync', event => event.waitUntil((async () => {
  await send()
  for (const client of await clients.matchAll()) client.postMessage(null)
})()))
