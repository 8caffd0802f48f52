import { readFileSync } from 'node:fs'
import { hasTerminal, openTerminal, type Terminal } from '@rack-gateway/cli/testing/terminal'
import { certificatePath } from '@rack-gateway/testing/certificates'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTlsFront } from '../support/callers/connection.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'

const convox = process.env.CONVOX_BIN ?? null

/** The native convox in a person's terminal, started by `rack-gateway`, which relays it to a gateway over verified TLS. */
describe.skipIf(convox === null || !hasTerminal)(
  'the native convox in a terminal (runs when CONVOX_BIN names it, with bash and /usr/bin/script of util-linux)',
  { timeout: 180_000 },
  () => {
    let system: System
    let front: { readonly url: string; stop(): Promise<void> }
    let machine: Machine
    let token: string
    let terminal: Terminal
    beforeAll(async () => {
      system = await startSystem()
      token = await system.token('admin')
      front = await startTlsFront(system.url)
      machine = createMachine(convox)
    })
    afterAll(async () => {
      machine.remove()
      await front.stop()
      await system.stop()
    })
    beforeEach(async () => {
      const gateway = { RACK_GATEWAY_URL: front.url, RACK_GATEWAY_TOKEN: token, GATEWAY_RACK: 'staging' }
      const env = { ...machine.env, ...gateway, NODE_EXTRA_CA_CERTS: certificatePath('self-signed') }
      terminal = await openTerminal({ cwd: machine.project, env })
    })

    const rackGateway = (...words: readonly string[]) => {
      const [program, args] = builtCommand('rack-gateway', words)
      terminal.enter([program, ...args].map((word) => `'${word}'`).join(' '))
    }
    const exitCode = async () => {
      await terminal.prompt()
      terminal.enter('echo "code=$?"')
      const [, code] = await terminal.saw(/code=(\d+)/)
      await terminal.prompt()
      return Number(code)
    }

    test('a shell in a process has its size, and returns its exit code', async () => {
      terminal.resize(97, 31)
      const modes = await terminal.modes()
      rackGateway('exec', 'web', 'bash')
      await terminal.saw(/\$ /)
      terminal.enter('stty size')
      await terminal.saw(/31 97/)
      terminal.enter('exit 4')
      expect(await exitCode()).toBe(4)
      expect(await terminal.modes()).toBe(modes)
    })

    test('each key goes to the process as it is pressed, and the terminal is as before when all has ended', async () => {
      const modes = await terminal.modes()
      terminal.enter('echo "shell=$$"')
      const [, shell] = await terminal.saw(/shell=(\d+)/)
      await terminal.prompt()
      rackGateway('exec', 'web', 'cat')
      await expect.poll(() => terminal.isRaw()).toBe(true)
      for (const key of ['k', '\u0003', '\u001a', '\u001c', 'é']) {
        terminal.press(key)
        await terminal.saw(new RegExp(key))
      }
      const [convoxPid] = childrenOf(childrenOf(Number(shell))[0])
      process.kill(convoxPid ?? 0, 'SIGKILL')
      expect(await exitCode()).toBe(137)
      expect(await terminal.modes()).toBe(modes)
    })

    test('a log is suspended, continues, and is ended by Ctrl-C', async () => {
      rackGateway('logs')
      await terminal.saw(/\d{4}-\d\d-\d\dT/)
      terminal.press('\u001a')
      await terminal.saw(/Stopped/)
      await terminal.prompt()
      terminal.enter('fg')
      await terminal.saw(/logs/)
      terminal.press('\u0003')
      expect(await exitCode()).toBe(130)
    })
  },
)

/** Process ids. */
function childrenOf(pid: number | undefined): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}
