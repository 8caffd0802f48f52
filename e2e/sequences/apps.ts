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
  waitWithLogs,
} from './sequence.ts'

const newest = get('/apps/myapp/releases?limit=1', { keep: { newest: 'id' } })
const rollout = 'a roll-out that is under way'

/** Apps as a whole, and what is known of them. */
export const appSequences: readonly Sequence[] = [
  sequence('convox apps unlock', [put('/apps/myapp?', { lock: 'false' })], to('PUT /apps/myapp', 'viewer', 'ci')),
  sequence('convox apps params', [system, get('/apps/myapp?')]),
  sequence(
    'convox apps params set BuildCpu=300',
    [system, put('/apps/myapp?', { parameters: 'BuildCpu=300' }), ...waitWithLogs(), get('/apps/myapp?')],
    to('PUT /apps/myapp', 'viewer', 'ops', 'ci'),
  ),
  sequence(
    'convox apps cancel',
    [
      post('/apps/myapp/releases/{release}/promote?', { force: 'false' }, { byOthers: true }),
      post('/apps/myapp/cancel?'),
      newest,
      get('/apps/myapp/releases/{newest}?', { keep: { env: 'env', build: 'build' } }),
      post('/apps/myapp/releases?', { build: '{build}', env: '{env}' }),
    ],
    to('POST /apps/myapp/cancel', 'viewer', 'ops'),
    { needs: rollout },
  ),
  sequence(
    'convox apps export -f app.tgz',
    [
      get('/apps/myapp?'),
      get('/apps/myapp?', { keep: { running: 'release' } }),
      get('/apps/myapp/releases/{running}?', { keep: { exported: 'build' } }),
      get('/apps/myapp/builds/{exported}.tgz?'),
      get('/apps/myapp/resources?'),
      get('/apps/myapp/resources/database/data?'),
    ],
    {
      ...to('GET /apps/myapp/builds/{exported}.tgz', 'viewer', 'ops', 'ci'),
      ...to('GET /apps/myapp/resources/database/data', 'deployer'),
    },
  ),
  sequence(
    'convox apps import copy -f app.tgz',
    [
      post('/apps?', { generation: '3', name: 'copy' }),
      get('/apps/copy?'),
      step('POST', '/apps/copy/builds/import?', { file: 'an archive' }),
      post('/apps/copy/releases?', { env: 'A=1\nSECRET_KEY_BASE=s3cr3t' }, { keep: { imported: 'id' } }),
      post('/apps/copy/releases/{imported}/promote?'),
      get('/apps/copy?', { wait: 5_000 }),
      put('/apps/copy?', { parameters: 'BuildCpu=250' }),
    ],
    toAllButAdmin('POST /apps'),
    { needs: 'the archive of an app' },
  ),
  sequence(
    'convox apps delete copy',
    [remove('/apps/copy?'), get('/apps/copy?', { status: 404 })],
    toAllButAdmin('DELETE /apps/copy'),
    { needs: 'the archive of an app' },
  ),
  sequence('convox logs -s web --no-follow', [
    machines,
    socket('/apps/myapp/services/web/logs', { Follow: 'false', Prefix: 'true' }),
  ]),
  sequence('convox cost', [get('/apps/myapp/cost?')]),
  sequence('convox deploy-debug', [get('/apps/myapp/diagnose?')], to('GET /apps/myapp/diagnose', 'viewer', 'ci')),
]
