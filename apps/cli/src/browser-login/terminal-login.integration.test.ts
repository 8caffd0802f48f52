import { expect, onTestFinished, test } from 'vitest'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { commandLine, createMachine } from '../testing/harness.ts'
import { hasScript, runInTerminal } from '../testing/pseudo-terminal.ts'

test.skipIf(!hasScript)(
  'at a terminal, login asks for the rack of a new name (needs /usr/bin/script of util-linux)',
  async () => {
    const machine = createMachine()
    const me = {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      name: 'ada',
      kind: 'user',
      rack: null,
      expiresAt: new Date(Date.now() + 9e9).toISOString(),
      racks: ['eu-1', 'us-1'],
      roles: [],
    }
    const gateway = await startFakeGateway({ status: 200, body: me })
    onTestFinished(async () => {
      await gateway.close()
      machine.remove()
    })
    const words = commandLine(['login', 'work', gateway.url, '--token', 'rgs_ada'])
    const terminal = runInTerminal(words.map((word) => `'${word}'`).join(' '), machine)
    await terminal.saw('You have roles on several racks of the gateway: eu-1, us-1')
    await terminal.saw('Which one? ')
    terminal.press('us-2\n')
    await terminal.saw('There is no rack "us-2". Did you mean us-1?')
    terminal.press('us-1\n')
    await terminal.saw('Logged in to work as ada.')
    expect(await terminal.ended).toBe(0)
    expect(machine.config()).toMatchObject({ gateways: { work: { rack: 'us-1' } } })
  },
)
