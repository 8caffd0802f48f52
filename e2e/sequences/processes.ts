import { writeTar } from '@rack-gateway/demo-rack'
import {
  get,
  machines,
  post,
  put,
  remove,
  type Sequence,
  sequence,
  socket,
  step,
  system,
  to,
  toAllButAdmin,
  toEverybody,
  waitWithLogs,
} from './sequence.ts'

const runs = '/apps/myapp/services/command/processes?'
const run = (command: string, headers: Record<string, string> = {}, target = runs) =>
  step('POST', target, { headers: { Command: command, ...headers }, keep: { run: 'id' } })
/** A process of the service `command` that is nobody's own run. */
const task = step('POST', runs, { headers: { Command: 'sleep 3600' }, keep: { task: 'id' }, byOthers: true })
const exec = (process: string, command: string) =>
  socket(`/apps/myapp/processes/{${process}}/exec`, { Command: command, Entrypoint: 'true', Tty: 'false' })
const inRun = (command: string) => [
  get('/apps/myapp/processes/{run}?'),
  get('/apps/myapp/processes/{run}?', { wait: 1_000 }),
  machines,
  exec('run', command),
  remove('/apps/myapp/processes/{run}?'),
]
const attached = (headers: Record<string, string>, command: string) => [run('sleep 3600', headers), ...inRun(command)]
const runRefused = 'POST /apps/myapp/services/command/processes'
const ofTask = { needs: 'a process of another person’s run' }
const archive = writeTar([{ path: 'app/f.txt', content: Buffer.from('copied\n') }]).toString('latin1')
const web = '/apps/myapp/services/web'

/** Processes and services: what runs, is run, executed in, copied, scaled. */
export const processSequences: readonly Sequence[] = [
  sequence('convox ps -s web --release {release}', [
    get('/apps/myapp/processes?release={release}&service=web'),
    get('/apps/myapp/budget?'),
  ]),
  sequence('convox run --detach command bin/pre_release', [run('bin/pre_release')], to(runRefused, 'viewer', 'ops')),
  sequence(
    'convox run --release {older} command bin/pre_release',
    attached({ Release: '{older}' }, 'bin/pre_release'),
    to(runRefused, 'viewer', 'ops'),
  ),
  sequence('convox run command rails console', attached({}, 'rails console'), {
    ...to(runRefused, 'viewer', 'ops'),
    ...to('GET /apps/myapp/processes/{run}/exec', 'deployer', 'ci'),
  }),
  sequence(
    'convox run web sh',
    [run('sleep 3600', {}, `${web}/processes?`), ...inRun('sh')],
    toEverybody(`POST ${web}/processes`),
  ),
  sequence(
    'convox test (of the service web)',
    [
      get('/apps/myapp/releases/{release}?'),
      run('sleep 3600', { Release: '{release}' }, `${web}/processes?`),
      ...inRun('bin/test'),
    ],
    toEverybody(`POST ${web}/processes`),
    { needs: 'a manifest with tests' },
  ),
  sequence(
    'convox exec {task} rake stripe:prepare',
    [task, machines, exec('task', 'rake stripe:prepare')],
    to('GET /apps/myapp/processes/{task}/exec', 'viewer', 'ops', 'ci'),
    ofTask,
  ),
  sequence(
    'convox exec {task} rake db:migrate',
    [task, machines, exec('task', 'rake db:migrate')],
    toAllButAdmin('GET /apps/myapp/processes/{task}/exec'),
    ofTask,
  ),
  sequence(
    'convox cp f.txt {task}:/app/f.txt; convox cp {task}:/app/f.txt back.txt',
    [
      task,
      step('POST', '/apps/myapp/processes/{task}/files?', { file: archive }),
      get('/apps/myapp/processes/{task}/files?file=%2Fapp%2Ff.txt'),
    ],
    to('POST /apps/myapp/processes/{task}/files', 'viewer', 'ops', 'ci'),
    ofTask,
  ),
  sequence(
    'convox ps stop {task}',
    [task, remove('/apps/myapp/processes/{task}?')],
    to('DELETE /apps/myapp/processes/{task}', 'viewer', 'ci'),
    ofTask,
  ),
  sequence(
    'convox scale web --min 1 --max 3',
    [system, put(`${web}?`, { max: '3', min: '1' }), ...waitWithLogs()],
    to(`PUT ${web}`, 'viewer', 'ci'),
  ),
  sequence(
    'convox services update web --count 2',
    [put(`${web}?`, { count: '2' }), ...waitWithLogs()],
    to(`PUT ${web}`, 'viewer', 'ci'),
  ),
  sequence(
    'convox services triggers enable web --cpu 80',
    [system, post(`${web}/triggers/enable?`, { opts: '{"min":0,"max":0,"triggers":[{"type":"cpu","threshold":80}]}' })],
    to(`POST ${web}/triggers/enable`, 'viewer', 'ci'),
  ),
  sequence(
    'convox services triggers threshold-set web',
    [system, post(`${web}/triggers/threshold?`, { type: 'cpu', threshold: '90' })],
    to(`POST ${web}/triggers/threshold`, 'viewer', 'ci'),
    { needs: 'an active override' },
  ),
  sequence(
    'convox services triggers disable web',
    [system, post(`${web}/triggers/disable?`)],
    to(`POST ${web}/triggers/disable`, 'viewer', 'ci'),
  ),
]
