import {
  get,
  post,
  put,
  racks,
  remove,
  type Sequence,
  sequence,
  socket,
  step,
  system,
  to,
  toAllButAdmin,
  toEverybody,
} from './sequence.ts'

/** Console mode has one after `convox switch`. */
export const currentRack = 'a current rack in its settings'
const needsCurrent = { needs: currentRack }
const polled = [system, get('/resources/shared?'), get('/resources/shared?')]

/** The rack itself: what it is, what changes it, its resources, instances and registries. */
export const rackSequences: readonly Sequence[] = [
  sequence('convox rack params', [system]),
  sequence('convox rack scale', [system]),
  sequence('convox rack scale -c 4', [system, put('/system?', { count: '4' })], toEverybody('PUT /system')),
  sequence(
    'convox rack scale -t m5.large',
    [system, put('/system?', { type: 'm5.large' })],
    toEverybody('PUT /system'),
  ),
  sequence(
    'convox rack update 3.24.10',
    [system, put('/system?', { force: 'false', version: '3.24.10' })],
    toEverybody('PUT /system'),
  ),
  sequence('convox rack releases', [get('/system/releases?')]),
  sequence('convox rack ps -a', [get('/system/processes?all=true')], to('GET /system/processes', 'ci')),
  sequence(
    'convox rack logs --no-follow',
    [racks, socket('/system/logs', { Follow: 'false', Prefix: 'true' })],
    to('GET /system/logs', 'viewer', 'ci'),
  ),
  sequence(
    'convox rack karpenter cleanup',
    [post('/system/karpenter/cleanup?')],
    toEverybody('POST /system/karpenter/cleanup'),
  ),
  sequence('convox rack access key rotate', [put('/system/jwt/rotate?')], toEverybody('PUT /system/jwt/rotate')),
  sequence(
    'convox rack access --role read --duration-in-hours 1',
    [system, post('/system/jwt/token?', { role: 'read', durationInHour: '1' })],
    toEverybody('POST /system/jwt/token'),
    needsCurrent,
  ),
  sequence('convox api get /system/capacity', [get('/system/capacity?')]),

  sequence(
    'convox rack resources create postgres -n shared',
    [system, post('/resources?', { kind: 'postgres', name: 'shared', parameters: '' }), ...polled],
    toEverybody('POST /resources'),
  ),
  sequence('convox rack resources', [system, get('/resources?')], toAllButAdmin('GET /resources')),
  sequence(
    'convox rack resources info shared',
    [system, get('/resources/shared?')],
    toAllButAdmin('GET /resources/shared'),
  ),
  sequence(
    'convox rack resources url shared',
    [system, get('/resources/shared?')],
    toAllButAdmin('GET /resources/shared'),
  ),
  sequence(
    'convox rack resources types',
    [system, step('OPTIONS', '/resources?')],
    toAllButAdmin('OPTIONS /resources'),
  ),
  sequence(
    'convox rack resources options postgres',
    [system, step('OPTIONS', '/resources?')],
    toAllButAdmin('OPTIONS /resources'),
  ),
  sequence(
    'convox rack resources link shared -a myapp',
    [system, post('/resources/shared/links?', { app: 'myapp' }), ...polled],
    toEverybody('POST /resources/shared/links'),
  ),
  sequence(
    'convox rack resources unlink shared -a myapp',
    [system, remove('/resources/shared/links/myapp?'), ...polled],
    toEverybody('DELETE /resources/shared/links/myapp'),
  ),
  sequence(
    'convox rack resources update shared Durable=true',
    [system, put('/resources/shared?', { parameters: 'Durable=true' }), ...polled],
    toEverybody('PUT /resources/shared'),
  ),
  sequence(
    'convox rack resources delete shared',
    [system, remove('/resources/shared?'), system, get('/resources/shared?', { status: 404, wait: 5_000 })],
    toEverybody('DELETE /resources/shared'),
  ),

  sequence(
    'convox instances ssh {instance} uptime',
    [system, racks, socket('/instances/{instance}/shell', { Command: 'uptime', Height: '24', Width: '80' })],
    toAllButAdmin('GET /instances/{instance}/shell'),
    needsCurrent,
  ),
  sequence(
    'convox instances terminate {instance}',
    [remove('/instances/{instance}?')],
    toAllButAdmin('DELETE /instances/{instance}'),
  ),
  sequence(
    'convox instances keyroll',
    [
      post('/instances/keyroll?', null, { keep: { key: 'name' } }),
      system,
      put('/system?', { parameters: 'key_pair_name={key}' }),
    ],
    toEverybody('POST /instances/keyroll'),
  ),
  sequence(
    'convox registries add https://index.docker.io/v1/ user pass',
    [post('/registries?', { server: 'https://index.docker.io/v1/', username: 'user', password: 'pass' })],
    toAllButAdmin('POST /registries'),
  ),
  sequence(
    'convox registries remove https://index.docker.io/v1/',
    [system, remove('/registries/https://index.docker.io/v1/?')],
    toAllButAdmin('DELETE /registries/https://index.docker.io/v1/'),
  ),
]
