import { expect, test } from 'vitest'
import { gatewayAddress, isUnencryptedRemote } from './gateway-address.ts'

test.each([
  ['https://gateway.example.com', 'https://gateway.example.com'],
  ['https://Gateway.Example.com/', 'https://gateway.example.com'],
  ['https://gateway.example.com:443', 'https://gateway.example.com'],
  ['http://127.0.0.1:8447', 'http://127.0.0.1:8447'],
  ['HTTPS://[::1]:8447/', 'https://[::1]:8447'],
])('%s is the gateway %s', (text, origin) => {
  expect(gatewayAddress(text)).toEqual({ origin, problem: null })
})

test.each([
  'gateway.example.com',
  'ftp://x',
  'https:x',
  'https://',
  'https://u:rgs_secret@x',
  'https://@x',
  'https://x/rack/staging',
  'https://x//',
  'https://x?',
  'https://x/#',
  'https://x\\@evil',
  ' https://x',
  'https://x\n',
  'https://x\t',
  'javascript:alert(1)',
  '',
])('%j is not the address of a gateway, and is not quoted', (text) => {
  const { origin, problem } = gatewayAddress(text)
  expect(origin).toBeNull()
  expect(problem).not.toContain('rgs_secret')
})

test.each([
  ['http://gateway.example.com', true],
  ['http://localhost.example.com', true],
  ['http://127.0.0.1.example.com', true],
  ['http://10.0.0.1', true],
  ['http://[::2]', true],
  ['http://localhost:8447', false],
  ['http://127.1.2.3', false],
  ['http://[::1]:8447', false],
  ['https://gateway.example.com', false],
])('a token sent to %s is exposed: %s', (origin, exposed) => {
  expect(isUnencryptedRemote(origin)).toBe(exposed)
})
