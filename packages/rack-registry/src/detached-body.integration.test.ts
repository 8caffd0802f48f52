import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { detachedBody } from './detached-body.ts'
import { httpPeer, neverAborted, rackAt } from './testing/peer.ts'

const options = { onBytes: () => {}, timeout: 60_000 }

test('a body that breaks off never looks complete to the rack, without an abort', async () => {
  for (const error of [undefined, new Error('reset')]) {
    for (const length of [null, 1000]) {
      const ends: string[] = []
      const source = new PassThrough()
      const peer = await httpPeer((request, response) => {
        request.on('data', () => source.destroy(error))
        request.on('end', () => ends.push('end')).on('error', () => ends.push('cut'))
        request.on('end', () => response.end('whole'))
      })
      source.write('begin')
      const sent = rackAt(peer.port).send(
        { method: 'POST', target: '/', headers: [], body: source, length },
        neverAborted,
      )
      await expect(sent).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
      await expect.poll(() => ends).toEqual(['cut'])
    }
  }
})

test('a body that was already closed never looks complete', async () => {
  const source = new PassThrough()
  source.destroy()
  await new Promise((resolve) => source.on('close', resolve))
  const body = detachedBody(source, options)
  const error = new Promise((resolve) => body.on('error', resolve))
  body.resume()
  expect(await error).toBeInstanceOf(Error)
})

test('a body that breaks off before its call has a connection ends only that call', async () => {
  const targets: (string | undefined)[] = []
  const peer = await httpPeer((request, response) => {
    targets.push(request.url)
    request.on('end', () => response.end('ok')).resume()
  })
  const rack = rackAt(peer.port, { connections: { calls: 1 } })
  const upload = (target: string, body: PassThrough) =>
    rack.send({ method: 'POST', target, headers: [], body, length: 1_000 }, neverAborted)
  const first = new PassThrough()
  first.write('x')
  const filled = upload('/first', first)
  await expect.poll(() => targets).toEqual(['/first'])
  const waiting = [undefined, new Error('reset')].map(async (error) => {
    const body = new PassThrough()
    const sent = upload('/waiting', body)
    body.write('x')
    body.destroy(error)
    await expect(sent).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  })
  // Lets both waiting bodies close before the first call ends.
  await new Promise(setImmediate)
  first.end('x'.repeat(999))
  await (await filled).collect(10)
  await Promise.all(waiting)
  expect(targets).toEqual(['/first'])
})

test('unread data stays in the source, which stays open', async () => {
  const source = new PassThrough()
  source.write('taken')
  const body = detachedBody(source, options)
  await new Promise((resolve) => body.once('data', resolve))
  body.destroy()
  await new Promise((resolve) => body.on('close', resolve))
  source.end('left')
  expect(source.destroyed).toBe(false)
  expect(await source.toArray()).toEqual([Buffer.from('left')])
})

test('the source is not read before the rack reads', async () => {
  const source = new PassThrough({ highWaterMark: 1 })
  detachedBody(source, options)
  await new Promise(setImmediate)
  expect(source.write('waits')).toBe(false)
  await new Promise(setImmediate)
  expect(source.writableNeedDrain || source.readableLength > 0).toBe(true)
})

test('onBytes is called for every chunk, in both directions', async () => {
  const onBytes = { sum: 0 }
  const peer = await httpPeer((request, response) => {
    request.on('end', () => response.end('y'.repeat(2_000))).resume()
  })
  const rack = rackAt(peer.port, {
    onBytes: (bytes) => {
      onBytes.sum += bytes
    },
  })
  const body = new PassThrough()
  body.end('x'.repeat(1_000))
  const response = await rack.send({ method: 'POST', target: '/', headers: [], body, length: null }, neverAborted)
  await response.collect(10_000)
  expect(onBytes.sum).toBe(3_000)
})
