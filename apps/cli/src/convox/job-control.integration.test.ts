import { join } from 'node:path'
import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { commandLine, createMachine, type Machine } from '../testing/harness.ts'
import { isListening } from '../testing/is-listening.ts'
import { hasTerminal, openTerminal, type Terminal, waitForStates } from '../testing/terminal.ts'
import { startTlsGateway } from './relay/testing/tls-gateway.ts'

const token = 'rgs_theRealToken'
const keys = { interrupt: '\u0003', suspend: '\u001a', quit: '\u001c' }

let machine: Machine
beforeEach(() => {
  machine = createMachine()
})
afterEach(() => machine.remove())

/** The command line of the program for a shell. */
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
  const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
  const { origin } = await startTlsGateway({
    onConnection: (socket) => socket.on('data', () => void socket.write(response)),
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

/** Returns the environment of the shell. */
type GatewaySetup = () => Promise<NodeJS.ProcessEnv>

/** The ways to configure the gateway. */
const setups = {
  'at RACK_GATEWAY_URL': async () => ({
    RACK_GATEWAY_URL: await plainGateway(),
    RACK_GATEWAY_TOKEN: token,
    GATEWAY_RACK: 'staging',
  }),
  'in the file': async () => configure(await plainGateway()),
  'with https, through the relay': async () => configure(await tlsGateway()),
}

/** Opens a shell in a terminal. @param convox the value of FAKE_CONVOX */
async function shell(convox: string, setUp: GatewaySetup = setups['with https, through the relay']): Promise<Terminal> {
  return openTerminal({ cwd: machine.cwd, env: { ...machine.env, FAKE_CONVOX: convox, ...(await setUp()) } })
}

interface ConvoxState {
  readonly terminals: readonly boolean[]
  readonly size: readonly number[]
  /** The process ID of convox. `ppid` is that of rack-gateway. */
  readonly pid: number
  readonly ppid: number
  readonly rackUrl: string
}

/** Runs the program until convox has printed its state. */
async function started(terminal: Terminal): Promise<ConvoxState> {
  terminal.enter(line('exec', 'web', 'bash'))
  const [, rackUrl] = await terminal.saw(/"rackUrl":"([^"]+)"/)
  const [state] = await terminal.saw(/\{"terminals".*\}/)
  return { ...JSON.parse(state), rackUrl }
}

async function exitCode(terminal: Terminal): Promise<number> {
  await terminal.prompt()
  terminal.enter('echo "code=$?"')
  const [, code] = await terminal.saw(/code=(\d+)/)
  await terminal.prompt()
  return Number(code)
}

describe.skipIf(!hasTerminal || process.platform !== 'linux')(
  'in a terminal (needs Linux, bash, and /usr/bin/script of util-linux), a command',
  { timeout: 180_000 },
  () => {
    test.each(Object.entries(setups))(
      'with a gateway %s has the real terminal: its size, its keys, and job control',
      async (_, setUp) => {
        const terminal = await shell('terminal', setUp)
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
        await waitForStates(both, /^T$/)
        terminal.resize(77, 22)
        terminal.enter('fg')
        await terminal.saw(/\{"signal":"SIGCONT"\}/)
        terminal.enter('ask')
        await terminal.saw(/"status":200,"body":"(\\")?ok/)
        await waitForStates(both, /^[SRD]$/)

        terminal.press(keys.interrupt)
        expect(await exitCode(terminal)).toBe(130)
        await waitForStates(both, /^gone$/)
        expect(await terminal.modes()).toBe(modes)
      },
    )

    test.each([
      ['0', 0],
      ['7', 7],
      ['255', 255],
    ])('exits with the code of convox: %s', async (code, expected) => {
      const terminal = await shell('terminal')
      await started(terminal)
      terminal.enter(`exit ${code}`)
      expect(await exitCode(terminal)).toBe(expected)
    })

    test('lets convox handle Ctrl-C and Ctrl-\\, each exactly once', async () => {
      const terminal = await shell('terminal keeps')
      const { ppid } = await started(terminal)
      for (const [key, signal] of [
        [keys.interrupt, 'SIGINT'],
        [keys.quit, 'SIGQUIT'],
        [keys.interrupt, 'SIGINT'],
      ] as const) {
        terminal.press(key)
        await terminal.saw(new RegExp(`\\{"signal":"${signal}"\\}`))
        // A second signal would be printed before the response.
        terminal.enter('ask')
        const [output] = await terminal.saw(/[\s\S]*?"status":200/)
        expect(output).not.toContain('SIG')
      }
      await waitForStates([ppid], /^[SRD]$/)
      terminal.enter('exit 3')
      expect(await exitCode(terminal)).toBe(3)
    })

    test('ends at Ctrl-\\ unless convox handles it', async () => {
      const terminal = await shell('terminal')
      const { pid, ppid } = await started(terminal)
      terminal.press(keys.quit)
      expect(await exitCode(terminal)).toBe(131)
      await waitForStates([pid, ppid], /^gone$/)
    })

    test('can be ended with all its processes while it is suspended', async () => {
      const terminal = await shell('terminal')
      const { pid, ppid } = await started(terminal)
      terminal.press(keys.suspend)
      await terminal.saw(/Stopped/)
      terminal.enter('kill %1')
      await waitForStates([pid, ppid], /^gone$/)
    })

    test('passes each key to convox in raw mode, and restores the terminal afterwards', async () => {
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
      ['convox crashes', 'SIGSEGV', 'pid', 139],
      ['the program gets SIGTERM', 'SIGTERM', 'ppid', 143],
      ['the program gets SIGHUP', 'SIGHUP', 'ppid', 129],
    ] as const)('restores the terminal after raw mode, also when %s', async (_, signal, which, code) => {
      const terminal = await shell('raw')
      const modes = await terminal.modes()
      const state = await started(terminal)
      expect(terminal.isRaw()).toBe(true)
      process.kill(state[which], signal)
      expect(await exitCode(terminal)).toBe(code)
      expect(await terminal.modes()).toBe(modes)
      await waitForStates([state.pid, state.ppid], /^gone$/)
    })

    test.each(['terminal', 'raw'])('ends with its relay when the window is closed (%s)', async (convox) => {
      const terminal = await shell(convox)
      const { pid, ppid, rackUrl } = await started(terminal)
      const port = Number(new URL(rackUrl).port)
      expect(await isListening(port)).toBe(true)
      terminal.hangUp()
      await waitForStates([pid, ppid], /^gone$/)
      expect(await isListening(port)).toBe(false)
    })
  },
)
