import { join } from 'node:path'
import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { commandLine, createMachine, type Machine } from '../testing/harness.ts'
import { isListening } from '../testing/is-listening.ts'
import { hasTerminal, openTerminal, type Terminal, untilEach } from '../testing/terminal.ts'
import { startTlsGateway } from './relay/testing/tls-gateway.ts'

const token = 'rgs_theRealToken'
const keys = { interrupt: '\u0003', suspend: '\u001a', quit: '\u001c' }

let machine: Machine
beforeEach(() => {
  machine = createMachine()
})
afterEach(() => machine.remove())

/** The whole program, as a line for a shell. */
const line = (...words: readonly string[]) =>
  commandLine(['--no-precheck', ...words])
    .map((word) => `'${word}'`)
    .join(' ')

async function plainGateway(): Promise<string> {
  const { url, close } = await startFakeGateway({ status: 200, body: 'ok' })
  onTestFinished(close)
  return url
}

async function tlsGateway(): Promise<string> {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
  const { origin } = await startTlsGateway({
    onConnection: (socket) => socket.on('data', () => void socket.write(answer)),
  })
  return origin
}

function configure(url: string): NodeJS.ProcessEnv {
  machine.write(join(machine.home, 'config', 'root.pem'), root)
  machine.configure({
    gateways: { staging: { url, rack: 'staging', ...(url.startsWith('https:') && { ca: 'root.pem' }) } },
    tokens: { staging: { token } },
  })
  return {}
}

type Way = () => Promise<NodeJS.ProcessEnv>

/** How the program finds the gateway: each gives what the shell's environment has of it. */
const ways = {
  'at RACK_GATEWAY_URL': async () => ({
    RACK_GATEWAY_URL: await plainGateway(),
    RACK_GATEWAY_TOKEN: token,
    GATEWAY_RACK: 'staging',
  }),
  'that the file names': async () => configure(await plainGateway()),
  'with https, through the relay': async () => configure(await tlsGateway()),
}

/** A shell in a terminal where convox does as it is told. */
async function shell(convox: string, find: Way = ways['with https, through the relay']): Promise<Terminal> {
  return openTerminal({ cwd: machine.cwd, env: { ...machine.env, FAKE_CONVOX: convox, ...(await find()) } })
}

interface Said {
  readonly terminals: readonly boolean[]
  readonly size: readonly number[]
  /** Of convox, and of what runs it: the program. */
  readonly pid: number
  readonly ppid: number
  readonly rackUrl: string
}

/** Runs the program until convox has said what it is run in. */
async function started(terminal: Terminal): Promise<Said> {
  terminal.enter(line('exec', 'web', 'bash'))
  const [, rackUrl] = await terminal.saw(/"rackUrl":"([^"]+)"/)
  const [said] = await terminal.saw(/\{"terminals".*\}/)
  return { ...JSON.parse(said), rackUrl }
}

async function exitCode(terminal: Terminal): Promise<number> {
  await terminal.prompt()
  terminal.enter('echo "code=$?"')
  const [, code] = await terminal.saw(/code=(\d+)/)
  await terminal.prompt()
  return Number(code)
}

describe.skipIf(!hasTerminal || process.platform !== 'linux')(
  'in a terminal (runs on Linux with bash and /usr/bin/script of util-linux), a command',
  { timeout: 180_000 },
  () => {
    test.each(Object.entries(ways))(
      'at a gateway %s has the terminal itself: its size, its keys, and its place among the jobs of the shell',
      async (_, find) => {
        const terminal = await shell('terminal', find)
        terminal.resize(90, 30)
        const modes = await terminal.modes()
        const { terminals, size, pid, ppid } = await started(terminal)
        const both = [pid, ppid]
        expect({ terminals, size }).toEqual({ terminals: [true, true, true], size: [90, 30] })

        terminal.resize(111, 44)
        await terminal.saw(/\{"size":\[111,44\]\}/)

        terminal.press(keys.suspend)
        await terminal.saw(/Stopped/)
        await terminal.prompt()
        await untilEach(both, /^T$/)
        terminal.resize(77, 22)
        terminal.enter('fg')
        await terminal.saw(/\{"signal":"SIGCONT"\}/)
        terminal.enter('ask')
        await terminal.saw(/"status":200,"body":"(\\")?ok/)
        await untilEach(both, /^[SRD]$/)

        terminal.press(keys.interrupt)
        expect(await exitCode(terminal)).toBe(130)
        await untilEach(both, /^gone$/)
        expect(await terminal.modes()).toBe(modes)
      },
    )

    test.each([
      ['0', 0],
      ['7', 7],
      ['255', 255],
    ])('ends with the exit code of convox: %s', async (code, expected) => {
      const terminal = await shell('terminal')
      await started(terminal)
      terminal.enter(`exit ${code}`)
      expect(await exitCode(terminal)).toBe(expected)
    })

    test('leaves it to convox what Ctrl-C and Ctrl-\\ mean, which gets each of them once', async () => {
      const terminal = await shell('terminal keeps')
      const { ppid } = await started(terminal)
      for (const [key, signal] of [
        [keys.interrupt, 'SIGINT'],
        [keys.quit, 'SIGQUIT'],
        [keys.interrupt, 'SIGINT'],
      ] as const) {
        terminal.press(key)
        await terminal.saw(new RegExp(`\\{"signal":"${signal}"\\}`))
        // A second one would be told before the answer.
        terminal.enter('ask')
        const [told] = await terminal.saw(/[\s\S]*?"status":200/)
        expect(told).not.toContain('SIG')
      }
      await untilEach([ppid], /^[SRD]$/)
      terminal.enter('exit 3')
      expect(await exitCode(terminal)).toBe(3)
    })

    test('is ended by Ctrl-\\ where convox does not mind', async () => {
      const terminal = await shell('terminal')
      const { pid, ppid } = await started(terminal)
      terminal.press(keys.quit)
      expect(await exitCode(terminal)).toBe(131)
      await untilEach([pid, ppid], /^gone$/)
    })

    test('is ended as a whole while it is suspended', async () => {
      const terminal = await shell('terminal')
      const { pid, ppid } = await started(terminal)
      terminal.press(keys.suspend)
      await terminal.saw(/Stopped/)
      terminal.enter('kill %1')
      await untilEach([pid, ppid], /^gone$/)
    })

    test('in raw mode gives convox each key as it is, and the terminal is as before afterwards', async () => {
      const terminal = await shell('raw')
      const modes = await terminal.modes()
      await started(terminal)
      expect(terminal.isRaw()).toBe(true)
      for (const [key, bytes] of [
        [keys.interrupt, '03'],
        [keys.suspend, '1a'],
        [keys.quit, '1c'],
        ['\r', '0d'],
        ['\u0000', '00'],
        ['é', 'c3a9'],
      ] as const) {
        terminal.press(key)
        await terminal.saw(new RegExp(`\\{"key":"${bytes}"\\}`))
      }
      terminal.press('q')
      expect(await exitCode(terminal)).toBe(0)
      expect(await terminal.modes()).toBe(modes)
    })

    test.each([
      ['convox is killed', 'SIGKILL', 'pid', 137],
      ['convox breaks down', 'SIGSEGV', 'pid', 139],
      ['the program is told to end', 'SIGTERM', 'ppid', 143],
      ['the program is told that nobody is there', 'SIGHUP', 'ppid', 129],
    ] as const)('in raw mode leaves the terminal as it was, also when %s', async (_, signal, which, code) => {
      const terminal = await shell('raw')
      const modes = await terminal.modes()
      const said = await started(terminal)
      expect(terminal.isRaw()).toBe(true)
      process.kill(said[which], signal)
      expect(await exitCode(terminal)).toBe(code)
      expect(await terminal.modes()).toBe(modes)
      await untilEach([said.pid, said.ppid], /^gone$/)
    })

    test.each(['terminal', 'raw'])('ends when its window is closed, and its relay with it (%s)', async (convox) => {
      const terminal = await shell(convox)
      const { pid, ppid, rackUrl } = await started(terminal)
      const port = Number(new URL(rackUrl).port)
      expect(await isListening(port)).toBe(true)
      terminal.hangUp()
      await untilEach([pid, ppid], /^gone$/)
      expect(await isListening(port)).toBe(false)
    })
  },
)
