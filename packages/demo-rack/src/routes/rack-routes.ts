import type { DemoRoute } from '../calls/call.ts'
import * as certificates from '../handlers/certificates.ts'
import { sendEvent } from '../handlers/events.ts'
import * as instances from '../handlers/instances.ts'
import * as letsEncrypt from '../handlers/letsencrypt.ts'
import { systemLogs } from '../handlers/logs.ts'
import { systemMetrics } from '../handlers/metrics.ts'
import * as proxy from '../handlers/proxy.ts'
import * as resources from '../handlers/rack-resources.ts'
import * as registries from '../handlers/registries.ts'
import * as system from '../handlers/system.ts'
import * as tokens from '../handlers/tokens.ts'
import { ok } from '../wire/responses.ts'
import { http, upload, websocket } from './define.ts'

const logOptions = { header: ['Filter', 'Follow', 'Maxlogrequests', 'Prefix', 'Since', 'Previous', 'Tail'] }
const shellOptions = { header: ['Command', 'Private-Key', 'Height', 'Width'] }
const systemFields = { form: ['count', 'force', 'parameters', 'type', 'version'] }
const metricOptions = { query: ['start', 'end', 'period', 'metrics'] }

/** Everything that isn't below `/apps`. Only `/check` needs no authentication. */
export const rackRoutes: readonly DemoRoute[] = [
  http('GET', '/auth', () => ok()),
  http('GET', '/check', () => ok()),
  http('GET', '/system', system.getSystem),
  http('PUT', '/system', system.updateSystem, systemFields),
  http('GET', '/system/processes', system.listSystemProcesses, { query: ['all'] }),
  http('GET', '/system/releases', system.listSystemReleases),
  websocket('/system/logs', systemLogs, logOptions),
  http('GET', '/system/metrics', systemMetrics, metricOptions),
  http('GET', '/system/capacity', system.getCapacity),
  http('PUT', '/system/jwt/rotate', tokens.rotateSigningKey),
  http('POST', '/system/jwt/token', tokens.createToken, { value: ['role', 'durationInHour'] }),
  http('POST', '/system/karpenter/cleanup', system.cleanUpKarpenter),
  http('GET', '/certificates', certificates.listCertificates, { form: ['generated'] }),
  http('POST', '/certificates', certificates.createCertificate, { value: ['pub', 'key'], form: ['chain'] }),
  http('POST', '/certificates/generate', certificates.generateCertificate, {
    value: ['domains'],
    form: ['issuer', 'duration'],
  }),
  http('DELETE', '/certificates/{certificate}', certificates.deleteCertificate),
  http('POST', '/certificates/{certificate}/renew', certificates.renewOneCertificate),
  http('GET', '/letsencrypt/config', letsEncrypt.getLetsEncryptConfig),
  upload('PUT', '/letsencrypt/config', letsEncrypt.setLetsEncryptConfig),
  http('POST', '/events', sendEvent, { value: ['action'], form: ['data', 'error', 'status'] }),
  http('GET', '/instances', instances.listInstances),
  http('POST', '/instances/keyroll', instances.rollInstanceKeys),
  websocket('/instances/{instance}/shell', instances.shellOnInstance, shellOptions),
  http('DELETE', '/instances/{instance}', instances.terminateOneInstance),
  http('GET', '/registries', registries.listRegistries),
  http('POST', '/registries', registries.addRegistry, { value: ['server', 'username', 'password'] }),
  http('DELETE', '/registries/{server:.*}', registries.removeRegistry),
  upload('ANY', '/v2/{path:.*}', proxy.dockerRegistry),
  upload('ANY', '/custom/http/proxy/{path:.*}', proxy.proxyHttp, { header: ['X-Host', 'X-Port'] }),
  websocket('/proxy/{host}/{port}', proxy.proxyConnection),
  http('GET', '/resources', resources.listRackResources),
  http('POST', '/resources', resources.createRackResource, { value: ['kind'], form: ['name', 'parameters'] }),
  http('OPTIONS', '/resources', resources.listResourceTypes),
  http('GET', '/resources/{resource}', resources.getRackResource),
  http('PUT', '/resources/{resource}', resources.updateRackResource, { form: ['parameters'] }),
  http('DELETE', '/resources/{resource}', resources.deleteRackResource),
  http('POST', '/resources/{resource}/links', resources.linkRackResource, { value: ['app'] }),
  http('DELETE', '/resources/{resource}/links/{app}', resources.unlinkRackResource),
]
