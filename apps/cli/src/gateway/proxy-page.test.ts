import { expect, test } from 'vitest'
import { exitCodeOf } from '../errors/exit-codes.ts'
import { errorFromResponse } from './gateway-error.ts'
import { explainProxyPage } from './proxy-page.ts'

const nginx =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<hr><center>nginx</center>\r\n</body>\r\n'
const haproxy =
  '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n'
const alb =
  '<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n'

test.each([
  [502, { server: 'nginx/1.22.1', 'content-type': 'text/html' }, nginx, '(nginx) answered with status 502'],
  [502, { 'content-type': 'text/html' }, nginx, '(nginx) answered with status 502'],
  [503, { 'content-type': 'text/html' }, haproxy, '(HAProxy) answered with status 503'],
  [502, { server: 'Caddy' }, '', '(Caddy) answered with status 502'],
  [504, { server: 'awselb/2.0', 'content-type': 'text/html' }, alb, '(AWS load balancer) answered with status 504'],
  [503, {}, 'upstream connect error', 'a proxy answered with status 503'],
])('%i %j is the page of a proxy', (status, headers, text, words) => {
  expect(explainProxyPage({ status, headers: new Headers(headers), text })?.reason).toContain(words)
})

test.each([
  ['an error of the gateway', 503, { 'content-type': 'application/json; charset=utf-8' }],
  ['another status', 500, { 'content-type': 'text/html', server: 'nginx' }],
  ['a page that was not found', 404, { 'content-type': 'text/html', server: 'nginx' }],
])('%s is not', (_what, status, headers) => {
  expect(explainProxyPage({ status, headers: new Headers(headers), text: '' })).toBeNull()
})

test('a command says what happened, why, and what to do', () => {
  const headers = new Headers({ server: 'nginx', 'content-type': 'text/html' })
  const error = errorFromResponse('https://gateway.example.com', {
    status: 502,
    headers,
    text: nginx,
    value: undefined,
  })
  expect(exitCodeOf(error)).toBe(7)
  expect(error.message).toBe(
    'The request to https://gateway.example.com failed: a proxy (nginx) answered with status 502, because it got no response from the gateway. Try again in a minute. If it fails again, tell the operator of the gateway. For a diagnosis, run: rack-gateway doctor',
  )
})
