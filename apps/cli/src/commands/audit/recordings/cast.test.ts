import type { CastEvent } from '@rack-gateway/recordings/asciicast'
import { expect, test } from 'vitest'
import { forEachEvent, readCast } from './cast.ts'

const header = '{"version":3,"term":{"cols":80,"rows":24},"timestamp":1000,"command":"bash"}\n'

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, size = 7) {
  const cast = await readCast(pieces(text, size))
  const events: CastEvent[] = []
  const notes: string[] = []
  const signal = new AbortController().signal
  const end = await forEachEvent(cast, {
    signal,
    note: (line) => void notes.push(line),
    onEvent: async (event) => void events.push(event),
  }).then(
    () => 'whole',
    (error: Error) => error.message,
  )
  return { events, notes, end }
}

test('events are the same for every chunk size', async () => {
  const text = `${header}[0.5,"o","ä\\u001b[1m"]\n\n[0,"x","0"]\n[0,"v","complete"]\n`
  for (const size of [1, 2, 5, 1_000]) {
    expect(await read(text, size)).toEqual({
      events: [
        { interval: 0.5, code: 'o', data: 'ä\u001b[1m' },
        { interval: 0, code: 'x', data: '0' },
      ],
      notes: [],
      end: 'whole',
    })
  }
})

test.each([
  ['cut', 'The recording is cut'],
  ['broken', 'The recording is broken'],
])('a recording that is %s is an error that says so', async (state, sentence) => {
  const { events, end } = await read(`${header}[0,"o","x"]\n[0,"v","${state}"]\n`)
  expect([events.length, end]).toEqual([1, expect.stringContaining(sentence)])
})

test('a recording without a state ended early', async () => {
  expect((await read(`${header}[0,"o","x"]\n`)).end).toContain('The recording ended early')
})

test('a broken connection means that the recording is not whole', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${header}[0,"o","x"]\n`)
    throw new Error('terminated')
  }
  const { events } = await readCast(broken())
  const end = forEachEvent({ events }, { signal: new AbortController().signal, note() {}, async onEvent() {} })
  await expect(end).rejects.toMatchObject({ code: 'RGW_CLI_RECORDING_NOT_WHOLE' })
})

test('an open recording is read without an error, and with a note', async () => {
  const { end, notes } = await read(`${header}[0,"v","open"]\n`)
  expect([end, notes]).toEqual(['whole', [expect.stringContaining('so far')]])
})

test.each(['', '<html>', '{"version":2}\n', `${header.replace('80', '0')}`, `${header.replace('1000', '1e300')}`])(
  'a body that is not an asciicast is rejected: %j',
  async (text) => {
    await expect(readCast(pieces(text, 100))).rejects.toMatchObject({ code: 'RGW_CLI_GATEWAY_UNREACHABLE' })
  },
)

test.each(['nonsense\n', '[1,"o"]\n', '[-1,"o","x"]\n', `[0,"o","${'x'.repeat(2_000_000)}`])(
  'a line that is not an event is rejected',
  async (line) => {
    expect((await read(header + line, 65_536)).end).toContain('The response is not a recording')
  },
)
