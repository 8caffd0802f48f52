import { expect, test } from 'vitest'
import { headerOf, parseMessage, writeMessage, writeRequest } from './http-message.ts'

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'
const sized = 'HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nabc'

test.each([
  ['chunks', chunked, 'abcde'],
  ['a length', sized, 'abc'],
])('a body with %s is read once it is complete, and the rest is the next message', (_what, bytes, body) => {
  for (let end = 0; end < bytes.length; end++) expect(parseMessage(bytes.slice(0, end), { ended: true })).toBeNull()
  expect(parseMessage(`${bytes}HTTP`)).toMatchObject({ message: { body }, rest: 'HTTP' })
})

test('a body without a length ends with the connection', () => {
  const bytes = 'HTTP/1.1 200 OK\r\n\r\nabc'
  expect(parseMessage(bytes)).toBeNull()
  expect(parseMessage(bytes, { ended: true })).toMatchObject({ message: { body: 'abc' } })
})

test.each(['100 Continue', '101 Switching Protocols', '204 No Content', '304 Not Modified'])(
  '%s has no body',
  (status) => {
    expect(parseMessage(`HTTP/1.1 ${status}\r\nContent-Length: 9\r\n\r\nabc`)).toMatchObject({
      message: { body: '' },
      rest: 'abc',
    })
  },
)

test('a response to HEAD has no body, whatever its length says', () => {
  expect(parseMessage(sized, { method: 'HEAD' })).toMatchObject({ message: { body: '' }, rest: 'abc' })
})

test('a request has no body without a length', () => {
  const bytes = writeRequest('GET /apps', ['Accept: */*'])
  expect(bytes).toBe('GET /apps HTTP/1.1\r\nHost: gateway\r\nAccept: */*\r\n\r\n')
  expect(parseMessage(`${bytes}more`)).toMatchObject({ message: { startLine: 'GET /apps HTTP/1.1' }, rest: 'more' })
})

test('a request keeps its own Host and its headers as they are', () => {
  expect(writeRequest('POST /apps', ['HOST: a', 'X-Odd :  b '], 'xy')).toBe(
    'POST /apps HTTP/1.1\r\nHOST: a\r\nX-Odd :  b \r\nContent-Length: 2\r\n\r\nxy',
  )
})

test('a message is written with the length of its body', () => {
  const message = { startLine: 'HTTP/1.1 200 OK', headers: [['Content-LENGTH', '9']] as const, body: 'abc' }
  expect(writeMessage(message)).toBe('HTTP/1.1 200 OK\r\nContent-LENGTH: 3\r\n\r\nabc')
  expect(headerOf(message, 'content-length')).toBe('9')
  expect(headerOf(message, 'accept')).toBeNull()
})
