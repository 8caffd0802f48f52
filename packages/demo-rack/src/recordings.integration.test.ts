import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDemoRack, type DemoRack, manualClock } from './index.ts'
import { createTranslation, differences, type Exchange, loadRecordings, replay } from './replay/index.ts'

const clock = manualClock()
const translation = createTranslation()
const recordings = loadRecordings()
let rack: DemoRack

beforeAll(async () => {
  rack = createDemoRack({ name: 'rack1', token: 'rackpass', seed: 'recordings', clock })
  await rack.listen()
})
afterAll(() => rack.close())

/** Real processes have the rack's password in their environment; the rack that was recorded left RACK_URL out. Nothing else may differ. */
function withoutRackUrl(exchange: Exchange): Exchange {
  const frames = exchange.frames?.filter(({ payload }) => !payload.toString().startsWith('RACK_URL=')) ?? null
  return exchange.target.endsWith('/exec') ? { ...exchange, frames } : exchange
}

describe('the stock CLI sees what it saw of the recorded rack', () => {
  test('there are 51 recordings', () => {
    expect(recordings).toHaveLength(51)
  })

  test.each(recordings.map((recording, index) => [`${index}: ${recording.command}`, recording] as const))(
    '%s',
    async (_, recording) => {
      const exchanges = await replay(recording, {
        url: rack.url,
        authorization: basicAuthorization('rackpass'),
        translation,
        wait: clock.advance,
      })
      expect(exchanges.length).toBeGreaterThan(0)
      for (const exchange of exchanges) {
        expect(differences(withoutRackUrl(exchange)), `${exchange.method} ${exchange.target}`).toEqual([])
      }
    },
  )
})
