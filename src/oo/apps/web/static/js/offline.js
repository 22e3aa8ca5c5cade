// The service worker keeps the last tip and what is tapped offline; here it is begun, told when to send, and heard.
const worker = navigator.serviceWorker
const send = () => worker?.controller?.postMessage(document.documentElement.dataset.person)
const without = () => face()?.matches('[data-offline], .lost')
if (worker && 'person' in document.documentElement.dataset) {
  addEventListener('load', () => worker.register('/sw.js').then(asks_once, () => {}))
  worker.addEventListener('message', event => {
    if (event.data === null) send()
    else if (!face()) say(event.data)
    else if (event.data || without()) swap('/', null, true, event.data)
  })
  addEventListener('online', send)
  addEventListener('offline', asks)
  setInterval(() => { if (without() && !document.hidden) send() }, 30000)
  send()
}

// The first visit's page came before its keeper: it is asked for once more, so that it is kept.
function asks_once() {
  if (!worker.controller) worker.addEventListener('controllerchange', asks, { once: true })
}
