import { expect, test } from 'vitest'
import { draftOf } from './recorded.ts'

test('a copy has all fields of the call, but no position in a stream, and another rack', () => {
  const event = { v: 1, id: 'i', stream: 's', seq: 7, at: 't', kind: 'call', status: 200, rack: 'real', path: '/apps' }
  expect(draftOf(JSON.stringify(event))).toEqual({ kind: 'call', status: 200, rack: 'bench-writer', path: '/apps' })
})
