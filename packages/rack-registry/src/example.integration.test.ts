import { createServer } from 'node:http'
import { createRacks } from '@rack-gateway/rack-registry'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test } from 'vitest'

test('a request goes to the rack of its path', async () => {
  const server = await listen(createServer((request, response) => response.end(`${request.method} ${request.url}`)))
  const url = new URL(server.url)
  const racks = createRacks([{ name: 'staging', url, token: 'password', tlsInsecure: false }])
  onTestFinished(async () => {
    await racks.close()
    await server.close()
  })

  const resolution = racks.resolve({ prefix: 'staging', bound: null })
  if ('error' in resolution) throw resolution.error
  const request = { method: 'GET', target: '/apps', headers: [], body: null, length: null }
  const response = await resolution.rack.send(request, new AbortController().signal)
  expect((await response.collect(1_024)).toString()).toBe('GET /apps')
})
