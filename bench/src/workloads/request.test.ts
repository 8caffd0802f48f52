import { expect, test } from 'vitest'
import { get, post, websocketHandshake } from './request.ts'

const url = 'http://127.0.0.1:1234'

test('a GET names the host and carries the password', () => {
  const text = get('/apps?', url, 'secret').toString()
  expect(text).toMatch(/^GET \/apps\? HTTP\/1\.1\r\nHost: 127\.0\.0\.1:1234\r\n/)
  expect(text).toContain(`Authorization: Basic Y29udm94OnNlY3JldA==\r\n`)
  expect(text.endsWith('\r\n\r\n')).toBe(true)
})

test('a form is as long as it says', () => {
  const [head = '', body = ''] = post('/x?', { url: 'object://a/b', note: 'ä b' }, url, 'p')
    .toString()
    .split('\r\n\r\n')
  expect(body).toBe('url=object%3A%2F%2Fa%2Fb&note=%C3%A4+b')
  expect(head).toContain(`Content-Length: ${body.length}`)
})

test('a handshake asks for a websocket, without a query', () => {
  const text = websocketHandshake(url, 'p').toString()
  expect(text).toContain('GET /apps/app-0/logs HTTP/1.1')
  expect(text).toContain('Upgrade: websocket')
})
