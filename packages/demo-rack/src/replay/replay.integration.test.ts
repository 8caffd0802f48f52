import { createServer } from 'node:http'
import { headerOf, parseMessage, writeMessage } from '@rack-gateway/testing/http'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { manualClock } from '../determinism/clock.ts'
import { startRack, token } from '../testing/client.ts'
import { differences } from './compare.ts'
import { type CliRecording, loadRecordings } from './recordings.ts'
import { replay } from './replay.ts'
import { scheduleOf } from './schedule.ts'
import { createTranslation } from './translation.ts'

const authorization = `Bearer ${token}`
const recordings = loadRecordings()

function recordingOf(command: string): CliRecording {
  const found = recordings.find((recording) => recording.command === command)
  if (found === undefined) throw new Error(`no recording of ${command}`)
  return found
}

describe('the schedule of a recording', () => {
  test('contains every request of every connection', () => {
    for (const recording of recordings) {
      const sent = recording.connections.flat().filter(([way, bytes]) => way === '>' && /^[A-Z]+ \//.test(bytes))
      expect(scheduleOf(recording).length, recording.command).toBe(sent.length)
    }
  })

  test('puts a websocket after its probe and before what the CLI did next', () => {
    const schedule = scheduleOf(recordingOf('convox run command cat'))
    expect(
      schedule.map(({ request }) =>
        request.startLine
          .split(' ')
          .slice(0, 2)
          .join(' ')
          .replace(/run-\w+/, 'P'),
      ),
    ).toEqual([
      'POST /apps/myapp/services/command/processes?',
      'GET /apps/myapp/processes/P?',
      'GET /apps/myapp/processes/P?',
      'GET /machines?',
      'GET /apps/myapp/processes/P/exec',
      'DELETE /apps/myapp/processes/P?',
    ])
  })
})

describe('a replay', () => {
  async function startMirror(status: number) {
    const seen: { target: string; rawHeaders: string[] }[] = []
    const server = createServer((message, response) => {
      seen.push({ target: message.url ?? '', rawHeaders: message.rawHeaders })
      message.resume()
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end('{"error":"refused"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return { seen, host: `127.0.0.1:${address.port}` }
  }

  test('replaces Host, Origin and the credential, puts the path before the target, and leaves all else as it was', async () => {
    const { seen, host } = await startMirror(403)
    const recording = recordingOf('convox logs --no-follow')
    const exchanges = await replay(recording, { url: `http://${host}/rack/staging`, authorization })
    expect(seen.map(({ target }) => target)).toEqual(['/rack/staging/machines?', '/rack/staging/apps/myapp/logs'])
    expect(seen[1]?.rawHeaders).toEqual([
      ...['Host', host, 'User-Agent', 'convox.go/dev', 'Authorization', authorization, 'Connection', 'Upgrade'],
      ...[
        'Follow',
        'false',
        'Origin',
        `http://${host}`,
        'Prefix',
        'true',
        'Sec-WebSocket-Key',
        'aP/wKPHcwR0SuEDCmOzNYg==',
      ],
      ...['Sec-WebSocket-Version', '13', 'Upgrade', 'websocket', 'Version', 'dev'],
    ])
    expect(exchanges.map(({ status, frames }) => [status, frames])).toEqual([
      [403, null],
      [403, null],
    ])
    expect(differences(exchanges[1] ?? expect.fail('there is no second exchange')).join('\n')).toContain(
      '403 Forbidden',
    )
  })

  test('sends no credential if none is given, and stops at the given condition', async () => {
    const { seen, host } = await startMirror(401)
    const options = {
      url: `http://${host}`,
      authorization: null,
      until: ({ status }: { status: number }) => status === 401,
    }
    expect(await replay(recordingOf('convox env set FOO=bar BAZ="a b"'), options)).toHaveLength(1)
    expect(seen[0]?.rawHeaders).not.toContain('Authorization')
  })

  test('without the password the differences say so', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const [first] = await replay(recordingOf('convox apps'), {
      url: rack.url,
      authorization: null,
      wait: clock.advance,
    })
    expect(first === undefined ? [] : differences(first)).toEqual(
      expect.arrayContaining(['status: recorded "200 OK", now "401 Unauthorized"']),
    )
  })
})

describe('translation', () => {
  test('pairs new IDs in order, and does not change unknown ones', () => {
    const translation = createTranslation()
    translation.learn('"RAAAAAAAAAA" "BAAAAAAAAAA"', '"RBBBBBBBBBB" "BCCCCCCCCCC"')
    translation.learn('"RZZZZZZZZZZ" "RAAAAAAAAAA"', '"RYYYYYYYYYY" "RBBBBBBBBBB"')
    expect(translation.toCurrent('/RAAAAAAAAAA/BAAAAAAAAAA/RZZZZZZZZZZ/RUNKNOWNXXX')).toBe(
      '/RBBBBBBBBBB/BCCCCCCCCCC/RYYYYYYYYYY/RUNKNOWNXXX',
    )
  })

  test('never pairs ids of different kinds', () => {
    const translation = createTranslation()
    translation.learn('run-aaaaaaaaaa', 'web-aaaaaaaaa-aaaaa')
    expect(translation.toCurrent('run-aaaaaaaaaa')).toBe('run-aaaaaaaaaa')
  })
})

describe('messages', () => {
  test('a body is chunked, counted, or ends with the connection', () => {
    expect(parseMessage('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nrest')).toMatchObject(
      {
        message: { body: 'ab' },
        rest: 'rest',
      },
    )
    expect(parseMessage('HTTP/1.1 200 OK\r\n\r\nabc')).toBeNull()
    expect(parseMessage('HTTP/1.1 200 OK\r\n\r\nabc', { ended: true })).toMatchObject({ message: { body: 'abc' } })
    expect(parseMessage('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', { method: 'HEAD' })).toMatchObject({
      message: { body: '' },
    })
  })

  test('a written message is parsed unchanged, and only when it is complete', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), fc.nat(200), (body, cut) => {
        const bytes = Buffer.from(body).toString('latin1')
        const written = writeMessage({ startLine: 'HTTP/1.1 200 OK', headers: [['Content-Length', '0']], body: bytes })
        expect(parseMessage(written)?.message.body).toBe(bytes)
        expect(headerOf(parseMessage(written)?.message ?? { headers: [] }, 'content-length')).toBe(String(bytes.length))
        if (cut > 0 && cut <= written.length) expect(parseMessage(written.slice(0, -cut))).toBeNull()
      }),
    )
  })
})
