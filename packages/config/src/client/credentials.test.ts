import { expect, test } from 'vitest'
import type { ClientConfig } from './client-file.ts'
import {
  addTokenAddresses,
  credentialOf,
  credentialsOf,
  entryOf,
  gatewaysUsingSlot,
  withCredential,
} from './credentials.ts'

const origin = 'https://gateway.example.com'
const gateways = {
  staging: { url: origin, rack: 'staging' },
  production: { url: `${origin}/`, rack: 'production' },
  other: { url: 'https://other.example.com' },
}

test('the session token of a name, without an address, becomes the session of its address, with its other fields', () => {
  const file: ClientConfig = {
    gateways,
    tokens: { staging: { token: 'a', email: 'ada@example.com', ...{ note: 1 } }, other: { token: 'b' } },
    ...{ future: true },
  }
  expect(addTokenAddresses(file)).toEqual({
    gateways,
    sessions: {
      [origin]: { token: 'a', email: 'ada@example.com', note: 1 },
      'https://other.example.com': { token: 'b' },
    },
    future: true,
  })
})

test('two names with one session share it, and another token at the same address does not replace it', () => {
  const same = addTokenAddresses({ gateways, tokens: { staging: { token: 'a' }, production: { token: 'a' } } })
  expect(same).toEqual({ gateways, sessions: { [origin]: { token: 'a' } } })
  const file = { gateways, current: 'production', tokens: { staging: { token: 'a' }, production: { token: 'b' } } }
  const config = addTokenAddresses(file)
  expect(config.sessions).toEqual({ [origin]: { token: 'b' } })
  expect(config.tokens).toEqual({ staging: { token: 'a', url: origin } })
  expect(['staging', 'production'].map((name) => credentialOf(config, name)?.entry.token)).toEqual(['a', 'b'])
  expect(addTokenAddresses(config)).toEqual(config)
})

test('an API token stays with its own name', () => {
  const config = addTokenAddresses({ gateways, tokens: { staging: { token: 'rgt_a' } } })
  expect(config).toEqual({ gateways, tokens: { staging: { token: 'rgt_a', url: origin } } })
  expect(credentialOf(config, 'production')).toBeNull()
})

test.each([
  ['no gateway', {}],
  ['an invalid address', { staging: { url: 'nonsense' } }],
  ['an address with more than a host', { staging: { url: `${origin}/path` } }],
  ['an address of another kind', { staging: { url: 'file:///etc' } }],
  ['an address that only a browser would repair', { staging: { url: ' https:\\\\gateway.example.com' } }],
])('a token of a name with %s is left as it is, and sent nowhere', (_, these) => {
  const file: ClientConfig = { gateways: these, tokens: { staging: { token: 'a' } } }
  expect(addTokenAddresses(file)).toEqual(file)
  expect(credentialOf(addTokenAddresses(file), 'staging')).toBeNull()
})

test('a token never follows its name to another address', () => {
  const before = withCredential({ gateways }, { kind: 'token', origin, name: 'staging' }, { token: 'rgt_a' })
  const session = withCredential(before, { kind: 'session', origin }, { token: 'rgs_a' })
  const moved = { ...session, gateways: { staging: { url: 'https://evil.example.com' } } }
  expect(credentialOf(moved, 'staging')).toBeNull()
  expect(entryOf(moved, { kind: 'token', origin: 'https://evil.example.com', name: 'staging' })).toBeNull()
})

test('the token of a name is used instead of the session of its address', () => {
  const slot = { kind: 'token', origin, name: 'staging' } as const
  const session = { kind: 'session', origin } as const
  const config = withCredential(withCredential({ gateways }, session, { token: 'shared' }), slot, { token: 'own' })
  expect(credentialOf(config, 'staging')).toEqual({ slot, entry: { token: 'own', url: origin } })
  expect([gatewaysUsingSlot(config, session), gatewaysUsingSlot(config, slot)]).toEqual([['production'], ['staging']])
  const without = withCredential(config, slot, null)
  expect(gatewaysUsingSlot(without, session)).toEqual(['staging', 'production'])
  expect(without.tokens).toBeUndefined()
})

test('credentials without a name are listed, too, so that they can be revoked', () => {
  const config: ClientConfig = {
    sessions: { 'https://gone.example.com': { kept_in: 'keychain' }, [origin]: {} },
    tokens: { gone: { token: 'rgt_x', url: origin }, nameless: { token: 'y' } },
  }
  expect(credentialsOf(config).map(({ slot }) => slot)).toEqual([
    { kind: 'session', origin: 'https://gone.example.com' },
    { kind: 'token', origin, name: 'gone' },
  ])
})

test('names of inherited properties have no credential', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', ''])
    expect(credentialOf({ gateways, tokens: {}, sessions: {} }, name)).toBeNull()
})
