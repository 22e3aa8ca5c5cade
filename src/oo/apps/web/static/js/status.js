// One polite line that screen readers hear, once each, 150 ms after it is set (look.md section 8); what came of things
// sent is forgotten by the worker when it has been said.
const line = () => document.querySelector('[role=status]')
let speaking
let heard
function say(words, ids) {
  if (!words) return
  heard = ids || heard
  clearTimeout(speaking)
  line().textContent = ''
  speaking = setTimeout(() => {
    line().textContent = words
    if (ids) worker.controller?.postMessage({ heard: ids })
  }, 150)
}
