// The device's zone, told once per visit when it differs from the one that is kept.
const zone = document.getElementById('zone')
const here = Intl.DateTimeFormat().resolvedOptions().timeZone
if (zone && here && here !== zone.elements.zone.value && sessionStorage.zone !== here) {
  zone.elements.zone.value = here
  fetch(zone.action, { method: 'POST', body: new URLSearchParams(new FormData(zone)) }).then(answer => {
    if (!answer.ok) return
    sessionStorage.zone = here
    const shown = document.querySelector('[data-zone]')
    if (shown) shown.textContent = here.split('/').pop().replaceAll('_', ' ')
    asks()
  }).catch(() => {})
}
