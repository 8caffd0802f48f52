import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import type { DemoRack } from '../demo-rack.ts'
import { writeTar } from '../process/tar.ts'
import { ask, formType } from './client.ts'

/** What a call needs to succeed, besides its path. */
export interface Example {
  readonly headers?: readonly string[]
  readonly form?: Readonly<Record<string, string>>
  readonly body?: string
  readonly query?: string
  /** Calls to make before the call of the example. */
  readonly before?: readonly string[]
}

const octets = ['Content-Type: application/octet-stream']
const rackResource = ['POST /resources?kind=postgres&name=shared']
const budget = ['POST /apps/myapp/budget?monthly-cap-usd=100']

export const examples: Readonly<Record<string, Example>> = {
  'POST /apps': { form: { name: 'third' } },
  'PUT /apps/{app}': { form: { lock: 'true', parameters: 'BuildCpu=500' } },
  'POST /apps/{app}/cancel': { before: ['POST /apps/myapp/releases/{release}/promote'] },
  'GET /apps/{app}/metrics-by-service': { query: 'services=web,worker' },
  'POST /apps/{app}/budget': { form: { 'monthly-cap-usd': '100' } },
  'POST /apps/{app}/budget/reset': { form: { ack_by: 'a@example.test' }, before: budget },
  'POST /apps/{app}/builds': { form: { url: 'object://myapp/tmp/a.tgz' } },
  'PUT /apps/{app}/builds/{build}': { form: { status: 'complete', ended: '20261124.225749.000000000' } },
  'POST /apps/{app}/builds/import': { body: 'any bytes', headers: octets },
  'POST /apps/{app}/builds/{build}/image': { form: { image: 'registry.test/image:1' } },
  'GET /apps/{app}/configs': { before: ['PUT /apps/myapp/configs/some?value=YQ=='] },
  'GET /apps/{app}/configs/{config}': { before: ['PUT /apps/myapp/configs/some?value=YQ=='] },
  'PUT /apps/{app}/configs/{config}': { form: { value: 'YQ==' } },
  'PUT /apps/{app}/ssl/{service}/{port}': { form: { id: 'cert-1' } },
  'POST /certificates': {
    form: { pub: selfSignedIdentity.cert, key: selfSignedIdentity.key },
  },
  'POST /certificates/generate': { form: { domains: 'a.example.test,b.example.test' } },
  'PUT /letsencrypt/config': { body: '{"role":"r","solvers":[]}', headers: octets },
  'POST /events': { form: { action: 'app:create' } },
  'POST /apps/{app}/services/{service}/processes': { headers: ['Command: sleep 60'] },
  'WS /apps/{app}/processes/{process}/exec': { headers: ['Command: echo hi'] },
  'GET /apps/{app}/processes/{process}/files': {
    query: 'file=/a',
    before: ['POST /apps/myapp/processes/{process}/files'],
  },
  'POST /apps/{app}/processes/{process}/files': { body: archive(), headers: octets },
  'DELETE /apps/{app}/processes/{process}/files': { query: 'files=/a' },
  'GET /apps/{app}/objects': { before: ['POST /apps/myapp/objects/k'] },
  'GET /apps/{app}/objects/{key:.*}': { before: ['POST /apps/myapp/objects/k'] },
  'POST /apps/{app}/objects/{key:.*}': { body: 'bytes', headers: octets },
  'DELETE /apps/{app}/objects/{key:.*}': { before: ['POST /apps/myapp/objects/k'] },
  'POST /registries': { form: { server: 'r.test', username: 'u', password: 'p' } },
  'ANY /custom/http/proxy/{path:.*}': { headers: ['X-Host: web.rack1-myapp.svc.cluster.local', 'X-Port: 80'] },
  'POST /apps/{app}/releases': { form: { env: 'A=1' } },
  'PUT /apps/{app}/services/{service}': { form: { count: '3' } },
  'POST /apps/{app}/services/{service}/scale-override': { form: { active: 'true' } },
  'POST /apps/{app}/services/{service}/triggers/threshold': { form: { type: 'cpu', threshold: '80' } },
  'PUT /system': { form: { count: '4' } },
  'POST /system/jwt/token': { form: { role: 'read', durationInHour: '1' } },
  'GET /resources': { before: rackResource },
  'POST /resources': { form: { kind: 'redis' } },
  'GET /resources/{rackResource}': { before: rackResource },
  'PUT /resources/{rackResource}': { form: { parameters: 'Durable=true' }, before: rackResource },
  'DELETE /resources/{rackResource}': { before: rackResource },
  'POST /resources/{rackResource}/links': { form: { app: 'myapp' }, before: rackResource },
  'DELETE /resources/{rackResource}/links/{app}': {
    before: [...rackResource, 'POST /resources/shared/links?app=myapp'],
  },
}

/** The variables of the contract's paths, by name, for a new rack. */
export async function variablesOf(rack: DemoRack): Promise<Record<string, string>> {
  const list = async (path: string) => JSON.parse((await ask(rack, `GET ${path}`)).body)
  const [, release] = await list('/apps/myapp/releases')
  const [build] = await list('/apps/myapp/builds')
  const [process] = await list('/apps/myapp/processes')
  return {
    app: 'myapp',
    service: 'web',
    process: process.id,
    release: release.id,
    build: build.id,
    config: 'some',
    port: '443',
    certificate: 'cert-1',
    instance: 'ip-10-1-0-1.internal',
    key: 'k',
    server: 'registry.example.test',
    path: '',
    host: 'db.internal',
    resource: 'database',
    rackResource: 'shared',
  }
}

export function fillPath(path: string, variables: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)(?::\.\*)?\}/g, (_, name: string) => variables[name] ?? '')
}

/** Makes the calls that come before an example. */
export async function prepare(rack: DemoRack, example: Example, variables: Readonly<Record<string, string>>) {
  for (const call of example.before ?? []) {
    const upload = call.endsWith('/files') || call.includes('/objects/')
    const response = await ask(rack, fillPath(call, variables), upload ? octets : [formType], upload ? archive() : '')
    if (response.status >= 300) throw new Error(`${call}: ${response.status} ${response.body}`)
  }
}

function archive(): string {
  return writeTar([{ path: '/a', content: Buffer.from('a') }]).toString('latin1')
}
