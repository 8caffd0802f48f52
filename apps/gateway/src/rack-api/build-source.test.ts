import { rackRoutes } from '@rack-gateway/convox-api'
import { expect, test } from 'vitest'
import { refuseForeignSource } from './build-source.ts'

function judge(url: string | null, id = 'POST /apps/{app}/builds'): void {
  const route = rackRoutes.find((one) => one.id === id)
  if (!route) throw new Error(`no route ${id}`)
  refuseForeignSource(route, 'web', new Map(url === null ? [] : [['url', url]]))
}

test.each([
  ['its own upload', 'object://web/tmp/38d3.tgz'],
  ['git', 'https://github.com/acme/web.git#main'],
  ['nothing: an external build', null],
  ['an empty one', ''],
])('a build from %s is none of this rule', (_what, url) => {
  expect(() => judge(url)).not.toThrow()
})

test.each([
  'object://billing/tmp/38d3.tgz',
  'OBJECT://billing/tmp/38d3.tgz',
  ' object://billing/tmp/38d3.tgz',
  '\tobject://billing/tmp/38d3.tgz',
  'object://web@billing/tmp/38d3.tgz',
  'object://web:x@billing/tmp/38d3.tgz',
  'object://web/../billing/tmp/38d3.tgz',
  'object://web',
  'object:///tmp/38d3.tgz',
  'object:web/tmp/38d3.tgz',
  'object://webx/tmp/38d3.tgz',
  'object://Web/tmp/38d3.tgz',
])('the source %j is refused for a build of web', (url) => {
  expect(() => judge(url)).toThrow(expect.objectContaining({ statusCode: 403, rule: 'foreign-object' }))
})

test('another route has no source', () => {
  expect(() => judge('object://billing/a', 'POST /apps/{app}/releases')).not.toThrow()
})
