// Notifications: shows what comes, takes the answer, closes what is over. A worker of its own, which only those have who
// switched notifications on; it serves no page. Every push shows something, as Safari wants it (three that don't end it).
addEventListener('install', () => skipWaiting())
addEventListener('activate', event => event.waitUntil(clients.claim()))

// One after the other: of two that come together, the newer takes the place of the older, and not the other way about.
let before = Promise.resolve()
addEventListener('push', event => event.waitUntil(before = before.catch(() => {}).then(() => arrive(event.data))))

async function arrive(data) {
  let said
  try { said = data.json() } catch {}
  if (said?.withdrawn) return over(said)
  const { title = 'oO', navigate, data: about = {}, ...look } = said?.notification || {}
  const [shown] = await registration.getNotifications({ tag: look.tag || 'oO' })
  await registration.showNotification(title, {
    tag: 'oO', ...look, data: { url: navigate || '/', ...about }, icon: ICON,
    // The same message once more takes its own place without a sound.
    renotify: !look.silent && shown?.data?.token !== about.token,
    actions: (about.answers || []).map(([action, label]) => ({ action, title: label })),
  })
  await tell()
}

// Answered on another device, or overtaken.
async function over({ withdrawn, tip }) {
  for (const shown of await registration.getNotifications({ tag: withdrawn })) if (!tip || shown.data?.tip === tip) shown.close()
  await tell()
}

addEventListener('notificationclick', event => {
  const { notification, action } = event
  notification.close()
  event.waitUntil(action ? react(action, notification) : look(notification.data.url))
})

// The token is enough: the session may be over. What did not arrive is not lost, the notification comes back without a sound.
async function react(action, { title, body, tag, lang, dir, actions, data }) {
  let answer
  try {
    answer = await fetch('/react', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: data.token, action }) })
  } catch {}
  if (!answer || answer.status >= 500) return registration.showNotification(title, { body, tag, lang, dir, actions, data, icon: ICON, silent: true })
  await tell()
  if (!answer.ok && ![404, 409, 410].includes(answer.status)) await look(data.url)
}

// The page that is open follows.
const pages = () => clients.matchAll({ type: 'window', includeUncontrolled: true })
async function tell() { for (const page of await pages()) page.postMessage({ moved: true }) }

async function look(url) {
  const [page] = await pages()
  if (!page) return clients.openWindow(url)
  await page.focus()
  page.postMessage({ moved: true })
}

// The browser gave this device another address: it stays the same device. What can't be told now heals on the next visit.
addEventListener('pushsubscriptionchange', event => event.waitUntil((async () => {
  const old = event.oldSubscription
  const fresh = event.newSubscription || (old && await registration.pushManager.subscribe(old.options))
  if (old && fresh) await post('/push/renew', { old, subscription: fresh })
})().catch(() => {})))

const post = (url, said) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(said) })
