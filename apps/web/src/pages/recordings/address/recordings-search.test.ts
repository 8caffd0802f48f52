import { expect, test } from 'vitest'
import { readRecordingsSearch } from './recordings-search.ts'

test('the address has only the filters', () => {
  expect(readRecordingsSearch({ rack: ' staging ', app: 7, process: '', state: 'open', other: 'x' })).toEqual({
    rack: 'staging',
    app: '7',
    state: 'open',
  })
  expect(readRecordingsSearch({ from: '2026-11-28T12:00:00+01:00', to: 'soon', state: 'lost' })).toEqual({
    from: '2026-11-28T11:00:00.000Z',
  })
})
