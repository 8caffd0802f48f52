import { decodeFrames, type FrameToEncode } from '@rack-gateway/testing/websocket'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frame, readAll, readBytes, startRelay } from './testing/start-relay.ts'
import { createTokenRedactor } from './token-redactor.ts'

const token = 'abcabd-secret-token'
const shown = '[rack token]*******'
const text = (payload: string): FrameToEncode => ({ opcode: 1, payload: Buffer.from(payload) })
const textOf = (bytes: Buffer) =>
  decodeFrames(bytes)
    .map((one) => one.payload.toString())
    .join('')

function startRedactingRelay() {
  return startRelay({ redactor: createTokenRedactor(token) })
}

test("the rack's token is redacted for the caller, and frames and lengths stay", async () => {
  const { client, rack } = await startRedactingRelay()
  const sent = Buffer.concat([
    frame(text(`RACK_URL=https://convox:${token}@api\n`)),
    frame({ opcode: 2, payload: Buffer.alloc(0) }),
  ])
  rack.write(sent)
  const received = await readBytes(client, sent.length)
  expect(decodeFrames(received).map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
    [1, `RACK_URL=https://convox:${shown}@api\n`],
    [2, ''],
  ])
})

test('a token across several frames and reads is redacted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: token.length + 10 }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 3 }),
      async (frameCuts, readCuts) => {
        const message = `<<${token}>>abc`
        const payloads = piecesOf(Buffer.from(message), frameCuts)
        const sent = Buffer.concat(payloads.map((payload) => frame({ opcode: 1, payload })))
        const { client, rack } = await startRedactingRelay()
        for (const piece of piecesOf(sent, readCuts)) rack.write(piece)
        expect(textOf(await readBytes(client, sent.length))).toBe(`<<${shown}>>abc`)
        client.destroy()
        rack.destroy()
      },
    ),
    { numRuns: 50 },
  )
})

test('a possible beginning of a token is sent after a short delay', async () => {
  const { client, rack } = await startRedactingRelay()
  const sent = frame(text('$ abcab'))
  rack.write(sent)
  expect(textOf(await readBytes(client, sent.length))).toBe('$ abcab')
})

test('delayed bytes are sent when the rack disconnects or the gateway ends the stream', async () => {
  const hungUp = await startRedactingRelay()
  hungUp.rack.end(frame(text('end abc')))
  expect(textOf(await readAll(hungUp.client))).toBe('end abc')
  const ended = await startRedactingRelay()
  const sent = frame(text('end abc'))
  ended.rack.write(sent)
  await new Promise<void>((resolve) => ended.rack.once('drain', resolve) && setImmediate(resolve))
  ended.relay.end('revoked', { text: 'why', code: 1008 })
  expect(textOf(await readAll(ended.client))).toMatch(/^(end abc)?why/)
})

test('input of the caller is not redacted', async () => {
  const { client, rack } = await startRedactingRelay()
  const sent = frame(text(token), 0x01020304)
  client.write(sent)
  expect(await readBytes(rack, sent.length)).toEqual(sent)
})

function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}
