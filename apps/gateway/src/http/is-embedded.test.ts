import { expect, test } from 'vitest'
import { isEmbedded } from './is-embedded.ts'

function fetchOf(site: string, mode: string, dest: string, more: Record<string, string> = {}): boolean {
  return isEmbedded({ headers: { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest, ...more } })
}

test.each([
  ['an image', 'cross-site', 'no-cors', 'image'],
  ['a fetch', 'cross-site', 'cors', 'empty'],
  ['a fetch without CORS', 'cross-site', 'no-cors', 'empty'],
  ['a frame', 'cross-site', 'navigate', 'iframe'],
  ['an image on a sibling domain', 'same-site', 'no-cors', 'image'],
])('%s is embedded', (_what, site, mode, destination) => {
  expect(fetchOf(site, mode, destination)).toBe(true)
})

test('a page that is loaded in advance is embedded', () => {
  for (const purpose of ['prefetch', 'prefetch;prerender', 'prefetch;anonymous-client-ip'])
    expect(fetchOf('cross-site', 'navigate', 'document', { 'sec-purpose': purpose })).toBe(true)
})

test.each([
  ['a link on another site', 'cross-site', 'navigate', 'document'],
  ['a link on a sibling domain', 'same-site', 'navigate', 'document'],
  ['an address that a person typed', 'none', 'navigate', 'document'],
  ['an image on its own site', 'same-origin', 'no-cors', 'image'],
])('%s is not embedded', (_what, site, mode, destination) => {
  expect(fetchOf(site, mode, destination)).toBe(false)
})

test('a client that is not a browser is never embedded', () => {
  expect(isEmbedded({ headers: {} })).toBe(false)
})
