import { randomBytes } from 'node:crypto'
import {
  cborArray,
  cborBytes,
  cborInteger,
  cborMap,
  cborText,
  createAuthenticator,
  type Deviations,
} from '@rack-gateway/testing/authenticator'
import { afterEach, expect, test, vi } from 'vitest'
import { creationOptions, readNewPasskey } from './passkeys.ts'

const party = { id: 'gateway.example.com', origin: 'https://gateway.example.com' }
const user = { id: '5c9b1a4e-7a42-4c0e-8a11-0d3c0e6a8b1f', email: 'ann@example.com' }

async function begin() {
  const challenge = randomBytes(32)
  const options = await creationOptions(party, { user, challenge, existing: [] })
  return { challenge, options, authenticator: createAuthenticator(party) }
}

async function create(deviations: Deviations = {}) {
  const { challenge, options, authenticator } = await begin()
  return readNewPasskey(party, challenge, authenticator.create(options, deviations))
}

afterEach(() => void vi.unstubAllGlobals())

test('options ask for a verified user and no attestation, and name the passkeys that the user has', async () => {
  const passkey = {
    credentialId: Buffer.from('known'),
    publicKey: Buffer.alloc(0),
    counter: 0,
    transports: ['usb', 'pigeon'],
  }
  const options = await creationOptions(party, { user, challenge: Buffer.alloc(32, 1), existing: [passkey] })
  expect(options).toMatchObject({
    rp: { id: party.id },
    user: { id: Buffer.from(user.id).toString('base64url'), name: user.email },
    challenge: Buffer.alloc(32, 1).toString('base64url'),
    attestation: 'none',
    authenticatorSelection: { userVerification: 'required' },
    excludeCredentials: [{ id: Buffer.from('known').toString('base64url'), transports: ['usb'] }],
  })
})

test('a new passkey has its key, its counter, and known transports', async () => {
  const passkey = await create()
  expect(passkey).toMatchObject({ counter: 1, transports: ['usb'] })
  expect('publicKey' in passkey && passkey.publicKey.length).toBe(77)
})

test.each<[string, Deviations]>([
  ['another origin', { origin: 'https://evil.example.com' }],
  ['another RP ID', { rpId: 'example.com' }],
  ['another challenge', { challenge: 'AAAA' }],
  ['the type of a proof', { type: 'webauthn.get' }],
  ['a frame of another site', { crossOrigin: true }],
  ['no verification of the user', { userVerified: false }],
  ['no presence of the user', { userPresent: false }],
])('a new passkey with %s is not accepted', async (_, deviations) => {
  expect(await create(deviations)).toEqual({ invalid: expect.stringMatching(/^[\x20-\x7e]+$/) })
})

test.each(['packed', 'apple', 'android-key', 'android-safetynet', 'tpm', 'fido-u2f', 'unheard-of'])(
  'the attestation %s is not read: its certificates are not parsed, and nothing is fetched',
  async (format) => {
    const fetched = vi.fn()
    vi.stubGlobal('fetch', fetched)
    const statement = cborMap([
      [cborText('alg'), cborInteger(-7)],
      [cborText('sig'), cborBytes(randomBytes(64))],
      [cborText('x5c'), cborArray([cborBytes(randomBytes(1_000))])],
    ])
    expect(await create({ attestation: { format, statement } })).toMatchObject({ counter: 1 })
    expect(fetched).not.toHaveBeenCalled()
  },
)

test('a text of a response has at most 16 KiB, because it is parsed', async () => {
  const { challenge, options, authenticator } = await begin()
  const { response, ...rest } = authenticator.create(options)
  const clientDataJSON = Buffer.from('['.repeat(13_000)).toString('base64url')
  expect(await readNewPasskey(party, challenge, { ...rest, response: { ...response, clientDataJSON } })).toEqual({
    invalid: 'The clientDataJSON of the response is too long.',
  })
})

test('garbage is no passkey, and does not throw', async () => {
  const { challenge, options, authenticator } = await begin()
  const response = authenticator.create(options)
  const inner = response.response
  const garbage = [
    '',
    'AA',
    '%%',
    Buffer.from('null').toString('base64url'),
    Buffer.from('[]').toString('base64url'),
    // Arrays in arrays.
    Buffer.alloc(48_000, 0x81).toString('base64url'),
    // A text of four gigabytes.
    Buffer.from('7affffffff', 'hex').toString('base64url'),
    cborMap([[cborText('authData'), cborText('x')]]).toString('base64url'),
    cborMap([[cborText('authData'), cborBytes(Buffer.alloc(37))]]).toString('base64url'),
    inner.attestationObject.slice(0, -40),
  ]
  for (const field of ['clientDataJSON', 'attestationObject'])
    for (const value of [...garbage, null, 1, {}, []])
      expect(
        await readNewPasskey(party, challenge, { ...response, response: { ...inner, [field]: value } }),
      ).toHaveProperty('invalid')
  for (const value of [
    undefined,
    null,
    'x',
    1,
    [],
    {},
    { ...response, id: 'other' },
    { ...response, type: 'password' },
    { ...response, response: null },
  ])
    expect(await readNewPasskey(party, challenge, value)).toHaveProperty('invalid')
  expect(
    await readNewPasskey(party, challenge, { ...response, response: { ...inner, transports: { includes: 1 } } }),
  ).toMatchObject({ transports: [] })
})
