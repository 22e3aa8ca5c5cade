// Settings: the row that allows notifications on this device, and what the dial says while it is turned.
const allow = document.getElementById('push')
if (allow) offer()
function offer() {
  const here = [...document.querySelectorAll('[data-device]')].find(row => row.dataset.device === localStorage.getItem('push'))
  if (here) return here.querySelector('small').prepend(allow.dataset.here + ' ')
  const can = worker && 'PushManager' in window && 'Notification' in window
  const is = navigator.standalone === false ? 'install' : !can ? 'none' : Notification.permission === 'denied' ? 'denied' : 'ready'
  allow.querySelectorAll('[data-when]').forEach(words => { words.hidden = words.dataset.when !== is })
  const button = allow.querySelector('button')
  button.hidden = is !== 'ready'
  allow.hidden = false
  button.onclick = async () => {
    if (await Notification.requestPermission() === 'default') return
    if (Notification.permission !== 'granted') return offer()
    try {
      const { device } = await tellOf('on', { subscription: await subscribed(allow.dataset.key) })
      localStorage.setItem('push', device)
      location.reload()
    } catch { mark(button, line().dataset.failed) }
  }
}

const turned = dial => dial.style.setProperty('--at', dial.value / dial.max)
document.querySelectorAll('.dial').forEach(turned)
addEventListener('input', ({ target }) => {
  const hours = target.closest('#quiet')
  if (hours) {
    const { quiet, start, end } = target.form.elements
    if (target === start || target === end) quiet.value = 'own'
    hours.querySelector('[data-quiet]').textContent = quiet.value === 'own' ? `${start.value} – ${end.value}` : quiet.selectedOptions[0].text
  }
  if (!target.matches('.dial')) return
  turned(target)
  target.ariaValueText = target.form.querySelector('[data-said]').textContent = +target.value ? target.dataset.many.replace('%count%', target.value) : target.dataset.none
})
