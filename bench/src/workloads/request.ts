import { basicAuthorization } from '@rack-gateway/testing/authorization'

/** The head of a call of the stock CLI. */
export function head(start: string, url: string, password: string, headers: readonly string[] = []): Buffer {
  const lines = [
    `${start} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    'User-Agent: convox.go/dev',
    'Accept: */*',
    `Authorization: ${basicAuthorization(password)}`,
    'Version: dev',
    ...headers,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}

export function get(target: string, url: string, password: string): Buffer {
  const headers = ['Content-Type: application/octet-stream', 'Accept-Encoding: gzip']
  return head(`GET ${target}`, url, password, headers)
}

export function post(target: string, fields: Readonly<Record<string, string>>, url: string, password: string): Buffer {
  const body = Buffer.from(new URLSearchParams(fields).toString())
  const headers = [
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
    'Accept-Encoding: gzip',
  ]
  return Buffer.concat([head(`POST ${target}`, url, password, headers), body])
}

export function websocketHandshake(url: string, password: string): Buffer {
  return head('GET /apps/app-0/logs', url, password, [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ])
}
