import { rawJwt } from '@rack-gateway/auth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { callCli, type TestUser as Seat } from '../support/convox/cli-call.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

let system: System
let admin: TestUser
let viewer: TestUser
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
  admin = await createUser(system, 'admin')
  viewer = await createUser(system, 'viewer')
})
afterAll(() => system.stop())

const as = (token: string) => ({ RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token })
const run = (words: readonly string[], token = admin.token, seat: Seat = {}) => callCli(words, as(token), seat)
const json = async (...words: readonly string[]) => JSON.parse((await run([...words, '--json'])).stdout)
const works = async (token: string) => (await system.get('/rack/staging/apps', token)).status === 200
const answering = (response: string): Seat & { asked: string[] } => {
  const asked: string[] = []
  return {
    interactive: true,
    asked,
    ask: async (question) => {
      asked.push(question)
      return response
    },
  }
}

describe('tokens', () => {
  test('create prints the token alone, and everything else on stderr', async () => {
    const made = await run(['tokens', 'create', 'nightly', '--role', 'viewer', '--expires', '2d'], viewer.token)
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/^rgt_[0-9A-Za-z]{63}\n$/)
    expect(made.stderr).toMatch(
      new RegExp(
        `^nightly of ${viewer.email}: viewer on \\*/\\*\\. It expires on \\d{4}-.*Z\\. This is the only time that it is shown:\n$`,
      ),
    )
    expect(await works(made.stdout.trim())).toBe(true)
    const listed = await run(['tokens'], viewer.token)
    expect(listed.stdout).toMatch(/^ID +NAME +OWNER +BINDINGS +LAST USED \(UTC\) +EXPIRES$/m)
    expect(listed.stdout).toMatch(new RegExp(` nightly +${viewer.email} +viewer on \\*/\\* .*expires in 1 day$`, 'm'))
    expect(listed.stdout).not.toContain(made.stdout.trim())
    const shown = await run(['tokens', 'show', 'nightly'], viewer.token)
    expect(shown.stdout).toContain(`begins with  ${made.stdout.slice(0, 16)}`)
    expect(shown.stdout).not.toContain(made.stdout.trim())
  })

  test('takes permissions, patterns, one rack, networks and a service account', async () => {
    await run(['service-accounts', 'create', 'reports'])
    await run(['bindings', 'create', 'viewer', '--service-account', 'reports'])
    const words = ['tokens', 'create', 'narrow', '--permission', 'app:list', '--permission', 'log:read']
    const narrow = ['--apps', 'web-*', '--only-rack', 'staging', '--source', '127.0.0.0/8', '--source', '::1/128']
    const made = await json(...words, ...narrow, '--service-account', 'reports', '--reason', 'a test')
    expect(made).toMatchObject({
      owner: { kind: 'service-account', name: 'reports' },
      rack: 'staging',
      sources: ['127.0.0.0/8', '::1/128'],
      bindings: [{ permissions: ['app:list', 'log:read'], racks: 'staging', apps: 'web-*', reason: 'a test' }],
    })
    expect((await run(['tokens', 'list', '--owner', 'reports'])).stdout).toContain(
      'app:list, log:read on staging/web-*',
    )
    expect(await json('tokens', 'list', '--owner', viewer.email)).not.toContainEqual(
      expect.objectContaining({ name: 'narrow' }),
    )
  })

  test('rotate gives another one; without an overlap the old one ends at once, after a question', async () => {
    const first = (await run(['tokens', 'create', 'turning', '--role', 'viewer'])).stdout.trim()
    const second = await run(['tokens', 'rotate', 'turning', '--overlap', '2h'])
    expect(second.stdout).toMatch(/^rgt_\w{63}\n$/)
    expect(second.stderr).toContain('The previous secret stays valid for 2 hours.')
    expect([await works(first), await works(second.stdout.trim())]).toEqual([true, true])
    const unasked = await run(['tokens', 'rotate', 'turning', '--overlap', '0s'])
    expect(unasked).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('Pass --yes to confirm it.') })
    const third = await run(['tokens', 'rotate', 'turning', '--overlap', '0s', '--yes'])
    await expect.poll(() => works(second.stdout.trim())).toBe(false)
    expect(await works(third.stdout.trim())).toBe(true)
  })

  test('revoke asks at a terminal, and revokes only after yes', async () => {
    const token = (await run(['tokens', 'create', 'doomed', '--role', 'viewer'])).stdout.trim()
    for (const response of ['', 'n', 'yes please', 'Nope']) {
      const seat = answering(response)
      expect(await run(['tokens', 'revoke', 'doomed'], admin.token, seat)).toMatchObject({ code: 130, stdout: '' })
      expect(seat.asked).toEqual([`Revoke the API token doomed of ${admin.email}? [y/N] `])
    }
    expect(await works(token)).toBe(true)
    expect((await run(['tokens', 'revoke', 'doomed'])).code).toBe(2)
    expect((await run(['tokens', 'revoke', 'doomed'], admin.token, answering('y'))).stdout).toContain('is revoked')
    await expect.poll(() => works(token)).toBe(false)
    expect((await run(['tokens', 'revoke', 'doomed', '--yes'])).stderr).toContain('There is no API token named doomed')
    expect(await json('tokens', 'list', '--ended')).toContainEqual(
      expect.objectContaining({ name: 'doomed', revokedAt: expect.any(String) }),
    )
  })

  test('an ambiguous name is rejected with the IDs, and each ID is accepted', async () => {
    const ids: string[] = []
    for (const token of [admin.token, viewer.token])
      ids.push(JSON.parse((await run(['tokens', 'create', 'twin', '--role', 'viewer', '--json'], token)).stdout).id)
    const { code, stderr } = await run(['tokens', 'revoke', 'twin', '--yes'])
    const sentence = '2 API tokens are named twin. Name the API token by its ID'
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)])
    for (const id of ids) expect(stderr).toContain(id)
    expect((await run(['tokens', 'revoke', ids[1] ?? '', '--yes'])).stdout).toContain(
      `twin of ${viewer.email} is revoked`,
    )
    expect((await run(['tokens', 'show', 'twim'])).stderr).toContain(
      'There is no API token named twim. Did you mean twin?',
    )
  })

  test('owner gives it to another user, and lists the remaining steps', async () => {
    const made = JSON.parse(
      (await run(['tokens', 'create', 'passed on', '--role', 'viewer', '--json'], viewer.token)).stdout,
    )
    const given = await run(['tokens', 'owner', 'passed on', '--user', admin.email])
    expect(given.stdout).toBe(`The API token passed on belongs to ${admin.email}.\n`)
    expect(given.stderr).toContain(`rack-gateway tokens rotate ${made.id}`)
    expect((await run(['tokens', 'owner', 'passed on'])).stderr).toContain('An API token has one owner.')
  })

  test.each<[words: string[], sentence: string]>([
    [['create', 'x'], 'An API token needs either a role or permissions.'],
    [
      ['create', 'x', '--role', 'viewer', '--permission', 'app:list'],
      'An API token needs either a role or permissions.',
    ],
    [['create', 'x', '--role', 'viewer', '--expires', 'soon'], '--expires is not a time. Use how long from now'],
    [['create', 'x', '--role', 'viewer', '--expires', '2020-01-01'], 'is in the past'],
    [
      ['create', 'x', '--role', 'viewer', '--expires', '999999d'],
      'An API token can have these permissions for at most 365 days',
    ],
    [['create', 'x', '--role', 'nobody-has-this'], 'There is no role nobody-has-this. The roles are'],
    [
      ['rotate', 'x', '--overlap', '24'],
      '--overlap has no unit: put s, m, h, or d after the number. Use a duration from 0s to 7d, such as 30m.',
    ],
  ])('%j ends with 2', async (words, sentence) => {
    const { code, stdout, stderr } = await run(['tokens', ...words])
    expect([stdout, stderr]).toEqual(['', expect.stringContaining(sentence)])
    expect(code).toBe(2)
  })

  test('a token with a role that the caller cannot grant causes exit code 5, and the denial of the gateway is shown', async () => {
    const { code, stdout, stderr } = await run(['tokens', 'create', 'x', '--role', 'admin'], viewer.token)
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toContain('(rule insufficient-authority)')
    expect(stderr).toContain(
      'You cannot create an admin token because you do not have the role admin on all racks and apps.',
    )
  })
})

describe('users', () => {
  test('are listed, shown, locked with a reason and unlocked, by their email address in any case', async () => {
    const ada = await createUser(system, 'viewer')
    expect((await run(['users'])).stdout).toMatch(new RegExp(`^${ada.id} +${ada.email} `, 'm'))
    const token = (await run(['tokens', 'create', 'of ada', '--role', 'viewer'], ada.token)).stdout.trim()
    const lock = ['users', 'lock', ada.email.toUpperCase(), '--reason', 'left']
    expect((await run(lock)).code).toBe(2)
    expect(await works(token)).toBe(true)
    const locked = await run([...lock, '--yes'])
    expect(locked.stdout).toMatch(
      new RegExp(`^${ada.email} is locked\\.\nThese API tokens .*:\nID .*\n\\S+ +of ada +expires in 89 days\n`),
    )
    expect(locked.stderr).toContain('rack-gateway tokens owner ID --service-account NAME')
    await expect.poll(() => works(token)).toBe(false)
    expect((await run(['users', 'show', ada.email])).stdout).toMatch(/^locked +\d.*: left$/m)
    const refused = await run(['whoami'], ada.token)
    expect([refused.code, refused.stdout]).toEqual([4, ''])
    expect(refused.stderr).toMatch(/^(rack-gateway: )?Your account is locked\. Ask an administrator to unlock it/)
    expect(refused.stderr).not.toContain('RACK_URL')
    expect((await run(['users', 'unlock', ada.id])).stdout).toContain(`${ada.email} is unlocked`)
    await expect.poll(() => works(token)).toBe(true)
    expect((await run(['users', 'lock', ada.email])).stderr).toContain('users lock needs --reason')
    expect((await run(['users', 'show', `x${ada.email}`])).stderr).toContain(`Did you mean ${ada.email}?`)
  })

  test('with one email address at two identity providers are listed apart, and each has a name of its own', async () => {
    const ada = await createUser(system, 'viewer')
    const [other] = await system.sql`
      insert into gateway.users (id, issuer, subject, email)
      values (gen_random_uuid(), 'https://accounts.google.com', ${ada.email}, ${ada.email}) returning id`
    const google = `${ada.email}/accounts.google.com`
    const { stdout } = await run(['users'])
    expect(stdout).toMatch(/^ID +EMAIL +ISSUER +GROUPS/m)
    expect(stdout).toMatch(new RegExp(`^${ada.id} +${ada.email} +local `, 'm'))
    expect(stdout).toMatch(new RegExp(`^${other?.id} +${ada.email} +accounts\\.google\\.com `, 'm'))
    const names = `${ada.email}/local, ${google}`
    const unclear = await run(['users', 'show', ada.email])
    expect(unclear.stderr.split(/[ ,\n]+/)).toEqual(expect.arrayContaining(names.split(', ')))
    expect((await run(['users', 'show', google.toUpperCase()])).stdout).toContain(other?.id)

    const can = (who: string) => run(['can', '--as', who, '--rack', 'staging', 'apps'])
    expect((await can(ada.email)).stderr).toContain(names)
    expect((await can(`${ada.email}/local`)).stdout).toContain('Allowed: convox apps')
    const refused = await can(google)
    expect([refused.code === 0, refused.stdout.includes('Allowed')]).toEqual([false, false])
  })

  test('are denied with exit code 5 for a caller without the permission', async () => {
    expect(await run(['users'], viewer.token)).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('Only administrators can list users. You have the role viewer.'),
    })
    expect(await run(['users', 'lock', admin.id, '--reason', 'x', '--yes'], viewer.token)).toMatchObject({ code: 5 })
  })
})

describe('sessions', () => {
  test("can be revoked by an administrator's API token, also those of other users", async () => {
    const made = await run(['tokens', 'create', 'ender', '--role', 'admin', '--expires', '1d'])
    const token = made.stdout.trim()
    const other = await createUser(system, 'viewer')
    const yes = answering('y')
    expect(await run(['sessions', 'revoke', other.session.toUpperCase()], token, yes)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^The session on .* is revoked\.\n$/),
    })
    expect(yes.asked).toEqual([
      `Revoke the session ${other.session}, which is not yours, and close its connections? [y/N] `,
    ])
    await expect.poll(() => works(other.token)).toBe(false)
    const { stderr } = await run(['sessions'], token)
    expect(stderr).toContain(
      'An API token or job owns no tokens or sessions. List the items of everyone, or of one user.',
    )
    expect(stderr).not.toContain('gateway:session:write')
    const lesser = await run(['tokens', 'create', 'lesser', '--role', 'viewer', '--expires', '1d'], viewer.token)
    expect((await run(['sessions'], lesser.stdout.trim())).stderr).toContain('gateway:session:write')
  })

  test('are described to their owner by device, and their IDs are case-insensitive', async () => {
    const own = await createUser(system, 'viewer')
    const yes = answering('y')
    expect(await run(['sessions', 'revoke', own.session.toUpperCase()], own.token, yes)).toMatchObject({ code: 0 })
    expect(yes.asked).toEqual([expect.stringMatching(/^Revoke your session on .*, the one that this command uses/)])
  })
})

describe('alarms', () => {
  test('keep their first acknowledgment, and accept the ID in any case', async () => {
    const { id } = await system.app.audit.record({ kind: 'audit.inconsistent', detail: { problem: 'hash' } })
    const other = await createUser(system, 'admin')
    const acknowledge = (reason: string, token = admin.token) =>
      run(['audit', 'acknowledge', id.toUpperCase(), '--reason', reason], token)
    const by = `, by ${admin.email} at 20`
    expect((await acknowledge('restored')).stderr).toContain(`The alarm is acknowledged${by}`)
    expect((await acknowledge('restored', other.token)).stderr).toContain(`The alarm is acknowledged${by}`)
    expect((await acknowledge('something else', other.token)).stderr).toContain(`was acknowledged before${by}`)
    expect(await run(['audit', 'alarms', '--limit', '201'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--limit is not a number from 1 to 200'),
    })
  })
})

describe('bindings', () => {
  test('are created for users and groups, listed by name, and deleted', async () => {
    const ada = await createUser(system, null)
    const words = ['bindings', 'create', 'ops', '--user', ada.email, '--racks', 'production', '--apps', 'web-*']
    const added = await run([...words, '--expires', '12h', '--reason', 'incident 7'])
    expect(added.stdout).toMatch(
      new RegExp(
        `^Created the binding \\S{36}: ops on production/web-\\* for user ${ada.email}, expires in 1[12] hours\\.\n$`,
      ),
    )
    const listed = await run(['bindings', '--user', ada.email])
    expect(listed.stdout).toMatch(
      new RegExp(` user ${ada.email} +ops +production/web-\\* +expires in 1[12] hours +incident 7$`, 'm'),
    )
    const [{ id }] = await json('bindings', 'list', '--user', ada.email)
    expect((await run(['bindings', 'delete', id])).code).toBe(2)
    const no = answering('n')
    const what = `delete the binding of ops on production/web-* for user ${ada.email}`
    expect(await run(['bindings', 'delete', id], admin.token, no)).toEqual({
      code: 130,
      stdout: '',
      stderr: `Not confirmed, so this was not done: ${what}\n`,
    })
    expect(no.asked).toEqual([`D${what.slice(1)}? [y/N] `])
    expect(
      await run(['bindings', 'delete', id.replace(/.$/, id.endsWith('0') ? '1' : '0')], admin.token, no),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^There is no binding .*\. List the bindings with: rack-gateway bindings\n$/),
    })
    expect((await run(['bindings', 'delete', id.toUpperCase(), '--yes'])).stdout).toContain(
      `Deleted the binding ${id}: ops on production/web-* for user ${ada.email}`,
    )
    expect(await run(['bindings', '--user', ada.email])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'There are no bindings.\n',
    })
    expect(await json('bindings', 'create', 'viewer', '--group', 'deployers')).toMatchObject([
      { subject: { kind: 'group', id: 'deployers', name: 'deployers' }, expiresAt: null },
    ])
    expect((await run(['users', 'groups'])).stdout).toMatch(/^deployers +0 +1$/m)
  })

  const scopesOf = (bindings: readonly { racks: string; apps: string }[]) =>
    bindings.map(({ racks, apps }) => `${racks}/${apps}`)

  test('of several racks and apps are one for each combination, repeated or with commas', async () => {
    const create = ['bindings', 'create', 'ops', '--group', 'night shift']
    expect(scopesOf(await json(...create, '--racks', 'staging,production', '--apps', 'web'))).toEqual([
      'staging/web',
      'production/web',
    ])
    const made = await run([...create, '--racks', 'staging', '--racks', 'production', '--apps', 'api,db'])
    expect(made.stdout.match(/on (\S+) for group night shift\.$/gm)).toHaveLength(4)
    const token = await json('tokens', 'create', 'both', '--role', 'viewer', '--racks', 'staging,production')
    expect(scopesOf(token.bindings).toSorted()).toEqual(['production/*', 'staging/*'])
    const trust = await json(...trustOf('both racks'), '--racks', 'staging', '--racks', 'production')
    expect(scopesOf(trust.bindings).toSorted()).toEqual(['production/web', 'staging/web'])
  })

  test('are created once: the second time names the first one, and those before it stay', async () => {
    const create = ['bindings', 'create', 'ops', '--group', 'once', '--racks']
    const [{ id }] = await json(...create, 'production')
    expect(await run([...create, 'production'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `The subject already has this role on the same racks and apps, with the same expiry: binding ${id}. Nothing was changed. To change its expiry or its reason, delete that binding first.\n`,
    })
    const sameOnly = await run([...create, 'production', '--if-missing', '--json'])
    expect(sameOnly).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: `The subject already has this role on the same racks and apps, with the same expiry: binding ${id}.\n`,
    })
    const partly = await run([...create, 'staging,production', '--json'])
    expect([partly.code, scopesOf(JSON.parse(partly.stdout))]).toEqual([2, ['staging/*']])
    expect(await json('bindings', 'list', '--group', 'once')).toHaveLength(2)
    const others = await run([...create, 'production,staging', '--apps', '*,web', '--if-missing'])
    expect([others.code, others.stdout.match(/^Created the binding .*/gm)]).toEqual([
      0,
      [expect.stringContaining('web'), expect.stringContaining('web')],
    ])
    expect(await run(['bindings', 'create', 'no-such-role', '--group', 'once', '--if-missing'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no role no-such-role.'),
    })
  })

  test('are deleted once: with --if-exists, the second time succeeds', async () => {
    const [{ id }] = await json('bindings', 'create', 'ops', '--group', 'briefly')
    const remove = ['bindings', 'delete', id, '--yes']
    expect(await run([...remove, '--if-exists'])).toMatchObject({ code: 0, stderr: '' })
    expect(await run([...remove, '--if-exists'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `There is no binding ${id}.\n`,
    })
    expect(await run(remove)).toEqual({
      code: 2,
      stdout: '',
      stderr: `There is no binding ${id}. List the bindings with: rack-gateway bindings\n`,
    })
  })

  test('for a rack that does not exist are refused before anything is created, unless they are for later', async () => {
    const create = ['bindings', 'create', 'viewer', '--group', 'misspelled', '--racks']
    const refused = await run([...create, 'staging,prodction'])
    expect(refused).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('The rack "prodction" does not exist. Did you mean production?'),
    })
    expect(await json('bindings', 'list', '--group', 'misspelled')).toEqual([])
    const invited = await run(['users', 'invite', 'x@example.com', '--role', 'viewer', '--racks', 'prodction'])
    expect(invited.code).not.toBe(0)
    const accepted = await run([...create, 'staging,prodction', '--allow-unknown-racks', '--json'])
    expect(accepted.stderr).toContain('Warning: No rack matches "prodction" now.')
    expect(scopesOf(JSON.parse(accepted.stdout)).toSorted()).toEqual(['prodction/*', 'staging/*'])
  })

  test('for racks that no rack matches are given with a warning, also of tokens; a token for one such rack is refused', async () => {
    const words = ['bindings', 'create', 'viewer', '--group', 'deployers', '--racks', 'nope-*']
    const warning = 'Warning: No rack matches "nope-*" now.'
    const given = await run(words)
    expect([given.code, given.stderr]).toEqual([0, expect.stringContaining(warning)])
    const made = await run(['tokens', 'create', 'early', '--role', 'viewer', '--racks', 'nope-*', '--json'])
    expect(made.stderr).toContain(warning)
    expect(JSON.parse(made.stdout)).toMatchObject({ warnings: [expect.stringContaining('No rack matches')] })
    const refused = await run(['tokens', 'create', 'x', '--role', 'viewer', '--only-rack', 'nope'])
    expect([refused.code === 0, refused.stderr]).toEqual([
      false,
      expect.stringContaining('The rack "nope" does not exist.'),
    ])
  })

  test('are given to service accounts, API tokens and trusts, by their names', async () => {
    await run(['service-accounts', 'create', 'pipeline'])
    await run(['bindings', 'create', 'ci', '--service-account', 'pipeline'])
    await run(['tokens', 'create', 'pipeline token', '--role', 'ci', '--service-account', 'pipeline'])
    await run(trustOf('pipeline-jobs'))
    for (const [flag, name, kind] of [
      ['--service-account', 'pipeline', 'service-account'],
      ['--token', 'pipeline token', 'api-token'],
      ['--trust', 'pipeline-jobs', 'trust'],
    ] as const) {
      expect(await json('bindings', 'create', 'viewer', flag, name, '--apps', 'x')).toMatchObject([
        { subject: { kind, name } },
      ])
      const listed = await json('bindings', 'list', flag, name)
      expect(listed.map(({ role }: { role: string }) => role).toSorted()).toEqual(['ci', 'viewer'])
    }
  })

  test.each([
    [['create', 'ops'], 'A binding needs a subject.'],
    [['create', 'ops', '--user', 'a', '--group', 'b'], 'A binding has one subject'],
    [['create', 'ops', '--user', 'nobody@example.org'], 'There is no user named nobody@example.org'],
    [['create'], 'bindings create needs <role>'],
    [['delete', 'not-an-id', '--yes'], ''],
  ])('%j ends with 2', async (words, sentence) => {
    expect(await run(['bindings', ...words])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    })
  })
})

function trustOf(name: string): string[] {
  const fields = ['repositoryId=74', 'repositoryOwnerId=65', 'ref=refs/heads/main', 'events=push,release']
  return [
    'trusts',
    'create',
    name,
    '--role',
    'ci',
    '--apps',
    'web',
    '--provider',
    'github',
    ...fields.flatMap((text) => ['--with', text]),
  ]
}

describe('trusts', () => {
  test('are made from a template, shown, listed and revoked', async () => {
    const made = await run([...trustOf('deploy web'), '--max-age', '10m', '--expires', '30d', '--reason', 'a test'])
    expect(made.stdout).toMatch(/^The trust deploy web is created \(\S{36}\)\. Its jobs get ci on \*\/web\.\n$/)
    expect(made.stderr).toContain(`rack-gateway ci login ${system.url} --trust "deploy web"`)
    const { stdout } = await run(['trusts', 'show', 'deploy web'])
    expect(stdout).toContain('{"claim":"event_name","oneOf":["push","release"]}')
    expect(stdout).toMatch(/^session +600 s at most$/m)
    expect((await run(['trusts'])).stdout).toMatch(/ deploy web +https:\/\/token\.actions\S+ +ci on \*\/web$/m)
    expect((await run(['trusts', 'delete', 'deploy web'])).code).toBe(2)
    expect((await run(['trusts', 'delete', 'deploy web', '--yes'])).stdout).toContain('is deleted')
    expect((await run(['trusts'])).stdout).not.toContain('deploy web')
    expect((await run(['trusts', 'list', '--revoked'])).stdout).toMatch(/ deploy web .* revoked /)
  })

  test('are made from an issuer and claims', async () => {
    const words = ['trusts', 'create', 'own ci', '--role', 'ci', '--issuer', 'https://ci.example.com']
    const claims = [
      '--claim',
      'sub=job',
      '--claim',
      'event=push',
      '--claim',
      'event=tag',
      '--claim-like',
      'ref=refs/heads/*',
    ]
    expect(await json(...words, ...claims)).toMatchObject({
      issuer: 'https://ci.example.com',
      conditions: [
        { claim: 'sub', equals: 'job' },
        { claim: 'event', oneOf: ['push', 'tag'] },
        { claim: 'ref', pattern: 'refs/heads/*' },
      ],
    })
  })

  test('are tested with the claims of a job, from a file or a pipe', async () => {
    const issuer = 'https://tested.example.com'
    await run(['trusts', 'create', 'tested', '--role', 'ci', '--issuer', issuer, '--claim', 'sub=job'])
    const at = Math.floor(Date.now() / 1_000)
    const claims = { iss: issuer, aud: system.url, sub: 'job', iat: at, exp: at + 60 }
    const test = (input: string, ...words: readonly string[]) =>
      run(['trusts', 'test', '-', ...words], admin.token, { readInput: async () => input })
    const admitted = await test(JSON.stringify(claims))
    expect([admitted.code, admitted.stdout]).toEqual([
      0,
      expect.stringMatching(/^The trust "tested" admits this job, if .*\n"tested" matches\n/),
    ])
    const token = rawJwt({ alg: 'ES256', kid: 'x' }, { ...claims, sub: 'job\u001b[2J', aud: 'x' })
    const denied = await test(`${token}\n`)
    expect(denied.code).toBe(3)
    expect(denied.stdout).toMatch(/^No trust admits this job\. The claim aud is "x"\. /)
    expect(denied.stdout).toContain('failed check audience: ')
    expect(denied.stdout).toContain('"tested" does not match\n  sub is "job\\u001b[2J", and it must be "job".\n')
    expect(JSON.parse((await test(token, '--json')).stdout)).toMatchObject({ verified: false, admitted: false })
    for (const input of ['', '[1]', '{"iss":', 'a-secret'])
      expect(await test(input)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/stdin is neither the token of a job nor a JSON object(?!.*a-secret)/),
      })
  })

  test.each([
    [['--role', 'ci'], 'A trust needs a provider or an issuer.'],
    [
      ['--role', 'ci', '--issuer', 'https://ci.example.com'],
      'A trust without claims would accept all jobs of the issuer.',
    ],
    [['--role', 'ci', '--provider', 'githup'], 'Did you mean github?'],
    [['--role', 'ci', '--provider', 'github', '--claim', 'a=b'], '--with belongs to --provider'],
    [['--role', 'ci', '--provider', 'github', '--with', 'ref'], 'ref is not a value of --with'],
    [['--role', 'ci', '--provider', 'github', '--with', 'nonsense=1'], ''],
    [['--role', 'ci', '--provider', 'github', '--with', 'provider=gitlab'], '--with cannot name the provider.'],
    [['--role', 'ci', '--provider', 'github', '--with', 'ref=a', '--with', 'ref=b'], '--with names ref twice.'],
    [
      ['--role', 'ci', '--issuer', 'https://x.example.com', '--claim', 'a=b', '--max-age', '3600'],
      '--max-age has no unit: put s, m, h, or d after the number. Use a duration from 1m to 1d, such as 30m.',
    ],
    [['--provider', 'github'], 'trusts create needs --role'],
  ])('%j ends with 2', async (words, sentence) => {
    expect(await run(['trusts', 'create', 'x', ...words])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    })
  })
})

test('service accounts are disabled, which stops their tokens, and enabled again', async () => {
  expect((await run(['service-accounts', 'create', 'stopped'])).stderr).toContain(
    'bindings create ROLE --service-account stopped',
  )
  await run(['bindings', 'create', 'viewer', '--service-account', 'stopped'])
  const made = await run(['tokens', 'create', 'of stopped', '--role', 'viewer', '--service-account', 'stopped'])
  expect((await run(['service-accounts', 'disable', 'stopped'])).code).toBe(2)
  expect((await run(['service-accounts', 'disable', 'stopped', '--yes'])).stdout).toContain('is disabled')
  await expect.poll(() => works(made.stdout.trim())).toBe(false)
  expect((await run(['service-accounts'])).stdout).toMatch(/ stopped .* disabled \d/)
  expect((await run(['service-accounts', 'enable', 'stopped'])).stdout).toContain('is enabled')
  await expect.poll(() => works(made.stdout.trim())).toBe(true)
  expect((await run(['service-accounts', 'create', 'stopped'])).code).toBe(2)
})

test('on a terminal a row is a line of it, with the whole id', async () => {
  const { stdout } = await run(['bindings'], admin.token, { columns: 100 })
  const lines = stdout.trimEnd().split('\n')
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
  for (const line of lines.slice(1)) expect(line).toMatch(/^[0-9a-f-]{36} /)
})

test.each([
  ['bindings', 60],
  ['bindings', 40],
  ['tokens', 60],
  ['tokens', 40],
  ['users', 40],
  ['audit search', 80],
])('%s in a terminal of %i columns is a block for each row, of whole cells', async (words, columns) => {
  const wide = await run(words.split(' '), admin.token)
  const { stdout } = await run(words.split(' '), admin.token, { columns })
  const blocks = stdout.trimEnd().split('\n\n')
  for (const block of blocks) expect(block).toMatch(/^ID: [0-9a-f-]{36}$/m)
  expect(stdout).not.toContain('…')
  if (words !== 'audit search') expect(blocks).toHaveLength(wide.stdout.trimEnd().split('\n').length - 1)
})

test('a list contains the items of all its pages', async () => {
  for (let made = 0; made < 205; made++) await system.issuer.user(`crowd-${made}@example.com`)
  expect((await json('users')).length).toBeGreaterThan(205)
  expect((await run(['users', 'show', 'crowd-204@example.com'])).code).toBe(0)
})
