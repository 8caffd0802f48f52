import { decodeFrames, type FrameToEncode } from '@rack-gateway/testing/websocket'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allOf, bytesOf, frame, relayed } from './testing/relayed.ts'
import { createTokenVeil } from './token-veil.ts'

const token = 'abcabd-secret-token'
const shown = '[rack token]*******'
const text = (payload: string): FrameToEncode => ({ opcode: 1, payload: Buffer.from(payload) })
const textOf = (bytes: Buffer) =>
  decodeFrames(bytes)
    .map((one) => one.payload.toString())
    .join('')

function veiled() {
  return relayed({ veil: createTokenVeil(token) })
}

test("the rack's token is covered in what the caller gets, frames and lengths as they were", async () => {
  const { client, rack } = await veiled()
  const sent = Buffer.concat([
    frame(text(`RACK_URL=https://convox:${token}@api\n`)),
    frame({ opcode: 2, payload: Buffer.alloc(0) }),
  ])
  rack.write(sent)
  const received = await bytesOf(client, sent.length)
  expect(decodeFrames(received).map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
    [1, `RACK_URL=https://convox:${shown}@api\n`],
    [2, ''],
  ])
})

test('a token over any number of frames and reads is covered, when its parts come one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: token.length + 10 }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 3 }),
      async (frameCuts, readCuts) => {
        const message = `<<${token}>>abc`
        const payloads = piecesOf(Buffer.from(message), frameCuts)
        const sent = Buffer.concat(payloads.map((payload) => frame({ opcode: 1, payload })))
        const { client, rack } = await veiled()
        for (const piece of piecesOf(sent, readCuts)) rack.write(piece)
        expect(textOf(await bytesOf(client, sent.length))).toBe(`<<${shown}>>abc`)
        client.destroy()
        rack.destroy()
      },
    ),
    { numRuns: 50 },
  )
})

test('what looks like the beginning of a token comes through after a moment', async () => {
  const { client, rack } = await veiled()
  const sent = frame(text('$ abcab'))
  rack.write(sent)
  expect(textOf(await bytesOf(client, sent.length))).toBe('$ abcab')
})

test('what is kept back is not lost when the rack hangs up, nor when the gateway ends the stream', async () => {
  const hungUp = await veiled()
  hungUp.rack.end(frame(text('end abc')))
  expect(textOf(await allOf(hungUp.client))).toBe('end abc')
  const ended = await veiled()
  const sent = frame(text('end abc'))
  ended.rack.write(sent)
  await new Promise<void>((resolve) => ended.rack.once('drain', resolve) && setImmediate(resolve))
  ended.relay.end('revoked', { text: 'why', code: 1008 })
  expect(textOf(await allOf(ended.client))).toMatch(/^(end abc)?why/)
})

test('what the caller types is never looked at', async () => {
  const { client, rack } = await veiled()
  const sent = frame(text(token), 0x01020304)
  client.write(sent)
  expect(await bytesOf(rack, sent.length)).toEqual(sent)
})

function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}
