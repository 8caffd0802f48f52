import { expect, test } from 'vitest'
import { acceptsGzip } from './accepts-gzip.ts'

test.each([
  'gzip',
  'GZIP',
  'x-gzip',
  'gzip, deflate, br, zstd',
  'br;q=1.0, gzip;q=0.8, *;q=0.1',
  'deflate , gzip ; q=0.5',
  'gzip;q=0.001',
  'gzip;q=1.000',
  '*',
  '*;q=0.5, br;q=0',
  'identity, gzip',
  'identity;q=0.5, gzip;q=0.5',
  'identity;q=0, *',
])('accepts: %s', (header) => {
  expect(acceptsGzip(header)).toBe(true)
})

test.each([
  undefined,
  '',
  'br',
  'identity',
  'gzip;q=0',
  'gzip;q=0.0, *',
  'gzip; Q=0',
  '*;q=0',
  'identity, gzip;q=0.5',
  'gzipped',
  'xgzip',
  'gzip;q=2',
  'gzip;q=-1',
  'gzip;q=',
  'gzip;q=a',
  'gzip;q=0.1234',
  ';gzip',
])('does not accept: %s', (header) => {
  expect(acceptsGzip(header)).toBe(false)
})

test('several headers are one list', () => {
  expect(acceptsGzip(['br', 'gzip;q=0.1'])).toBe(true)
})
