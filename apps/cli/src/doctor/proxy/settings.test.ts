import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { proxyRemedy, settings } from './settings.ts'

const files = {
  nginx: 'nginx.conf',
  'ingress-nginx': 'ingress-nginx.yaml',
  Caddy: 'Caddyfile',
  HAProxy: 'haproxy.cfg',
  'AWS ALB': 'aws-alb.yaml',
} as const
const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../../../infra/proxies/${name}`, import.meta.url)), 'utf8')

const lines = Object.entries(settings).flatMap(([mistake, byProduct]) =>
  Object.entries(byProduct).map(([product, line]) => [mistake, product, line] as const),
)

test.each(lines)('%s: the line of %s is in its file, or the line to remove is not', (_mistake, product, line) => {
  const text = read(files[product as keyof typeof files]).replaceAll(/^\s*#.*$/gm, '')
  const quoted = [...line.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words)
  const isRemoved = line.startsWith('remove ')
  expect(quoted.filter((words) => text.includes(words))).toEqual(isRemoved ? [] : quoted)
})

test('the remedy has the lines of the product that names itself, or of all products', () => {
  expect(proxyRemedy('body', 'nginx/1.22.1')).toBe(
    'Change the configuration of the proxy. nginx: `client_max_body_size 0;`; ingress-nginx: `nginx.ingress.kubernetes.io/proxy-body-size: "0"`.',
  )
  expect(proxyRemedy('buffering', 'Caddy')).toBe(
    'Change the configuration of the proxy. Caddy: remove `request_buffers`.',
  )
  for (const product of Object.keys(files)) expect(proxyRemedy('timeout', null)).toContain(`${product}: `)
})
