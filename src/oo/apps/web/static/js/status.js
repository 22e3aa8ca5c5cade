// One polite line that screen readers hear, once each, 150 ms after it is set (look.md section 8).
const line = () => document.querySelector('[role=status]')
let speaking
function say(words) {
  if (!words) return
  clearTimeout(speaking)
  line().textContent = ''
  speaking = setTimeout(() => { line().textContent = words }, 150)
}
