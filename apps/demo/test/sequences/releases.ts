import {
  get,
  machines,
  post,
  put,
  type Sequence,
  sequence,
  socket,
  step,
  system,
  to,
  waitWithLogs,
} from './sequence.ts'

const build = '/apps/myapp/builds/{made}'
const newRelease = 'POST /apps/myapp/releases'
const docker = { needs: 'docker' }
const externalBuild = [
  post('/apps/myapp/builds?', { external: 'true', url: '' }, { keep: { made: 'id' } }),
  put(`${build}?`, { manifest: 'services:\n  web:\n    build: .\n    port: 3000\n' }, { keep: { made: 'id' } }),
]
const ended = [
  post('/apps/myapp/releases?', { build: '{made}' }, { keep: { shipped: 'id' } }),
  put(`${build}?`, { release: '{shipped}' }),
]
const source = 'tmp/0123456789abcdef0123456789abcd.tgz'
const upload = step('POST', `/apps/myapp/objects/${source}?`, { file: 'a gzipped tar' })

/** Builds and releases. The environment is as it was until the last ones, which change it. */
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
    'convox builds export {build} -f build.tgz',
    [get('/apps/myapp/builds/{build}.tgz?')],
    to('GET /apps/myapp/builds/{build}.tgz', 'viewer', 'ops', 'ci'),
  ),
  sequence(
    'convox builds import -f convox.yml',
    [
      system,
      step('POST', '/apps/myapp/builds/import?', { file: 'any archive', headers: { 'Transfer-Encoding': 'chunked' } }),
    ],
    to('POST /apps/myapp/builds/import', 'viewer', 'ops'),
  ),
  sequence(
    'convox builds import-image registry.example.test/image:1 -m convox.yml',
    [
      ...externalBuild,
      post(`${build}/image?`, { image: 'registry.example.test/image:1' }),
      get(`${build}?`, { wait: 2_000 }),
      ...ended,
    ],
    to('POST /apps/myapp/builds', 'viewer', 'ops'),
  ),
  sequence(
    'convox build --external',
    [
      system,
      ...externalBuild,
      get(`${build}?`),
      step('POST', '/apps/myapp/objects/build/{made}/logs?', { file: 'Step 1/1\n' }),
      put(`${build}?`, {
        ended: '20261125.004857.027519595',
        logs: 'object://myapp/build/{made}/logs',
        status: 'complete',
      }),
      ...ended,
    ],
    {
      ...to('POST /apps/myapp/builds', 'viewer', 'ops'),
      // only what is below tmp/ may be uploaded: the log of a build elsewhere is an admin's
      ...to('POST /apps/myapp/objects/build/{made}/logs', 'deployer', 'ci'),
    },
    docker,
  ),
  sequence(
    'convox deploy --external',
    [
      system,
      ...externalBuild,
      ...ended,
      get('/apps/myapp?'),
      post('/apps/myapp/releases/{shipped}/promote?', { force: 'false' }),
      ...waitWithLogs(),
      get('/apps/myapp?'),
    ],
    to('POST /apps/myapp/builds', 'viewer', 'ops'),
    docker,
  ),
  sequence(
    'convox test',
    [
      system,
      upload,
      post('/apps/myapp/builds?', { development: 'true', url: `object://myapp/${source}` }, { keep: { made: 'id' } }),
      machines,
      socket(`${build}/logs`),
      get(`${build}?`, { wait: 2_000, keep: { tested: 'release' } }),
      machines,
      socket(`${build}/logs`),
      get('/apps/myapp/releases/{tested}?'),
    ],
    to(`POST /apps/myapp/objects/${source}`, 'viewer', 'ops'),
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
