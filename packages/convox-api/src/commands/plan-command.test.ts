import { describe, expect, test } from 'vitest'
import { allCommands } from './command-tables.ts'
import type { CommandContext, PlannedCall } from './definition/types.ts'
import { planCommand } from './plan-command.ts'
import { formatCalls } from './testing/format-calls.ts'

const commands = allCommands()

const context: CommandContext = { appSetting: null, directory: 'myapp', rack: 'rack1', input: 'terminal' }
const app = '/apps/myapp'
const rollout = [`~WS ${app}/logs prefix since`, `~GET ${app}/processes`, `GET ${app}`]
const promotion = (id = '{id}') => [`GET ${app}`, `POST ${app}/releases/${id}/promote force`, ...rollout, `GET ${app}`]
const current = [`GET ${app}/releases limit`, `~GET ${app}/releases/{id}`]
const source = 'tmp/000000000000000000000000000000.tgz'
const built = (...fields: string[]) => [
  'GET /system',
  `POST ${app}/objects/${source}`,
  [`POST ${app}/builds url`, ...fields].join(' '),
  `WS ${app}/builds/{id}/logs`,
  `GET ${app}/builds/{id}`,
]
const released = [`POST ${app}/releases build`, `PUT ${app}/builds/{id} release`]
const external = [
  'GET /system',
  `POST ${app}/builds url external`,
  `PUT ${app}/builds/{id} manifest`,
  `~GET ${app}/builds/{id}`,
  `~POST ${app}/objects/build/B0000000000/logs`,
  `~PUT ${app}/builds/{id} ended logs status`,
  '~POST /events action data',
  ...released,
]
const budget = [`~GET ${app}/budget`, `~GET ${app}/budget/shutdown-state`]
const mask = `~GET ${app}/configs/cli-env-mask`
const maskWritten = [mask, `PUT ${app}/configs/cli-env-mask value`, mask]
const attached = (...headers: string[]) => [
  [`POST ${app}/services/web/processes`, ...headers, 'command'].join(' '),
  `GET ${app}/processes/{pid}`,
  `WS ${app}/processes/{pid}/exec entrypoint command`,
  `~DELETE ${app}/processes/{pid}`,
]
const perConnection = '~WS /proxy/{host}/{port}'
const solvers = ['GET /letsencrypt/config', 'PUT /letsencrypt/config']

/**
 * The calls of each command of the CLI. `~` marks an optional call: the CLI ignores its failure, or makes it only after
 * certain responses.
 */
const table: readonly (readonly [words: string, calls: readonly string[]])[] = [
  ['version', ['GET /system']],
  ['rack', ['GET /system']],
  ['rack params', ['GET /system']],
  ['rack params -g cost', ['~GET /system']],
  ['rack params set idle_timeout=1800', ['GET /system', 'PUT /system parameters']],
  ['rack scale', ['GET /system']],
  ['rack scale -c 4 --type m5.large', ['GET /system', 'PUT /system count type']],
  ['rack update', ['GET /system', 'PUT /system version force']],
  ['rack update 3.24.10', ['GET /system', 'PUT /system version force']],
  ['rack ps', ['GET /system/processes']],
  ['rack ps -a', ['GET /system/processes all']],
  ['rack releases', ['GET /system/releases']],
  ['rack logs --no-follow', ['WS /system/logs prefix follow']],
  ['rack karpenter cleanup', ['POST /system/karpenter/cleanup']],
  ['rack access --role read --duration-in-hours 1', ['GET /system', 'POST /system/jwt/token role durationInHour']],
  ['rack access key rotate', ['PUT /system/jwt/rotate']],
  ['rack resources', ['GET /system', 'GET /resources']],
  ['rack resources info shared', ['GET /system', 'GET /resources/shared']],
  ['rack resources url shared', ['GET /system', 'GET /resources/shared']],
  ['rack resources types', ['GET /system', 'OPTIONS /resources']],
  ['rack resources options postgres', ['GET /system', 'OPTIONS /resources']],
  ['rack resources proxy shared -p 15432', ['GET /system', 'GET /resources/shared', perConnection]],
  [
    'rack resources create postgres -n shared Size=1',
    ['GET /system', 'POST /resources kind parameters', 'GET /resources/{name}'],
  ],
  [
    'rack resources update shared Durable=true',
    ['GET /system', 'PUT /resources/shared parameters', 'GET /resources/shared'],
  ],
  ['rack resources link shared', ['GET /system', 'POST /resources/shared/links app', 'GET /resources/shared']],
  ['rack resources unlink shared', ['GET /system', 'DELETE /resources/shared/links/myapp', 'GET /resources/shared']],
  ['rack resources delete shared', ['GET /system', 'DELETE /resources/shared', 'GET /resources/shared']],

  ['apps', ['GET /apps']],
  ['apps info', [`GET ${app}`]],
  ['apps info other', ['GET /apps/other']],
  ['apps lock', [`PUT ${app} lock`]],
  ['apps unlock -a other', ['PUT /apps/other lock']],
  ['apps delete other', ['DELETE /apps/other', 'GET /apps/other']],
  ['apps create other -g 3 --timeout 60', ['POST /apps name generation timeout', 'GET /apps/other']],
  ['apps params', ['GET /system', `GET ${app}`]],
  ['apps params set BuildCpu=300', ['GET /system', `PUT ${app} parameters`, ...rollout, `GET ${app}`]],
  [
    'apps cancel',
    [`POST ${app}/cancel`, `GET ${app}/releases limit`, `GET ${app}/releases/{id}`, `POST ${app}/releases build env`],
  ],
  [
    'apps export -f app.tgz',
    [
      `GET ${app}`,
      `~GET ${app}/releases/{id}`,
      `~GET ${app}/builds/{id}.tgz`,
      `GET ${app}/resources`,
      `~GET ${app}/resources/{name}/data`,
    ],
  ],
  [
    'apps import copy -f app.tgz',
    [
      'POST /apps name generation',
      'GET /apps/copy',
      '~POST /apps/copy/builds/import',
      '~POST /apps/copy/releases env',
      '~POST /apps/copy/releases/{id}/promote',
      '~PUT /apps/copy/resources/{name}/data',
      '~PUT /apps/copy parameters',
    ],
  ],
  ['balancers', [`GET ${app}/balancers`]],

  ['ps', [`GET ${app}/processes`, ...budget, `~GET ${app}/services`]],
  ['ps -s web --release R1', [`GET ${app}/processes release service`, ...budget, `~GET ${app}/services`]],
  ['ps info p1', [`GET ${app}/processes/p1`]],
  ['ps stop p1', [`DELETE ${app}/processes/p1`]],
  ['logs', [`WS ${app}/logs prefix`]],
  ['logs -s web --no-follow --since 1h30m', [`WS ${app}/services/web/logs prefix follow since`]],
  ['exec web ls', [`WS ${app}/processes/web/exec command`]],
  ['run web rails console', attached()],
  ['run web --release R1 --memory 512 rake x', attached('memory', 'release')],
  ['run --detach web rake x', [`POST ${app}/services/web/processes command`]],
  ['cp f.txt p1:/app/f.txt', [`POST ${app}/processes/p1/files`]],
  ['cp p1:/app/f.txt f.txt', [`GET ${app}/processes/p1/files file`]],
  ['cp p1:/f p2:/f', [`GET ${app}/processes/p1/files file`, `POST ${app}/processes/p2/files`]],
  ['proxy 15432:db.internal:5432 cache:6379', ['~WS /proxy/db.internal/5432', '~WS /proxy/cache/6379']],

  ['env', [...current, mask]],
  ['env --reveal --release R1', [`GET ${app}/releases/R1`]],
  ['env get FOO', [`GET ${app}/releases limit`, `GET ${app}/releases/{id}`]],
  ['env set FOO=bar', [...current, 'GET /system', `POST ${app}/releases env`]],
  ['env set FOO=bar -p', [...current, 'GET /system', `POST ${app}/releases env`, ...promotion()]],
  ['env set --replace FOO=bar', ['GET /system', `POST ${app}/releases env`]],
  ['env unset FOO --release R1', [`GET ${app}/releases/R1`, 'GET /system', `POST ${app}/releases env parent-release`]],
  ['env edit', [...current, 'GET /system', `POST ${app}/releases env`]],
  ['env mask', [mask]],
  ['env mask set FOO', maskWritten],
  ['env mask unset FOO', maskWritten],

  ['releases -l 2', [`GET ${app}`, `GET ${app}/releases limit`]],
  ['releases info R1', [`GET ${app}/releases/R1`, mask]],
  ['releases manifest R1', [`GET ${app}/releases/R1`, `GET ${app}/builds/{id}`]],
  ['releases promote', [`GET ${app}/releases limit`, ...promotion()]],
  ['releases promote R1', promotion('R1')],
  [
    'releases rollback R1',
    [
      `GET ${app}/releases/R1`,
      `POST ${app}/releases build env`,
      `POST ${app}/releases/{id}/promote force`,
      ...rollout,
      `GET ${app}`,
    ],
  ],
  [
    'releases create-from --build-from R1 --use-active-release-env',
    [`GET ${app}`, `GET ${app}/releases/R1`, `GET ${app}/releases/{id}`, `POST ${app}/releases build env description`],
  ],
  [
    'releases create-from --build-from R1 --env-from R2 --promote',
    [
      `GET ${app}`,
      `GET ${app}/releases/R1`,
      `GET ${app}/releases/R2`,
      `POST ${app}/releases build env description`,
      ...promotion(),
    ],
  ],

  ['build', built()],
  ['build -d words --no-cache', built('description', 'no-cache')],
  ['build --external', external],
  ['deploy', [...built(), ...promotion()]],
  ['deploy --external', [...external, ...promotion()]],
  [
    'test --release R1',
    [
      `GET ${app}/releases/R1`,
      `~POST ${app}/services/{service}/processes release command`,
      `~GET ${app}/processes/{pid}`,
      `~WS ${app}/processes/{pid}/exec`,
      `~DELETE ${app}/processes/{pid}`,
    ],
  ],
  [
    'test',
    [
      ...built('development'),
      `GET ${app}/releases/{id}`,
      `~POST ${app}/services/{service}/processes release command`,
      `~GET ${app}/processes/{pid}`,
      `~WS ${app}/processes/{pid}/exec`,
      `~DELETE ${app}/processes/{pid}`,
    ],
  ],
  ['builds -l 2', [`GET ${app}/builds limit`]],
  ['builds info B1', [`GET ${app}/builds/B1`]],
  ['builds logs B1', [`WS ${app}/builds/B1/logs`]],
  ['builds export B1', [`GET ${app}/builds/B1.tgz`]],
  ['builds import', ['GET /system', `POST ${app}/builds/import`]],
  [
    'builds import-image registry.test/image:1 --src-creds-user me',
    [
      `POST ${app}/builds url external`,
      `PUT ${app}/builds/{id} manifest`,
      `POST ${app}/builds/{id}/image image src-creds-user`,
      `GET ${app}/builds/{id}`,
      ...released,
    ],
  ],

  ['services', [`GET ${app}/services`, ...budget]],
  ['services restart web', [`POST ${app}/services/web/restart`]],
  ['services update web --count 2', [`PUT ${app}/services/web count`, ...rollout]],
  ['services triggers enable web --cpu 80', ['GET /system', `POST ${app}/services/web/triggers/enable opts`]],
  ['services triggers disable web', ['GET /system', `POST ${app}/services/web/triggers/disable`]],
  [
    'services triggers threshold-set web --type cpu --threshold 90',
    ['GET /system', `POST ${app}/services/web/triggers/threshold type threshold`],
  ],
  ['restart', [`GET ${app}/services`, `~POST ${app}/services/{service}/restart`]],
  ['scale', [`GET ${app}/services`, `GET ${app}/processes`, ...budget]],
  ['scale web', [`GET ${app}/services`, `GET ${app}/processes`, ...budget]],
  ['scale web --count 3', [`PUT ${app}/services/web count`, ...rollout]],
  ['scale web --min 1 --max 3', ['GET /system', `PUT ${app}/services/web min max`, ...rollout]],
  ['scale web --min 0', ['GET /system', `GET ${app}/services`, `PUT ${app}/services/web min`, ...rollout]],

  ['resources', [`GET ${app}/resources`]],
  ['resources info db', [`GET ${app}/resources/db`]],
  ['resources url db', [`GET ${app}/resources/db`]],
  ['resources console db', [`WS ${app}/resources/db/console`]],
  ['resources export db -f data', [`GET ${app}/resources/db/data`]],
  ['resources import db', [`PUT ${app}/resources/db/data`]],
  ['resources proxy db', [`GET ${app}/resources/db`, perConnection]],

  ['certs', ['GET /certificates']],
  ['certs generate a.test b.test', ['POST /certificates/generate domains']],
  ['certs delete cert-1', ['DELETE /certificates/cert-1']],
  ['certs import pub key --chain c', ['GET /system', 'POST /certificates pub key chain']],
  ['certs renew', ['POST /certificates/myapp/renew']],
  ['ssl', ['GET /system', `GET ${app}/services`, 'GET /certificates']],
  ['ssl update web:443 cert-1', [`GET ${app}`, `PUT ${app}/ssl/web/443 id`, `GET ${app}`]],
  ['letsencrypt dns route53 list', ['GET /letsencrypt/config']],
  ['letsencrypt dns route53 role', ['GET /letsencrypt/config']],
  ['letsencrypt dns route53 add --id 1 --dns-zones a.test --role arn:x', solvers],
  ['letsencrypt dns route53 update --id 1 --dns-zones a.test --role arn:x', solvers],
  ['letsencrypt dns route53 delete --id 1', solvers],

  ['instances', ['GET /instances']],
  ['instances terminate i-1', ['DELETE /instances/i-1']],
  ['instances ssh i-1', ['GET /system', 'WS /instances/i-1/shell']],
  ['instances ssh i-1 df /', ['GET /system', 'WS /instances/i-1/shell command']],
  ['instances keyroll', ['POST /instances/keyroll', '~GET /system', '~PUT /system parameters']],
  ['registries', ['GET /registries']],
  ['registries add r.test user pass', ['POST /registries server username password']],
  ['registries remove https://index.docker.io/v1/', ['GET /system', 'DELETE /registries/https://index.docker.io/v1/']],

  ['configs', [`GET ${app}/configs`]],
  ['config get NAME', [`GET ${app}/configs/NAME`]],
  ['config set NAME --value x', [`PUT ${app}/configs/NAME value`]],
  [
    'config set NAME -f file --restart',
    [`PUT ${app}/configs/NAME value`, `GET ${app}/services`, `~POST ${app}/services/{service}/restart`],
  ],
  ['cost', [`GET ${app}/cost`]],
  ['deploy-debug -s web --no-events', [`GET ${app}/diagnose services events`]],
  ['budget show shop', ['GET /apps/shop/budget', '~GET /apps/shop/services', '~GET /apps/shop/budget/shutdown-state']],
  [
    'budget set shop --monthly-cap 100',
    ['~GET /apps/shop/cost', 'POST /apps/shop/budget ack_by monthly-cap-usd alert-threshold-percent at-cap-action'],
  ],
  ['budget set shop --pricing-adjustment 0.7', ['POST /apps/shop/budget ack_by pricing-adjustment']],
  [
    'budget cap raise shop --monthly-cap 200',
    ['~GET /apps/shop/cost', 'POST /apps/shop/budget ack_by monthly-cap-usd'],
  ],
  ['budget clear shop', ['DELETE /apps/shop/budget ack_by']],
  ['budget reset shop --force', ['POST /apps/shop/budget/reset ack_by']],
  ['budget reset shop -f --force-clear-cooldown', ['POST /apps/shop/budget/reset ack_by force_clear_cooldown']],
  ['budget simulate-shutdown shop', ['POST /apps/shop/budget/simulate-shutdown']],
  ['budget dismiss-recovery shop', ['POST /apps/shop/budget/dismiss-recovery ack_by']],

  ['api get /system/capacity', ['GET /system/capacity']],
  ['api get /apps/shop/releases?limit=1', ['GET /apps/shop/releases limit']],
]

function plan(words: string, where: Partial<CommandContext> = {}) {
  return planCommand(words === '' ? [] : words.split(' '), { ...context, ...where })
}

function callsOf(words: readonly string[], where: Partial<CommandContext> = {}): readonly PlannedCall[] {
  const planned = planCommand(words, { ...context, ...where })
  if (planned.kind !== 'calls') throw new Error(`${words.join(' ')} is ${planned.kind}`)
  return planned.calls
}

describe('the calls of a command', () => {
  test.each(table)('convox %s', (words, calls) => {
    expect(formatCalls(plan(words))).toEqual(calls)
  })

  test('are known for every command', () => {
    const asking = commands.filter(({ effect }) => effect !== 'local').map(({ name }) => name)
    const tried = table.map(([words]) => plan(words)).flatMap((one) => (one.kind === 'calls' ? [one.command] : []))
    expect(asking.filter((name) => !tried.includes(name))).toEqual([])
  })

  test('have every path parameter, unless only the rack has it', () => {
    const steps = commands.flatMap(({ effect }) => (typeof effect === 'string' ? [] : effect))
    for (const { route, paths } of steps) {
      const invocation = { args: ['a:1'], flags: new Map(), context }
      const named = [...route.path.matchAll(/\{([a-z]+)/g)].map(([, name = '']) => name)
      for (const sources of paths(invocation)) expect(Object.keys(sources)).toEqual(expect.arrayContaining(named))
    }
  })

  test('send only parameters that the route takes', () => {
    for (const { effect } of commands) {
      if (typeof effect === 'string') continue
      for (const { route, query, form, headers } of effect) {
        const names = (fields: typeof query) => fields.map(({ name }) => name).filter((name) => name !== 'tar-extra')
        expect(route.query).toEqual(expect.arrayContaining(names(query)))
        expect(route.form).toEqual(expect.arrayContaining(names(form)))
        expect([...route.headers, ...route.refusedHeaders]).toEqual(expect.arrayContaining(names(headers)))
      }
    }
  })
})

describe('commands that make no call', () => {
  test.each([
    '',
    'help',
    'help apps',
    '-v',
    '--version',
    'racks',
    'switch staging',
    'login console.example.com -t token',
    'update',
    'start web',
    'cloud apps -i machine',
    'runtimes org',
    'workflows',
    'workflows run 1',
    'rack install aws name',
    'rack uninstall name',
    'rack mv a b',
    'rack kubeconfig',
    'rack sync',
    'rack runtimes',
    'rack runtime attach id',
    'cp a b',
    'ps --help',
    'ps -h',
    'run web -wh',
  ])('convox %s', (words) => {
    expect(plan(words).kind).toBe('local')
  })

  test('the version, without a rack', () => {
    expect(plan('version', { rack: null }).kind).toBe('local')
  })
})

describe('commands that cannot be predicted', () => {
  test.each([
    ['an unknown command', 'frobnicate'],
    ['flags before the command', '-a myapp ps'],
    ['an unknown flag', 'ps --strange'],
    ['a flag of the command to run, without --', 'run web ls -la'],
    ['too few arguments', 'exec web'],
    ['too many arguments', 'ps stop p1 p2'],
    ['part of a longer command', 'rack access key'],
    ['an invalid number', 'builds -l two'],
    ['a path of dots', 'ps info ..'],
    ['a path that contains a query', 'ps info p1?x=1'],
    ['a path that would be truncated', 'ps info p1#x'],
    ['a path with more segments', 'ps info p1/logs'],
    ['a path that some programs escape', "ps info it's"],
    ['an escape', 'ps info %70'],
    ['an empty app name', 'apps delete '],
    ['a relative path in a process', 'cp p1:tmp/x y'],
    ['a proxy without a host', 'proxy :5432'],
    ['a path without a slash', 'api get apps'],
    ['a path that no route has', 'api get /nosuch'],
    ['a path of another rack', 'api get /rack/other/apps'],
    ['a path of the management API', 'api get /gateway/api/v1/racks'],
    ['a GET of a websocket’s path', 'api get /apps/myapp/processes/p1/exec'],
    ['a probe of the CLI', 'api get /machines'],
    ['a missing value', 'config set NAME'],
    ['a count and a range', 'scale web --count 1 --min 1'],
    ['a size for no service', 'scale --count 1'],
    ['two sources of a build', 'releases create-from --build-from R1 --use-active-release-build --env-from R1'],
    ['a flag that convox sends as a form of a GET', 'certs --generated'],
  ])('%s', (_, words) => {
    expect(plan(words)).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/^\S.*[^.]$/) })
  })

  test.each([
    ['a directory name that is not a path segment', { directory: 'My App' }],
    ['the root directory', { directory: '/' }],
    ['a setting that other programs trim', { appSetting: '\ufeffmyapp' }],
    ['a setting of dots', { appSetting: '..' }],
  ])('%s', (_, where) => {
    expect(plan('ps', where).kind).toBe('unknown')
  })

  test('a confirmation without a terminal', () => {
    expect(plan('budget reset shop', { input: 'stream' }).kind).toBe('unknown')
    expect(plan('budget reset shop', { input: 'terminal' }).kind).toBe('calls')
  })

  test('with text that UTF-8 or a header cannot represent', () => {
    for (const word of ['a\ufffdb', 'a\0b', '\ud800', 'x'.repeat(300_000)]) {
      expect(planCommand(['exec', 'web', word], context).kind).toBe('unknown')
    }
  })

  test('a command that a header cannot carry', () => {
    for (const word of ['a\nb', 'a\x7fb', ' ', '']) {
      expect(planCommand(['run', '-d', 'web', word], context).kind).toBe('unknown')
      expect(planCommand(['exec', 'web', word], context).kind).toBe('unknown')
    }
    expect(planCommand(['logs', '--filter', 'a\nb'], context).kind).toBe('unknown')
  })
})

describe('the app', () => {
  test('comes from --app, .convox/app, or the directory, in this order', () => {
    const where = { appSetting: ' shop\n', directory: 'dir' }
    expect(callsOf(['ps', '-a', 'web'], where)[0]?.app).toBe('web')
    expect(callsOf(['ps', '--app=web'], where)[0]?.app).toBe('web')
    expect(callsOf(['ps', '--app', ''], where)[0]?.app).toBe('shop')
    expect(callsOf(['ps'], { ...where, appSetting: '\n' })[0]?.app).toBe('dir')
    expect(callsOf(['apps', 'info', 'web', '-a', 'other'], where)[0]?.app).toBe('web')
  })

  test('is null for routes of the rack', () => {
    expect(callsOf(['rack', 'resources', 'unlink', 'shared'])[1]).toMatchObject({ app: null, params: { app: 'myapp' } })
  })
})

describe('the command to run', () => {
  test('attached: the run has the duration, and the exec has the command', () => {
    const [start, , exec, stop] = callsOf(['run', '-t', '60', 'web', 'rake', 'a b', '--', '-x'])
    expect(start?.command).toEqual({ header: 'sleep 60', by: 'run' })
    expect(exec?.command).toEqual({ header: 'rake a b -x', by: 'exec' })
    expect(exec?.process).toEqual({ id: null, service: 'web', own: 'yes' })
    expect(stop?.process).toEqual({ id: null, service: 'web', own: 'yes' })
  })

  test('detached: the run has the command', () => {
    expect(callsOf(['run', '--detach', 'web', 'rake', 'x'])).toHaveLength(1)
    expect(callsOf(['run', '--detach=false', 'web', 'rake', 'x'])).toHaveLength(4)
    expect(callsOf(['run', '-d', 'web', 'rake', 'x'])[0]).toMatchObject({
      service: 'web',
      command: { header: 'rake x', by: 'run' },
    })
  })

  test('is sent as UTF-8, one character per byte, without spaces around it', () => {
    const [call] = callsOf(['exec', 'web', ' echo', 'é '])
    expect(call?.command?.header).toBe('echo Ã©')
  })

  test('in a process whose service is unknown', () => {
    const unknown = { service: null, own: 'unknown' }
    expect(callsOf(['exec', 'web', 'ls'])[0]?.process).toEqual({ id: 'web', ...unknown })
    expect(callsOf(['ps', 'stop', 'p1'])[0]?.process).toEqual({ id: 'p1', ...unknown })
    expect(callsOf(['cp', 'a', 'p1:/b'])[0]?.process).toEqual({ id: 'p1', ...unknown })
    expect(callsOf(['ps', 'info', 'p1'])[0]?.process).toBeNull()
  })

  test('has the release that it runs from', () => {
    expect(callsOf(['run', '-d', 'web', 'x'])[0]?.release).toBeNull()
    expect(callsOf(['run', '-d', '--release', 'R1', 'web', 'x'])[0]?.release).toEqual({ id: 'R1' })
    const runs = callsOf(['test']).filter(({ route }) => route.permission === 'process:run')
    expect(runs.map(({ release }) => release)).toEqual([{ id: null }])
  })
})

describe('the keys of an environment', () => {
  const environment = (words: string, where: Partial<CommandContext> = {}) =>
    callsOf(words.split(' '), where).find(({ route }) => route.id === 'POST /apps/{app}/releases')?.environment

  test.each([
    ['env set A=1 B=x=y A=2 noise', { named: ['A', 'B'], others: 'none' }],
    ['env unset A B', { named: ['A', 'B'], others: 'none' }],
    ['env set A=1 --replace', { named: ['A'], others: 'possible' }],
    ['env set A=1 --release R1', { named: ['A'], others: 'possible' }],
    ['env edit', { named: [], others: 'possible' }],
    ['releases rollback R1', { named: [], others: 'possible' }],
    ['apps cancel', { named: [], others: 'possible' }],
    ['build --external', null],
  ])('%s', (words, expected) => {
    expect(environment(words)).toEqual(expected)
  })

  test('can also be read from standard input', () => {
    expect(environment('env set A=1', { input: 'stream' })).toEqual({ named: ['A'], others: 'possible' })
    expect(environment('env unset A', { input: 'stream' })).toEqual({ named: ['A'], others: 'none' })
  })
})

describe('parameters that the gateway rejects for every principal', () => {
  test.each<[words: string, rule: string, index: number]>([
    ['run web --gpu 1 -d x', 'refused-header', 0],
    ['run web --node-labels a=b -d x', 'refused-header', 0],
    ['run web --use-service-volume=false -d x', 'refused-header', 0],
    ['cp a p1:/b --tar-extra --owner=root', 'unknown-parameter', 0],
    ['build --build-args A=1 --build-args RACK_URL', 'invalid-parameter', 2],
    ['deploy --build-args A=1,B', 'invalid-parameter', 2],
    ['build --manifest ../convox.yml', 'invalid-parameter', 2],
    ['build --external --manifest /convox.yml', 'invalid-parameter', 1],
    ['api get /system?all=1', 'unknown-parameter', 0],
    ['api get /apps/a/releases?limit=1&limit=2', 'ambiguous-parameters', 0],
  ])('%s', (words, rule, index) => {
    expect(callsOf(words.split(' '))[index]?.parameterError?.rule).toBe(rule)
  })

  test.each(['build --build-args A=1 --build-args B=2,C= --manifest a/convox.yml', 'build --external=1 --no-cache'])(
    'not %s',
    (words) => {
      expect(callsOf(words.split(' ')).filter(({ parameterError }) => parameterError !== null)).toEqual([])
    },
  )
})
