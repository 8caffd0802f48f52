import fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { gatewayOf, isClientConfig } from './client-file.ts'
import { ClientFile, clientFileProblem } from './client-schema.ts'

const shortFile = {
  gateways: { staging: { url: 'https://rack-gateway.example.com' } },
  tokens: { staging: { token: 'session-token-here', email: 'user@example.com', expires_at: '2024-02-01T00:00:00Z' } },
}

test('a file without sessions is valid, and so are files with other fields', () => {
  expect(isClientConfig(shortFile)).toBe(true)
  expect(
    isClientConfig({ ...shortFile, current: 'staging', gateways: { staging: { url: 'https://x', rack: 'staging' } } }),
  ).toBe(true)
  expect(isClientConfig({})).toBe(true)
})

test('the fast check and the schema always agree', () => {
  const junk = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(null, 1, true, [], {}, undefined))
  const texts = fc.oneof(
    fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
    fc.array(junk, { maxLength: 2 }),
    junk,
  )
  const confirmed = fc.record(
    {
      at: fc.constant('2024'),
      kind: fc.constant('user'),
      rack: fc.oneof(fc.constant(null), junk),
      racks: texts,
      roles: texts,
    },
    { noNullPrototype: true },
  )
  const entry = fc.oneof(
    fc.record(
      { url: fc.oneof(fc.constant('https://x'), junk), rack: junk, relay: junk, ca: junk, extra: junk },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        token: fc.oneof(fc.constantFrom('t', ''), junk),
        kept_in: fc.oneof(fc.constant('keychain'), junk),
        url: junk,
        email: junk,
        expires_at: junk,
        renew_at: fc.oneof(fc.constant('2024'), junk),
        confirmed: fc.oneof(confirmed, junk),
      },
      { requiredKeys: [] },
    ),
    junk,
  )
  const map = fc.oneof(
    fc.dictionary(fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('__proto__', 'a\nb', 'constructor')), entry, {
      maxKeys: 2,
    }),
    junk,
  )
  const file = fc.oneof(
    fc.record(
      {
        gateways: map,
        sessions: map,
        tokens: map,
        current: junk,
        token_store: fc.oneof(fc.constantFrom('file', 'keychain'), junk),
        file_store_told: junk,
        other: junk,
      },
      { requiredKeys: [] },
    ),
    junk,
  )
  fc.assert(
    fc.property(file, (value) => {
      const parsed: unknown = value === undefined ? null : JSON.parse(JSON.stringify(value))
      expect(isClientConfig(parsed)).toBe(Value.Check(ClientFile, parsed))
      expect(clientFileProblem(parsed) === '').toBe(isClientConfig(parsed))
    }),
  )
})

test.each([
  [{ gateways: { staging: {} } }, 'gateways.staging.url is missing'],
  [{ gateways: { 'a/b~c': { url: 5 } } }, 'gateways.a/b~c.url must be string'],
  [{ tokens: [] }, 'tokens must be object'],
  [[], 'the whole file must be object'],
  [{ current: 1 }, 'current must be string'],
])('%j is reported with its position', (value, problem) => {
  expect(clientFileProblem(value)).toBe(problem)
})

test('a problem never quotes the content of the file', () => {
  expect(clientFileProblem({ tokens: { staging: { token: 'rgs_secret', expires_at: ['rgs_secret'] } } })).not.toContain(
    'rgs_secret',
  )
})

test('names of inherited properties have no entry', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', '']) {
    expect(gatewayOf(shortFile, name)).toBeNull()
  }
  expect(gatewayOf(shortFile, 'staging')).toEqual({ url: 'https://rack-gateway.example.com' })
})
