import { get, post, type Sequence, sequence, system, to, waitWithLogs } from './sequence.ts'

const newRelease = 'POST /apps/myapp/releases'

/** Releases. The environment is as it was until the last ones, which change it. */
export const releaseSequences: readonly Sequence[] = [
  sequence('convox releases manifest {release}', [
    get('/apps/myapp/releases/{release}?', { keep: { built: 'build' } }),
    get('/apps/myapp/builds/{built}?'),
  ]),
  sequence(
    'convox releases create-from --build-from {release} --env-from {release}',
    [
      get('/apps/myapp?'),
      get('/apps/myapp/releases/{release}?', { keep: { built: 'build' } }),
      get('/apps/myapp/releases/{release}?', { keep: { env: 'env' } }),
      post('/apps/myapp/releases?', { build: '{built}', description: 'Created from {release}', env: '{env}' }),
    ],
    to(newRelease, 'viewer', 'ops'),
  ),
  sequence(
    'convox releases rollback {older}',
    [
      get('/apps/myapp/releases/{older}?', { keep: { env: 'env', built: 'build' } }),
      post('/apps/myapp/releases?', { build: '{built}', env: '{env}' }, { keep: { made: 'id' } }),
      post('/apps/myapp/releases/{made}/promote?', { force: 'false' }),
      ...waitWithLogs(),
    ],
    to(newRelease, 'viewer', 'ops'),
  ),
  sequence(
    'convox releases promote {release}',
    [
      get('/apps/myapp?'),
      post('/apps/myapp/releases/{release}/promote?', { force: 'false' }),
      ...waitWithLogs(),
      get('/apps/myapp?'),
    ],
    to('POST /apps/myapp/releases/{release}/promote', 'viewer', 'ops'),
  ),
  sequence(
    'convox env edit',
    [
      get('/apps/myapp/releases?limit=1', { keep: { newest: 'id' } }),
      get('/apps/myapp/releases/{newest}?', { keep: { env: 'env' } }),
      system,
      post('/apps/myapp/releases?', { env: 'EDITED=1\n{env}' }),
    ],
    to(newRelease, 'viewer', 'ops', 'ci'),
    { needs: 'an editor' },
  ),
  sequence(
    'convox env set A=1 -p',
    [
      get('/apps/myapp/releases?limit=1', { keep: { newest: 'id' } }),
      get('/apps/myapp/releases/{newest}?', { keep: { env: 'env' } }),
      system,
      post('/apps/myapp/releases?', { env: 'A=1\n{env}' }, { keep: { made: 'id' } }),
      get('/apps/myapp?'),
      post('/apps/myapp/releases/{made}/promote?', { force: 'false' }),
      ...waitWithLogs(),
      get('/apps/myapp?'),
    ],
    to(newRelease, 'viewer', 'ops', 'ci'),
  ),
  sequence(
    'convox releases rollback {release}',
    [
      get('/apps/myapp/releases/{release}?', { keep: { env: 'env', built: 'build' } }),
      post('/apps/myapp/releases?', { build: '{built}', env: '{env}' }, { keep: { made: 'id' } }),
      post('/apps/myapp/releases/{made}/promote?', { force: 'false' }),
      ...waitWithLogs(),
    ],
    to(newRelease, 'viewer', 'ops', 'ci'),
  ),
]
