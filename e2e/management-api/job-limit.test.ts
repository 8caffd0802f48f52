import { managementApi as prefix } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

import { type Pipelines, startPipelines } from './pipelines.ts'

let system: System
let pipelines: Pipelines
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', unauthenticatedPerMinute: 10 })
  pipelines = await startPipelines(system)
  await pipelines.job('viewer')
})
afterAll(async () => {
  await pipelines.stop()
  await system.stop()
})

async function exchange(jwt: string): Promise<string> {
  const headers = { authorization: `Bearer ${jwt}` }
  const response = await fetch(`${system.url}${prefix}/workload-sessions`, { method: 'POST', headers })
  const { code }: { code: string } = JSON.parse(await response.text())
  return `${response.status} ${code} ${response.headers.has('retry-after')}`
}

test('unknown keys are counted against the caller that sends them, although the response is a 503', async () => {
  const jwt = await pipelines.issuer.jwt({}, { kid: 'made-up' })
  const responses: string[] = []
  while (responses.length < 12) responses.push(await exchange(jwt))
  expect(responses.slice(0, 10)).toEqual(Array<string>(10).fill('503 RGW_KEY_NOT_KNOWN_YET true'))
  expect(responses.slice(10)).toEqual(Array<string>(2).fill('429 RGW_TOO_MANY_REQUESTS true'))
})
