import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandList, jsonFaults, jsonShapes, loadAllCommands } from '@rack-gateway/cli/reference'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { callCli } from '../support/convox/cli-call.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

let system: System
let machine: Machine
let admin: TestUser
let viewer: TestUser
let event: string
let alarm: string
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', rackNames: ['staging'] })
  machine = createMachine(null)
  admin = await createUser(system, 'admin')
  viewer = await createUser(system, 'viewer')
  write('policy.yaml', 'version: 1\nroles:\n  support: { extends: [viewer], permissions: [service:restart] }\n')
  write('broken.yaml', 'version: 2\n')
  write('claims.json', JSON.stringify({ iss: 'https://token.actions.githubusercontent.com', repository_id: '2' }))
  write(
    'a.cases.yaml',
    'version: 1\ncases:\n  one:\n    who: { roles: [viewer] }\n    convox: apps\n    expect: { effect: allow, rule: role:viewer }\n',
  )
  write('config.json', JSON.stringify({ gateways: { staging: { url: system.url, rack: 'staging' } } }))
  await system.get('/rack/staging/apps', viewer.token)
  const search = await call('audit', 'search', '--limit', '1')
  event = JSON.parse(search.stdout).items[0].id
  alarm = (await system.app.audit.record({ kind: 'audit.inconsistent', detail: { problem: 'hash' } })).id
})
afterAll(async () => {
  machine.remove()
  await system.stop()
})

function write(name: string, text: string): void {
  writeFileSync(join(machine.project, name), text, { mode: 0o600 })
}

/** These commands need the configuration file. The others use the environment instead. */
const ofFile = new Set(['login', 'logout', 'switch', '--offline'])

function call(...words: readonly string[]) {
  const automation = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: admin.token, GATEWAY_RACK: 'staging' }
  const own = words.some((word) => ofFile.has(word)) ? { RACK_GATEWAY_TOKEN_STORE: 'file' } : automation
  const env = { ...own, CONVOX_CONFIG: join(machine.project, 'convox') }
  const seat = { cwd: machine.project, configPath: join(machine.project, 'config.json') }
  return callCli([...words, ...(words[0] === 'can' ? [] : ['--json'])], env, seat)
}

const trust = [
  '--role',
  'ci',
  '--provider',
  'github',
  '--with',
  'repositoryId=1',
  '--with',
  'repositoryOwnerId=2',
  '--with',
  'ref=refs/heads/x',
]
const bindingOf = async () => JSON.parse((await call('bindings', 'list', '--user', viewer.email)).stdout)[0].id
const sessionOf = async (email: string) =>
  (await system.issuer.issueSession({ email, device: 'other', expiresAt: Date.now() + 3_600_000 })).id

/** Each command as it is typed, in the order in which one makes what the next one needs. */
const typed: readonly (readonly [name: string, words: () => readonly string[] | Promise<readonly string[]>])[] = [
  ['racks', () => ['racks']],
  ['login', () => ['login', 'work', system.url, '--as-rack', 'staging', '--token', viewer.token]],
  ['racks', () => ['racks']],
  ['switch', () => ['switch', 'work']],
  ['whoami', () => ['whoami', '--offline']],
  ['logout', () => ['logout', 'work']],
  ['url', () => ['url']],
  ['convox-login', () => ['convox-login']],
  ['whoami', () => ['whoami']],
  ['can', () => ['can', '--json', 'env', 'set', 'A=b', '-a', 'web']],
  ['can', () => ['can', '--json', '--as', viewer.email, 'apps', 'delete', 'web']],
  ['can', () => ['can', '--json', 'help']],
  ['sessions list', () => ['sessions']],
  [
    'sessions revoke-all',
    async () => ['sessions', 'revoke-all', '--user', (await createUser(system, 'viewer')).email, '--yes'],
  ],
  ['sessions revoke', async () => ['sessions', 'revoke', await sessionOf(admin.email), '--yes']],
  ['service-accounts create', () => ['service-accounts', 'create', 'robot']],
  ['service-accounts list', () => ['service-accounts']],
  [
    'bindings create',
    () => ['bindings', 'create', 'viewer', '--service-account', 'robot', '--expires', '9d', '--reason', 'a test'],
  ],
  ['bindings list', () => ['bindings']],
  ['tokens create', () => ['tokens', 'create', 'mine', '--role', 'viewer', '--source', '127.0.0.1']],
  ['tokens create', () => ['tokens', 'create', 'its', '--permission', 'app:list', '--service-account', 'robot']],
  ['tokens list', () => ['tokens', '--ended']],
  ['tokens show', () => ['tokens', 'show', 'mine']],
  ['tokens rotate', () => ['tokens', 'rotate', 'mine']],
  ['tokens owner', () => ['tokens', 'owner', 'mine', '--service-account', 'robot']],
  ['tokens revoke', () => ['tokens', 'revoke', 'mine', '--yes']],
  ['service-accounts disable', () => ['service-accounts', 'disable', 'robot', '--yes']],
  ['service-accounts enable', () => ['service-accounts', 'enable', 'robot']],
  ['trusts create', () => ['trusts', 'create', 'jobs', ...trust]],
  ['trusts list', () => ['trusts']],
  ['trusts show', () => ['trusts', 'show', 'jobs']],
  ['trusts test', () => ['trusts', 'test', 'claims.json']],
  ['trusts delete', () => ['trusts', 'delete', 'jobs', '--yes']],
  ['users list', () => ['users']],
  ['users groups', () => ['users', 'groups']],
  ['users invitations', () => ['users', 'invitations', '--all']],
  ['access review', () => ['access', 'review']],
  ['users show', () => ['users', 'show', viewer.email]],
  ['users lock', () => ['users', 'lock', viewer.email, '--reason', 'a test', '--yes']],
  ['users unlock', () => ['users', 'unlock', viewer.email]],
  ['bindings delete', async () => ['bindings', 'delete', await bindingOf(), '--yes']],
  ['policy check', () => ['policy', 'check', 'policy.yaml']],
  ['policy check', () => ['policy', 'check', 'broken.yaml']],
  ['policy test', () => ['policy', 'test', '.']],
  ['policy diff', () => ['policy', 'diff', '@in-force', 'policy.yaml']],
  ['policy impact', () => ['policy', 'impact', 'policy.yaml']],
  ['policy impact', () => ['policy', 'impact', '--would-be', '--rack', 'staging', '--until', '1s']],
  ['policy suggest', () => ['policy', 'suggest', '--output', 'suggested']],
  ['audit search', () => ['audit', 'search']],
  ['audit histogram', () => ['audit', 'histogram']],
  ['audit show', () => ['audit', 'show', event]],
  ['audit alarms', () => ['audit', 'alarms']],
  ['audit acknowledge', () => ['audit', 'acknowledge', alarm, '--reason', 'a test']],
  ['audit recordings', () => ['audit', 'recordings']],
  ['audit verify', () => ['audit', 'verify']],
  ['audit verify-proof', () => ['audit', 'verify-proof', join(machine.project, 'config.json')]],
  ['completion bash', () => ['completion', 'bash']],
  ['completion zsh', () => ['completion', 'zsh']],
  ['completion fish', () => ['completion', 'fish']],
  ['completion powershell', () => ['completion', 'powershell']],
  ['completion words', () => ['completion', 'words', 'tokens', 'cr']],
  ['doctor', () => ['doctor']],
  ['version', () => ['version']],
]

/** Commands that are tested where their fixtures are: requests.test.ts, step-up/rack-gateway.test.ts, cli-people.test.ts, cli-audit.test.ts, session-recordings-live.test.ts, and login.integration.test.ts of `ci login` itself. */
const elsewhere = [
  ...['list', 'show', 'approve', 'deny', 'cancel', 'revoke'].map((action) => `requests ${action}`),
  'request',
  ...['list', 'add', 'rename', 'remove', 'backup-codes', 'test'].map((action) => `mfa ${action}`),
  ...['users reset-factors', 'users invite', 'users uninvite', 'audit tail', 'audit end', 'ci login'],
]

describe('--json matches the reference exactly', () => {
  test.each(typed)('%s', async (name, words) => {
    const { stdout, stderr } = await call(...(await words()))
    expect(stderr).not.toMatch(/unexpected|needs|there is no/)
    expect(jsonFaults(name, JSON.parse(stdout))).toEqual([])
  })

  test('every command that has the flag is tried', async () => {
    const commands = await loadAllCommands(commandList)
    const withJson = commands.filter(({ module }) => 'json' in module.builder).map(({ name }) => name)
    expect(Object.keys(jsonShapes).toSorted()).toEqual(withJson.toSorted())
    expect([...new Set([...typed.map(([name]) => name), ...elsewhere])].toSorted()).toEqual(withJson.toSorted())
  })

  test('completion suggests the apps that the caller can see', async () => {
    const env = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: admin.token, GATEWAY_RACK: 'staging' }
    const { stdout } = await callCli(['completion', 'words', '--json', '--next', '--', 'ps', '-a'], env, {
      configPath: join(machine.project, 'config.json'),
    })
    const words = JSON.parse(stdout).words.map(({ word }: { readonly word: string }) => word)
    const shown = await system.get('/rack/staging/apps', admin.token)
    expect(words.length).toBeGreaterThan(0)
    expect(words).toEqual(JSON.parse(shown.body).map(({ name }: { readonly name: string }) => name))
  })

  test('a member more, or one less, or no shape at all, would be seen', () => {
    expect(jsonFaults('users nobody', [])).toEqual(['the JSON of users nobody has no shape'])
    const group = { name: 'a', members: 1, bindings: 2 }
    expect(jsonFaults('users groups', [group])).toEqual([])
    for (const wrong of [
      { name: 'a', members: 1 },
      { ...group, bindings: '2' },
      { ...group, more: 1 },
    ])
      expect(jsonFaults('users groups', [wrong])).not.toEqual([])
  })
})
