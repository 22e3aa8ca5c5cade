// The service worker keeps the last tip and what is tapped offline; here it is begun, told when to send, and heard.
const worker = navigator.serviceWorker
const send = () => worker.controller?.postMessage(document.documentElement.dataset.person)
let tries = 0
let attending
const without = () => !!face()?.matches('[data-offline], .lost')
if (worker && 'person' in document.documentElement.dataset) {
  addEventListener('load', () => {
    // The first visit's page came before its keeper: it is asked for once more, so that it is kept.
    if (!worker.controller) worker.addEventListener('controllerchange', asks, { once: true })
    worker.register('/sw.js').catch(() => {})
  })
  worker.addEventListener('message', event => event.data === null ? send() : event.data.moved ? asks() : hear(event.data))
  addEventListener('online', attend)
  addEventListener('offline', attend)
  send()
  say(face()?.dataset.told, face()?.dataset.ids)
  attend()
}

// What came of what was sent; with nothing to tell, a page without a connection is asked for anew.
function hear(answer) {
  const { said, ids } = answer
  if (occupied()) return setTimeout(hear, 200, answer)
  if (ids && ids === heard) return
  if (!face()) say(said, ids)
  else if (said || without()) swap('/', null, true, said, ids)
}

// While the page shows another state than the system's, it is asked for: soon, then more and more seldom.
function attend(event) {
  if (event) tries = 0
  clearTimeout(attending)
  const other = without() === navigator.onLine
  if (navigator.onLine ? other || event : other) navigator.onLine ? send() : asks()
  attending = setTimeout(attend, other ? Math.min(30000, 1000 * 2 ** tries++) : 30000)
}
