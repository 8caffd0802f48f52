import { jsonFaults, wordsOfLine } from '@rack-gateway/cli/reference'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPerson, type Person, writeRequestsPolicy } from '../requests/people.ts'
import { callCli, type TestUser } from '../support/convox/cli-call.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

let system: System
let ann: Person
let lead: Person
let made = 0
beforeAll(async () => {
  system = await startSystem({ policyFile: writeRequestsPolicy() })
})
afterAll(() => system.stop())
beforeEach(async () => {
  made += 1
  ann = await createPerson(system, `ann-${made}@example.com`, ['engineering'])
  lead = await createPerson(system, `lead-${made}@example.com`, ['leads'])
})

function runAs({ token }: Person, words: readonly string[], user: TestUser = {}) {
  const env = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token, GATEWAY_RACK: 'staging' }
  return callCli(words, env, user)
}

const restart = ['can', 'restart', '-a', 'myapp']
const deploy = ['request', '--role', 'deployer', '--rack', 'staging', '--for', '1h', '--reason', 'OPS-1 restart']

async function ask(words: readonly string[] = deploy): Promise<string> {
  const { stdout } = await runAs(ann, [...words, '--json'])
  return JSON.parse(stdout).id
}

describe('access requests on the command line', () => {
  test('the command of a denial asks, a reviewer approves, and the call is shown under the grant', async () => {
    const denied = await runAs(ann, restart)
    expect(denied.code).toBe(5)
    const [words = []] = wordsOfLine(/Ask for access: (rack-gateway request .*"[^"]*")/.exec(denied.stdout)?.[1] ?? '')
    const asked = await runAs(ann, words)
    expect(asked.stderr).toBe('')
    expect(asked.code).toBe(0)
    expect(asked.stdout).toContain(`${lead.email} (group:leads)`)
    const [, id = ''] = /requests approve ([0-9a-f-]{36})/.exec(asked.stdout) ?? []

    const waiting = await runAs(lead, ['requests', '--waiting'])
    expect(waiting.stdout).toMatch(new RegExp(`${ann.email} .*pending, answer by .*${id}`))
    const approved = await runAs(lead, ['requests', 'approve', id, '--for', '30m', '--note', 'be quick', '--yes'])
    expect([approved.code, approved.stderr]).toEqual([0, ''])
    expect(approved.stdout).toMatch(/ is (approved|active)\. It gives deployer on staging for myapp /)

    const allowed = await runAs(ann, restart)
    expect(allowed.stdout).toMatch(new RegExp(`Allowed, under the grant ${id} until 2\\d{3}-`))
    expect((await runAs(ann, ['whoami'])).stdout).toMatch(
      new RegExp(`^grant      deployer on staging for myapp, (29|30) minutes left, .*${id}$`, 'm'),
    )
    expect((await system.send('POST', '/apps/myapp/services/web/restart', ann.token)).status).toBe(200)
    const shown = await runAs(lead, ['requests', 'show', id])
    expect(shown.stdout).toMatch(
      /review {2}lead-\d@example\.com \(group:leads\) approved it at .*: 30 minutes: "be quick"/,
    )
    expect(shown.stdout).toMatch(/intent +.*restart .*\n.*outcome/)

    const revoked = await runAs(ann, ['requests', 'revoke', id, '--note', 'done', '--yes'])
    expect(revoked.stdout).toContain(`is over: its grant was revoked by ${ann.email} at`)
    expect((await runAs(ann, restart)).code).toBe(5)
  })

  test('the JSON of each command is as documented', async () => {
    const id = await ask()
    const other = await ask()
    const run = async (name: string, person: Person, ...more: readonly string[]) => {
      const { code, stdout, stderr } = await runAs(person, [...name.split(' '), ...more, '--json'])
      expect([name, code, stderr]).toEqual([name, 0, ''])
      expect(jsonFaults(name, JSON.parse(stdout))).toEqual([])
    }
    await run('requests list', lead, '--waiting')
    await run('requests show', ann, id)
    await run('requests approve', lead, id, '--yes')
    await run('whoami', ann)
    await system.send('POST', '/apps/myapp/services/web/restart', ann.token)
    await run('requests show', lead, id)
    await run('requests list', ann)
    const extended = await runAs(ann, ['request', '--extend', id, '--for', '5m', '--reason', 'more', '--json'])
    expect(jsonFaults('request', JSON.parse(extended.stdout))).toEqual([])
    expect(JSON.parse(extended.stdout)).toMatchObject({ extends: id, role: 'deployer', racks: ['staging'] })
    await run('requests revoke', lead, id, '--yes')
    await run('requests deny', lead, other, '--note', 'no')
    await run('requests cancel', ann, await ask())
    const can = await runAs(ann, ['can', '--json', ...restart.slice(1)])
    expect(jsonFaults('can', JSON.parse(can.stdout))).toEqual([])
  })

  test('step by step at a terminal', async () => {
    const answers = ['2', '', '30m', 'OPS-2 look', 'y']
    const asked: string[] = []
    const askAnn = async (question: string) => {
      asked.push(question)
      return answers.shift() ?? ''
    }
    const { code, stdout, stderr } = await runAs(ann, ['request'], { interactive: true, ask: askAnn })
    expect(asked.at(-1)).toBe('Ask for deployer on staging? [y/N] ')
    expect(stderr).toContain(' 2  deployer on staging (at most 4 hours, 1 review, rule deploy)')
    expect([code, stdout]).toEqual([0, expect.stringContaining('is pending. It needs 1 review by')])
  })

  test('--wait ends when the access request is decided', async () => {
    let told = ''
    const asking = runAs(ann, [...deploy, '--wait'], {
      timeouts: { notice: 1, keychain: 1, keychainAtTerminal: 1, fileLock: 1, requestState: 20 },
      note: (line) => {
        told += line
      },
    })
    await expect.poll(() => told).toContain('Waiting for the reviews.')
    const { stdout } = await runAs(lead, ['requests', '--waiting', '--json'])
    const [{ id }] = JSON.parse(stdout).items.filter(({ user }: { user: { id: string } }) => user.id === ann.id)
    await runAs(lead, ['requests', 'deny', id, '--note', 'not today'])
    const outcome = await asking
    expect(outcome.code).toBe(5)
    expect(outcome.stdout).toMatch(
      new RegExp(
        `${lead.email} \\(group:leads\\) denied it at .*: "not today"\\n.* was denied by ${lead.email} at .*, with the note "not today"\\.\\n$`,
      ),
    )
  })

  test('a second answer says who decided, and one who cannot see it learns nothing', async () => {
    const id = await ask()
    const other = await createPerson(system, `lead2-${made}@example.com`, ['leads'])
    await runAs(lead, ['requests', 'approve', id, '--yes'])
    const again = await runAs(other, ['requests', 'approve', id, '--yes'])
    expect([again.code, again.stdout]).toEqual([2, ''])
    expect(again.stderr).toContain(lead.email)
    const outsider = await createPerson(system, `outsider-${made}@example.com`, [])
    const hidden = await runAs(outsider, ['requests', 'show', id])
    expect(hidden.code).toBe(2)
    expect(hidden.stderr).toContain(`There is no access request ${id} that you can see.`)
    const prefix = await runAs(outsider, ['requests', 'show', id.slice(0, 13)])
    expect(prefix.stderr).toContain('No access request that you can see has an ID that begins with')
    expect((await runAs(outsider, ['requests', '--all'])).code).toBe(5)
  })
})
