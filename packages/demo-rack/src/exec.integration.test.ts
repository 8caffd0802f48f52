import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { ask, credentials, masked, open, startRack, token, until } from './testing/client.ts'
import { opcode } from './wire/frames.ts'

const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D:'

async function exec(command: string, headers: readonly string[] = []) {
  const rack = await startRack()
  const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, `Command: ${command}`, ...headers])
  return { rack, ...socket }
}

describe('commands', () => {
  test.each([
    ['echo hi', `hi\n${marker}0\n`],
    ['exit 7', `${marker}7\n`],
    ['exit', `${marker}0\n`],
    [`argv a "b c" 'd'`, `a\nb c\nd\n${marker}0\n`],
    ['rake db:migrate; sh', `ran: rake db:migrate; sh\n${marker}0\n`],
    ['toString', `ran: toString\n${marker}0\n`],
    ['sh -c "echo inner"', `inner\r\n${marker}0\n`],
    ['sh -c "exit 4"', `${marker}4\n`],
    ['printenv SECRET_KEY_BASE', `s3cr3t-myapp\n${marker}0\n`],
    ['printenv NOSUCH', `${marker}1\n`],
    ['rails runner x', `ran: rails runner x\n${marker}0\n`],
    ['sleep 0', `${marker}0\n`],
  ])('%s', async (command, output) => {
    expect(await (await exec(command)).end()).toBe(output)
  })

  test.each([
    ["'", 'ERROR: Unterminated single-quoted string\n'],
    ['a\\', 'ERROR: Unterminated backslash-escape\n'],
    ['', 'ERROR: no command was given\n'],
  ])('%j is not started and has no exit marker', async (command, output) => {
    expect(await (await exec(command)).end()).toBe(output)
  })

  test('env shows the rack password in RACK_URL, as on a real rack', async () => {
    const lines = (await (await exec('env', ['Tty: false'])).end()).split('\n')
    expect(lines).toContain(`RACK_URL=https://convox:${token}@api.rack1.svc.cluster.local:5443`)
    expect(lines.filter((line) => !line.startsWith('RACK_URL')).map((line) => line.split('=')[0])).toEqual([
      ...['APP', 'PID', 'RELEASE', 'SERVICE', 'TTY', `${marker}0`, ''],
    ])
  })

  test('output of any bytes is passed as it is, in frames of at most 32 KiB', async () => {
    const socket = await exec('cat')
    socket.sendText('x')
    for (let count = 0; count < 1000; count += 1) socket.sendText('y'.repeat(100))
    socket.sendEnd()
    const output = await socket.end()
    expect(output).toBe(`x${'y'.repeat(100_000)}${marker}0\n`)
    expect(Math.max(...socket.frames.map(({ payload }) => payload.length))).toBeLessThanOrEqual(32 * 1024)
  })
})

describe('the stream', () => {
  test('cat answers before the input ends, ends with the input, and the connection stays open', async () => {
    const socket = await exec('cat')
    socket.sendText('one')
    await until(() => socket.text() === 'one')
    socket.sendEnd()
    expect(await socket.end()).toBe(`one${marker}0\n`)
    expect(socket.frames.at(-1)).toMatchObject({ opcode: opcode.binary, payload: Buffer.alloc(0) })
    expect(socket.frames.at(-2)?.payload.toString()).toBe(`${marker}0\n`)
    expect(socket.peer.closed).toBe(false)
  })

  test('a ping is answered, a binary frame with content is not data', async () => {
    const socket = await exec('cat')
    socket.sendPing('are you there')
    socket.peer.send(masked(opcode.binary, 'not data'))
    await until(() => socket.frames.length > 0)
    expect(socket.frames[0]).toMatchObject({ opcode: opcode.pong, payload: Buffer.from('are you there') })
    socket.sendEnd()
    expect(await socket.end()).toBe(`${marker}0\n`)
  })

  test('a close frame is answered with its code, and the connection ends', async () => {
    const socket = await exec('cat')
    socket.peer.send(masked(opcode.close, '\x03\x00'))
    await until(() => socket.peer.closed)
    expect(socket.frames[0]).toMatchObject({ opcode: opcode.close })
  })

  test('an unmasked frame ends the connection', async () => {
    const socket = await exec('cat')
    socket.peer.send('\x81\x01x')
    await until(() => socket.peer.closed)
  })

  test('a sleep ends when the caller leaves', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: sleep 3600'])
    socket.peer.end()
    await until(() => rack.connections === 0)
  })

  test('a sleep ends when its time has come', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: sleep 30'])
    await until(() => rack.received[0]?.status === 101)
    await clock.advance(29_999)
    expect(socket.frames).toEqual([])
    await clock.advance(1)
    expect(await socket.end()).toBe(`${marker}0\n`)
  })

  test('a shell on a terminal prompts, runs its lines and ends with exit', async () => {
    const socket = await exec('rails console')
    socket.sendText('echo one\n\nrake x\nex')
    socket.sendText('it 3\nnever')
    expect(await socket.end()).toBe(`$ one\r\n$ $ ran: rake x\r\n$ ${marker}3\n`)
  })

  test('a shell without a terminal ends with its input', async () => {
    const socket = await exec('bash', ['Tty: false'])
    socket.sendText('env\necho last')
    socket.sendEnd()
    const output = await socket.end()
    expect(output).toMatch(new RegExp(`\nlast\n${marker}0\n$`))
    expect(output).not.toContain('\r')
  })

  test('Disable-Stdin leaves a command without input', async () => {
    expect(await (await exec('cat', ['Disable-Stdin: true'])).end()).toBe(`${marker}0\n`)
  })
})

describe('which command', () => {
  const multipart = 'Content-Type: multipart/form-data; boundary=X'
  const field = (value: string) => `--X\r\nContent-Disposition: form-data; name="command"\r\n\r\n${value}\r\n--X--\r\n`

  test.each([
    ['the query wins over the header', '?command=echo+query', ['Command: echo header'], '', 'echo query'],
    ['an encoded key is a key', '?%63ommand=echo+query', ['Command: echo header'], '', 'echo query'],
    ['a broken pair is skipped', '?command=%zz&command=echo+second', ['Command: echo header'], '', 'echo second'],
    [
      'an empty first value gives way to the header',
      '?command=&command=echo+second',
      ['Command: echo header'],
      '',
      'echo header',
    ],
    ['a pair with a semicolon is dropped', '?command=echo+query;x', ['Command: echo header'], '', 'echo header'],
    ['the key is case-sensitive in the query', '?Command=echo+query', ['Command: echo header'], '', 'echo header'],
    ['the first header wins', '', ['Command: echo first', 'COMMAND: echo second'], '', 'echo first'],
    ['a multipart body wins over the header', '', ['Command: echo header', multipart], field('echo body'), 'echo body'],
    ['the query wins over a multipart body', '?command=echo+query', [multipart], field('echo body'), 'echo query'],
  ])('%s', async (_, query, headers, body, command) => {
    const rack = await startRack()
    const socket = await open(rack, `/apps/myapp/processes/web/exec${query}`, [credentials, ...headers], body)
    expect(await socket.end()).toBe(`${command.replace('echo ', '')}\n${marker}0\n`)
    expect(rack.received[0]).toMatchObject({ app: 'myapp', process: 'web', command })
  })

  test('an urlencoded body on a GET is not read: the connection is cut', async () => {
    const rack = await startRack()
    const opening = open(
      rack,
      '/apps/myapp/processes/web/exec',
      [credentials, 'Content-Type: application/x-www-form-urlencoded'],
      'command=sh',
    )
    await expect(opening).rejects.toThrow('closed in the middle of a response')
  })

  test('run reads the command only from the header', async () => {
    const rack = await startRack()
    const form = 'Content-Type: application/x-www-form-urlencoded'
    const start = 'POST /apps/myapp/services/web/processes?Command=query&command=query'
    const response = await ask(
      rack,
      start,
      [form, 'command: first', 'Command: second', 'Com_mand: third'],
      'Command=body',
    )
    expect(JSON.parse(response.body)).toMatchObject({ command: 'first', service: 'web', status: 'pending' })
    expect(rack.received[0]).toMatchObject({ command: 'first', service: 'web' })
  })

  test('a header is decoded as UTF-8', async () => {
    const rack = await startRack()
    const socket = await open(rack, '/apps/myapp/processes/web/exec', [credentials, 'Command: echo \xc3\xa9'])
    expect(await socket.end()).toContain('é')
    expect(rack.received[0]?.command).toBe('echo é')
  })
})

test('an unknown process is an error in the stream, without a marker', async () => {
  const socket = await open(await startRack(), '/apps/myapp/processes/nosuch/exec', [credentials, 'Command: env'])
  expect(await socket.end()).toBe('ERROR: process not found: nosuch\n')
})
