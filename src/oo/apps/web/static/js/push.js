// Notifications of this device, where they were switched on: asked after on each visit, mended where they had stopped.
const ROOM = '/push/'
const key = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), sign => sign.charCodeAt())
const room = async () => {
  const found = await worker?.getRegistration(ROOM)
  return found?.scope.endsWith(ROOM) ? found : null
}
async function tellOf(path, more) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const answer = await fetch('/push/' + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ zone, ...more }) })
  if (!answer.ok) throw new Error(answer.status)
  return answer.json()
}

// What is shown on this device and is answered, or not the tip any more, is closed.
async function tidy(over) {
  for (const shown of await (await room())?.getNotifications() || []) if (shown.data?.tip && over(shown.data.tip)) shown.close()
}

async function here() {
  const device = localStorage.getItem('push')
  if (!device || !('person' in document.documentElement.dataset)) return
  const at = await room()
  const subscription = await at?.pushManager?.getSubscription()
  const said = await tellOf('here', { device, subscription })
  if (said.state === 'off') {
    localStorage.removeItem('push')
    await subscription?.unsubscribe()
    await at?.unregister()
  } else if (said.state === 'well') await tidy(tip => tip !== said.current)
  else if (Notification.permission === 'granted') {
    await subscription?.unsubscribe()
    await tellOf('renew', { device, subscription: await subscribed(said.key) })
    inform(said.healed)
  } else if (inform(said.stopped)) {
    const link = document.createElement('a')
    link.className = 'link'
    link.href = '/settings#ways'
    link.textContent = said.allow
    document.querySelector('.note').append(' ', link)
  }
}

async function subscribed(text) {
  const at = await worker.register('/push.js', { scope: ROOM })
  for (const born = Date.now(); !at.active; await new Promise(go => setTimeout(go, 50))) if (Date.now() - born > 10000) throw new Error('no worker')
  return at.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key(text) })
}

function inform(words) {
  if (!face() || document.querySelector('.note')) return false
  note(words).dataset.stays = ''
  say(words)
  return true
}

if (worker) {
  let visited = -60000
  const visit = () => {
    if (document.hidden || performance.now() - visited < 60000) return
    visited = performance.now()
    here().catch(() => {})
  }
  addEventListener('load', visit)
  addEventListener('visibilitychange', visit)
  addEventListener('submit', ({ target }) => {
    const answered = target.elements.tip?.value
    if (answered) tidy(tip => tip === answered).catch(() => {})
  })
}
