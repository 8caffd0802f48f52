import { exec } from './listed.ts'

const host = 'Host: gateway\r\n'

/** Bytes that are no single request; `{credential}` stands for the header. */
export const brokenBytes: readonly (readonly [what: string, bytes: string])[] = [
  [
    'a command that is continued on the next line',
    `GET ${exec} HTTP/1.1\r\n${host}{credential}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCommand: echo\r\n hi\r\n\r\n`,
  ],
  ['a space before the colon', `GET /apps? HTTP/1.1\r\n${host}{credential}Command : sh\r\n\r\n`],
  ['a bare line feed within a header', `GET /apps? HTTP/1.1\r\n${host}{credential}X: a\nCommand: sh\r\n\r\n`],
  ['a NUL in a header', `GET /apps? HTTP/1.1\r\n${host}{credential}X: a\0b\r\n\r\n`],
  [
    'a length and chunks',
    `PUT /apps/myapp? HTTP/1.1\r\n${host}{credential}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /system? HTTP/1.1\r\n${host}\r\n`,
  ],
  [
    'two lengths',
    `PUT /apps/myapp? HTTP/1.1\r\n${host}{credential}Content-Length: 9\r\nContent-Length: 10\r\n\r\nlock=true1`,
  ],
  [
    'chunks by another name',
    `PUT /apps/myapp? HTTP/1.1\r\n${host}{credential}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  ],
  ['an absolute target', `GET http://evil.example/apps/myapp? HTTP/1.1\r\n${host}{credential}\r\n`],
  ['a target with a space', `GET /apps/my app? HTTP/1.1\r\n${host}{credential}\r\n`],
  ['a tunnel', `CONNECT rack:443 HTTP/1.1\r\n${host}{credential}\r\n`],
  [
    'an upgrade to HTTP/2',
    `GET /apps? HTTP/1.1\r\n${host}{credential}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
  ],
  [
    'a websocket by POST',
    `POST ${exec} HTTP/1.1\r\n${host}{credential}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCommand: sh\r\n\r\n`,
  ],
]
