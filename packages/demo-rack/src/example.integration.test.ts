import { createDemoRack, manualClock } from '@rack-gateway/demo-rack'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { expect, onTestFinished, test } from 'vitest'

test('a demo rack answers as a rack does, and fails on request', async () => {
  const clock = manualClock()
  const rack = createDemoRack({ name: 'staging', token: 'secret', seed: 'any', clock })
  const url = await rack.listen()
  onTestFinished(() => rack.close())
  const getApps = () => fetch(`${url}/apps`, { headers: { authorization: basicAuthorization('secret') } })

  expect((await getApps()).status).toBe(200)
  expect(rack.received.at(-1)).toMatchObject({ target: '/apps' })
  await clock.advance(1_000) // without the option `clock`, the rack uses real time
  rack.failNext('GET /apps', { kind: 'cut', after: 10 }) // hang, reset, reset-after-effect, cut, stall, extra, answer, gzip
  await expect(getApps().then((response) => response.text())).rejects.toThrow('terminated')
})
