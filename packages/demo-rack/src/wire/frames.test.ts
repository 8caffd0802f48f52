import { decodeFrames } from '@rack-gateway/testing/websocket'
import { expect, test } from 'vitest'
import { encodeFrame, opcode } from './frames.ts'

test.each([0, 1, 125, 126, 65_535, 65_536])('a payload of %i bytes becomes one final, unmasked frame', (size) => {
  const payload = Buffer.alloc(size, 'x')
  const [frame, ...more] = decodeFrames(encodeFrame(opcode.text, payload), 'server')
  expect([frame?.opcode, frame?.fin, frame?.payload.equals(payload), more]).toEqual([opcode.text, true, true, []])
})
