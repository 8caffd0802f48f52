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

/** Builds: exported, imported, made elsewhere, tested. */
export const buildSequences: readonly Sequence[] = [
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
    to('POST /apps/myapp/builds', 'viewer', 'ops'),
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
]
