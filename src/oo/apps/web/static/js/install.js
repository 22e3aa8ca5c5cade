// Only where the browser offers it, and only in Settings: a row that installs; nothing asks by itself.
addEventListener('beforeinstallprompt', event => {
  event.preventDefault()
  const row = document.getElementById('install')
  if (!row) return
  row.hidden = false
  row.querySelector('button').onclick = () => event.prompt()
})
addEventListener('appinstalled', () => { const row = document.getElementById('install'); if (row) row.hidden = true })
