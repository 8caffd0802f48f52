import { expect, test } from 'vitest'
import { addressOfResult, readCallback } from './callback.ts'

test.each([
  'http://localhost:49152',
  'http://localhost:49152/',
  'http://127.0.0.1:1/',
  'http://127.0.0.1:65535/step-up/a_b-c',
])('a result can go to %s', (address) => {
  expect(readCallback(address)).toBe(address)
  expect(new URL(addressOfResult(address, 'result')).origin).toBe(new URL(address).origin)
})

test.each([
  ['another host', 'http://evil.example:8080/'],
  ['a host that begins like this machine', 'http://localhost.evil.example:8080/'],
  ['a host that ends like this machine', 'http://evil.localhost:8080/'],
  ['a host in the user information', 'http://localhost:8080@evil.example/'],
  ['user information', 'http://ann@localhost:8080/'],
  ['another scheme', 'https://localhost:8080/'],
  ['a script', 'javascript:alert(1)//localhost:8080'],
  ['no port', 'http://localhost/'],
  ['port 0', 'http://localhost:0/'],
  ['a port that is too large', 'http://localhost:65536/'],
  ['a query', 'http://localhost:8080/?data=x'],
  ['a fragment', 'http://localhost:8080/#x'],
  ['a backslash', 'http://localhost:8080\\@evil.example/'],
  ['a path to another host', 'http://localhost:8080/../..//evil.example'],
  ['an encoded path', 'http://localhost:8080/%2e%2e'],
  ['another spelling of the address', 'http://127.1:8080/'],
  ['a number as the address', 'http://2130706433:8080/'],
  ['the address of all interfaces', 'http://0.0.0.0:8080/'],
  ['version 6 of the protocol', 'http://[::1]:8080/'],
  ['capital letters', 'http://LOCALHOST:8080/'],
  ['spaces around it', ' http://localhost:8080/'],
  ['a line break', 'http://localhost:8080/\nx'],
  ['nothing', ''],
])('a result never goes to an address with %s', (_, address) => {
  expect(readCallback(address)).toBeNull()
})

test('the result is in standard base64, with its characters escaped', () => {
  expect(addressOfResult('http://localhost:1', '\u00fb\u00ef\u00be')).toBe('http://localhost:1?data=%2B%2B%2B%2B')
})
