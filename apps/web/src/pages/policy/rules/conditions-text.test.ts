import { expect, test } from 'vitest'
import { conditionsText } from './conditions-text.ts'

test('every condition has a text', () => {
  expect(
    conditionsText([
      {
        time: [
          { days: ['mon', 'tue'], from: '08:00', to: '18:00', zone: 'Europe/Berlin' },
          { from: '20:00', to: '02:00', zone: 'UTC' },
        ],
        racks: ['staging*'],
      },
      { addresses: ['10.0.0.0/8'], apps: ['web', 'api'], callers: ['user'] },
    ]),
  ).toBe(
    'from 08:00 to 18:00 in Europe/Berlin on mon, tue or from 20:00 to 02:00 in UTC; on the rack staging*; ' +
      'from 10.0.0.0/8; for the apps web, api; for callers of the kind user',
  )
  expect(conditionsText([])).toBe('')
})
