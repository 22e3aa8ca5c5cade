// Passkeys: asks the server what to do, lets the browser do it, and brings back what it said.
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), one => one.charCodeAt(0))
const packed = buffer => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const door = document.getElementById('passkey')
const add = document.getElementById('passkey-add')

async function told(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(answer.status)
  return answer.status === 204 ? null : answer.json()
}

function plain(made) {
  const response = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (made.response[name]) response[name] = packed(made.response[name])
  }
  return { id: made.id, rawId: packed(made.rawId), type: made.type, response, clientExtensionResults: {} }
}

async function enter() {
  const options = await told('/sign-in/passkey/options', {})
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: [] }
  await told('/sign-in/passkey', { credential: plain(await navigator.credentials.get({ publicKey })) })
  location.assign('/')
}

async function keep(name) {
  const options = await told('/settings/passkeys/options', {})
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(one => ({ ...one, id: bytes(one.id) })),
  }
  const made = plain(await navigator.credentials.create({ publicKey }))
  await told('/settings/passkeys', { credential: made, name })
  location.assign('/settings?saved=1#entering')
}

function offer(button, act, failed) {
  if (!button || !window.PublicKeyCredential) return
  button.hidden = false
  button.addEventListener('click', async event => {
    event.preventDefault()
    if (button.ariaDisabled === 'true') return
    button.ariaDisabled = 'true'
    try {
      await act()
    } catch (error) {
      // Whoever thinks better of it stays where they are.
      if (error.name !== 'NotAllowedError') location.assign(failed)
    } finally {
      button.ariaDisabled = null
    }
  })
}

offer(door, enter, '/sign-in?by=passkey&why=failed')
offer(add?.querySelector('button'), () => keep(add.elements.name.value), '/settings?by=passkey&why=failed#entering')
if (add && window.PublicKeyCredential) add.hidden = false
