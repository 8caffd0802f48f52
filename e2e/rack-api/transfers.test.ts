import type { IncomingMessage, ServerResponse } from 'node:http'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gibibyte, measure, mebibyte, pour } from '../support/callers/bulk.ts'
import { type BulkCall, beginCall, textOf } from '../support/callers/caller.ts'
import { canMeasure, type GatewayProcess, startGatewayProcess } from '../support/gateway/gateway-process.ts'
import { leaveNothing } from '../support/processes.ts'
import { type BeforePlainRack, startBeforePlainRack } from '../support/racks/before-plain-rack.ts'

/** By how much the pages of the gateway may grow at the most, with garbage that is not collected yet. */
const transferLimit = 32 * mebibyte
const stallLimit = 8 * mebibyte

/** Once buffers are full nothing moves any more, so that this is like a minute and like an hour: the counts that stand still show it. */
const stallTime = 1_000

describe.skipIf(!canMeasure)('1 GiB through a gateway', () => {
  let at: BeforePlainRack<GatewayProcess>
  let token: string
  /** As the rack counts. */
  let sent = 0
  let received = 0
  let stalls = false
  let wakeUp: () => void = () => {}
  beforeAll(async () => {
    at = await startBeforePlainRack(startGatewayProcess, {
      onRequest: (request, response) => void serve(request, response),
    })
    token = await at.system.token('admin')
    for (let call = 0; call < 20; call++) {
      await measure(await download('small'))
      await answered(await upload(mebibyte))
    }
  })
  afterAll(async () => {
    await at.stop()
    await leaveNothing()
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request
    sent = 0
    received = 0
    if (method === 'GET') {
      const size = url.includes('small') ? mebibyte : gibibyte
      await pour(response, size, (sum) => {
        sent = sum
      })
    } else {
      request.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      if (stalls) request.pause()
      wakeUp = () => void request.resume()
      await new Promise((resolve) => request.once('end', resolve))
    }
    response.end()
  }

  function download(id: string): Promise<IncomingMessage> {
    const call = beginCall({ port: at.gateway.port, token }, { method: 'GET', path: `/apps/myapp/builds/${id}.tgz` })
    call.request.end()
    return call.response
  }
  function importBuild(): BulkCall {
    const headers = { 'Content-Type': 'application/octet-stream' }
    return beginCall({ port: at.gateway.port, token }, { method: 'POST', path: '/apps/myapp/builds/import', headers })
  }
  async function upload(size: number): Promise<BulkCall> {
    const call = importBuild()
    await pour(call.request, size)
    call.request.end()
    return call
  }
  async function answered(call: BulkCall): Promise<number | undefined> {
    const received = await call.response
    await textOf(received)
    return received.statusCode
  }

  test('down, as builds export: a reader that stalls stops the rack within 8 MiB, and then all of it arrives within 32 MiB', async () => {
    const peak = await at.gateway.watchPeak()
    const received = await download('BLARGE')
    expect([received.statusCode, received.headers['transfer-encoding']]).toEqual([200, 'chunked'])
    received.pause()
    const stalledAt = await waitUntilStable(() => sent)
    await new Promise((resolve) => setTimeout(resolve, stallTime))
    expect(sent).toBe(stalledAt)
    expect(peak()).toBeLessThanOrEqual(stallLimit)
    expect(await measure(received)).toBe(gibibyte)
    expect(peak()).toBeLessThanOrEqual(transferLimit)
  })

  test('up, as builds import, chunked: a rack that stalls stops the uploader within 8 MiB, and then all of it arrives within 32 MiB', async () => {
    const peak = await at.gateway.watchPeak()
    let offered = 0
    const call = importBuild()
    stalls = true
    const poured = pour(call.request, gibibyte, (sum) => {
      offered = sum
    })
    const stalledAt = await waitUntilStable(() => offered)
    await new Promise((resolve) => setTimeout(resolve, stallTime))
    expect(offered).toBe(stalledAt)
    expect(peak()).toBeLessThanOrEqual(stallLimit)
    wakeUp()
    await poured
    call.request.end()
    expect([await answered(call), received]).toEqual([200, gibibyte])
    expect(peak()).toBeLessThanOrEqual(transferLimit)
  })
})
