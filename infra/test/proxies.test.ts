import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'

const directory = fileURLToPath(new URL('../proxies/', import.meta.url))
const read = (name: string) => readFileSync(`${directory}${name}`, 'utf8')
const hour = 3_600

/** Seconds of every timeout that can end a response that begins late. Caddy has none by default. */
const timeouts: Readonly<Record<string, readonly [pattern: RegExp, toSeconds: number, count: number] | null>> = {
  'nginx.conf': [/proxy_(?:read|send)_timeout (\d+)h;/g, hour, 2],
  'haproxy.cfg': [/timeout (?:client|server|tunnel) (\d+)h$/gm, hour, 3],
  'ingress-nginx.yaml': [/proxy-(?:read|send)-timeout: "(\d+)"/g, 1, 2],
  'aws-alb.yaml': [/idle_timeout\.timeout_seconds, Value: "(\d+)"/g, 1, 1],
  Caddyfile: null,
}

test('each file has a row here', () => {
  expect(readdirSync(directory).sort()).toEqual(Object.keys(timeouts).sort())
})

test.each(Object.entries(timeouts))('%s allows a silence of an hour', (name, timeout) => {
  if (timeout === null) {
    expect(read(name)).not.toMatch(/^\s*(?:response_header_timeout|read_timeout|stream_timeout)/m)
    return
  }
  const [pattern, toSeconds, count] = timeout
  const seconds = [...read(name).matchAll(pattern)].map(([, value]) => Number(value) * toSeconds)
  expect(seconds).toHaveLength(count)
  for (const one of seconds) expect(one).toBeGreaterThanOrEqual(hour)
})

test.each(Object.keys(timeouts))('%s names PUBLIC_URL and TRUSTED_PROXIES, and hides readiness', (name) => {
  for (const words of ['PUBLIC_URL', 'TRUSTED_PROXIES', '/gateway/health/ready', '/metrics'])
    expect(read(name)).toContain(words)
})

test.each(['ingress-nginx.yaml', 'aws-alb.yaml'])('%s is YAML', (name) => {
  // The tags of CloudFormation, such as !Ref, are only warnings.
  for (const document of parseAllDocuments(read(name))) expect(document.errors).toEqual([])
})
