import fc from 'fast-check'
import { expect, test } from 'vitest'
import { returnTo } from './return-to.ts'

test.each([
  '/gateway/',
  '/gateway/sessions',
  '/gateway/sessions/',
  '/gateway/a-b_c/d.e~f?x=1&y=%2Fz',
  '/gateway/auth/cli?request=aB-_9',
  '/gateway/audit?q=text%3Amigr*',
  '/gateway/policy#L42',
  '/gateway/policy?text=built-in#L42',
])('a login returns to a page of the gateway: %s', (path) => {
  expect(returnTo(path)).toBe(path)
})

test.each([
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  'https://evil.example/gateway/',
  'javascript:alert(1)',
  ' /gateway/',
  '/gateway//evil.example',
  '/gateway/../apps',
  '/gateway/./x',
  '/gateway/..%2fapps',
  '/gateway/%2e%2e/apps',
  '/gateway/%5cevil.example',
  '/gateway/\\evil.example',
  '/gateway/\t/evil.example',
  '/gateway/x\r\nSet-Cookie: a=b',
  '/gateway/x#fragment',
  '/gateway/x#L',
  '/gateway/x#L1x',
  '/gateway/x#L1#L2',
  '/gateway/x#L1?a=b',
  '/gateway/x#L1\n',
  '/gateway/*',
  '/gateway/api/v1/audit/export#L1',
  '/gateway/auth/logout#L1',
  '//evil.example/gateway/#L1',
  '/gateway/x?a?b',
  '/gateway/x?a=<script>',
  '/gateway/auth/login',
  '/gateway/auth/logout',
  '/gateway/auth',
  '/gateway/auth/cli/',
  '/gateway/auth/cli/x',
  '/gateway/auth/clix',
  '/gateway/api/v1/audit/export',
  '/gateway/api',
  '/gatewayx/',
  '/gateway',
  '/apps',
  '/',
  '',
  `/gateway/${'x'.repeat(2_000)}`,
  ['/gateway/x', '/gateway/y'],
  undefined,
  {},
])('for any other address, a login returns to the first page: %j', (wanted) => {
  expect(returnTo(wanted)).toBe('/gateway/')
})

test('any return address is below /gateway/ of the same origin, as a browser reads it', () => {
  const hostile = fc.stringMatching(/^\/gateway\/[\x00-\x7f]{0,12}(#L[0-9]{1,2})?$/)
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string()), (wanted) => {
      const url = new URL(returnTo(wanted), 'https://gateway.example.com/gateway/auth/callback')
      expect(url.origin).toBe('https://gateway.example.com')
      expect(url.pathname).toMatch(/^\/gateway\/(?!auth(\/|$))/)
    }),
  )
})
