// Settings are saved at once; the row says so politely.
addEventListener('change', async event => {
  const field = event.target
  const form = field.form
  if (!form || !('save' in form.dataset)) return
  try {
    const answer = await fetch(form.action, { method: 'POST', headers: { 'x-swap': '1' }, body: new URLSearchParams(new FormData(form)) })
    if (!answer.ok) throw new Error(answer.status)
    if (field.name === 'language') { location.reload(); return }
    if (field.name === 'low_light') document.documentElement.classList.toggle('low', field.checked)
    if (field.name === 'single_keys') document.documentElement.toggleAttribute('data-keys', field.checked)
    mark(field, (await answer.text()) || line().dataset.saved)
  } catch { mark(field, line().dataset.failed) }
})

function mark(field, words) {
  document.querySelector('.saved')?.remove()
  const said = document.createElement('span')
  said.className = 'saved'
  said.ariaHidden = 'true'
  said.textContent = words
  field.before(said)
  say(words)
}
