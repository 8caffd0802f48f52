import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { type RawResponse, sendRaw } from '@rack-gateway/testing/http'
import type { System } from '../support/gateway/system.ts'

/** The headers of the stock CLI in console mode, as recorded: first without a rack, then on one. */
export const listHeaders = ['Session: ']
export const rackHeaders = (rack: string) => [`Rack: ${rack}`, 'Session: ']

/** A request of the stock CLI, as recorded: its headers and the `?` at the end. */
export function callInConsoleMode(
  { url, port }: Pick<System, 'url' | 'port'>,
  line: string,
  token: string | null,
  headers: readonly string[] = [],
): Promise<RawResponse> {
  const [method = '', path = ''] = line.split(' ')
  const own = [
    `Host: 127.0.0.1:${port}`,
    'User-Agent: convox.go/dev',
    'Accept: */*',
    ...(token === null ? [] : [`Authorization: ${basicAuthorization(token)}`]),
    'Content-Type: application/octet-stream',
    'Version: dev',
    'Accept-Encoding: gzip',
    ...(method === 'GET' ? [] : ['Content-Length: 0']),
  ]
  return sendRaw(url, `${method} ${path}? HTTP/1.1\r\n${[...own, ...headers].join('\r\n')}\r\n\r\n`)
}

/** Requests that the racks received from callers. Questions of the gateway itself don't count. */
export function receivedFromCallers({ racks }: Pick<System, 'racks'>): string[] {
  return Object.entries(racks).flatMap(([name, rack]) =>
    rack.received
      .filter(({ rawHeaders }) => rawHeaders.includes('convox.go/dev'))
      .map(({ method, target }) => `${name}: ${method} ${target}`),
  )
}
