import * as apps from '../handlers/apps.ts'
import * as builds from '../handlers/builds.ts'
import { execInProcess } from '../handlers/exec.ts'
import * as files from '../handlers/files.ts'
import * as logs from '../handlers/logs.ts'
import * as objects from '../handlers/objects.ts'
import * as processes from '../handlers/processes.ts'
import * as releases from '../handlers/releases.ts'
import * as services from '../handlers/services.ts'
import type { DemoRoute } from '../types.ts'
import { http, later, upload, websocket } from './define.ts'

const logOptions = { header: ['Filter', 'Follow', 'Maxlogrequests', 'Prefix', 'Since', 'Previous', 'Tail'] }
const runOptions = {
  header: [
    ...['Command', 'Cpu', 'Cpu-Limit', 'Environment', 'Gpu', 'Gpu-Vendor', 'Height', 'Width', 'Image', 'Memory'],
    ...['Memory-Limit', 'Release', 'Volumes', 'Use-Service-Volume', 'Privileged', 'Node-Labels', 'System-Critical'],
  ],
}
const execOptions = { value: ['command'], header: ['Entrypoint', 'Height', 'Width', 'Tty', 'Disable-Stdin'] }
const releaseFields = { form: ['build', 'description', 'env', 'parent-release'] }
const promoteFields = { form: ['development', 'force', 'idle', 'min', 'max', 'timeout'] }
const buildFields = {
  value: ['url'],
  form: [
    ...['build-args', 'description', 'development', 'external', 'manifest', 'no-cache', 'wildcard-domain', 'git-sha'],
  ],
}
const buildUpdate = { form: ['ended', 'entrypoint', 'logs', 'manifest', 'release', 'started', 'status'] }
const imageFields = { value: ['image'], form: ['src-creds-user', 'src-creds-pass'] }
const serviceFields = { form: ['count', 'cpu', 'gpu', 'gpu-vendor', 'memory', 'min', 'max'] }
const diagnoseOptions = { query: ['checks', 'services', 'age', 'all', 'lines', 'events', 'previous'] }
const metricOptions = { query: ['start', 'end', 'period', 'metrics', 'services'] }
const budgetFields = {
  form: ['monthly-cap-usd', 'alert-threshold-percent', 'at-cap-action', 'pricing-adjustment'],
  value: ['ack_by'],
}

/** Everything below `/apps`, in the order in which the rack's router looks. */
export const appRoutes: readonly DemoRoute[] = [
  http('GET', '/apps', apps.listApps),
  http('POST', '/apps', apps.createApp, { value: ['name'], form: ['generation', 'timeout'] }),
  http('GET', '/apps/{app}', apps.getApp),
  http('PUT', '/apps/{app}', apps.updateApp, { form: ['lock', 'parameters'] }),
  http('DELETE', '/apps/{app}', apps.deleteApp),
  http('POST', '/apps/{app}/cancel', apps.cancelApp),
  later('GET', '/apps/{app}/diagnose', diagnoseOptions),
  websocket('/apps/{app}/logs', logs.appLogs, logOptions),
  websocket('/apps/{app}/services/{service}/logs', logs.serviceLogs, logOptions),
  websocket('/apps/{app}/processes/{process}/logs', logs.processLogs, logOptions),
  websocket('/apps/{app}/builds/{build}/logs', logs.buildLogs, logOptions),
  later('GET', '/apps/{app}/manifest/services/{service}'),
  later('GET', '/apps/{app}/metrics', metricOptions),
  later('GET', '/apps/{app}/services/{service}/metrics', metricOptions),
  later('GET', '/apps/{app}/metrics-by-service', metricOptions),
  http('GET', '/apps/{app}/budget', apps.getBudget),
  later('POST', '/apps/{app}/budget', budgetFields),
  later('DELETE', '/apps/{app}/budget', { value: ['ack_by'] }),
  later('POST', '/apps/{app}/budget/reset', { value: ['ack_by', 'force_clear_cooldown', 'reset_period'] }),
  later('GET', '/apps/{app}/budget/shutdown-state'),
  later('POST', '/apps/{app}/budget/simulate-shutdown', { value: ['ack_by'] }),
  later('POST', '/apps/{app}/budget/dismiss-recovery', { value: ['ack_by'] }),
  later('GET', '/apps/{app}/cost'),
  http('GET', '/apps/{app}/balancers', apps.listBalancers),
  http('GET', '/apps/{app}/builds', builds.listBuilds, { query: ['limit'] }),
  http('POST', '/apps/{app}/builds', builds.createBuild, buildFields),
  later('GET', '/apps/{app}/builds/{build}.tgz'),
  http('GET', '/apps/{app}/builds/{build}', builds.getBuild),
  later('PUT', '/apps/{app}/builds/{build}', buildUpdate),
  later('POST', '/apps/{app}/builds/import'),
  later('POST', '/apps/{app}/builds/{build}/image', imageFields),
  http('GET', '/apps/{app}/configs', apps.listConfigs),
  later('GET', '/apps/{app}/configs/{config}'),
  later('PUT', '/apps/{app}/configs/{config}', { value: ['value'] }),
  later('PUT', '/apps/{app}/ssl/{service}/{port}', { value: ['id'] }),
  http('GET', '/apps/{app}/processes', processes.listProcesses, { query: ['service', 'release'] }),
  http('GET', '/apps/{app}/processes/{process}', processes.getProcess),
  http('DELETE', '/apps/{app}/processes/{process}', processes.stopOneProcess),
  http('POST', '/apps/{app}/services/{service}/processes', processes.runProcess, runOptions),
  websocket('/apps/{app}/processes/{process}/exec', execInProcess, execOptions),
  http('GET', '/apps/{app}/processes/{process}/files', files.downloadFiles, { value: ['file'] }),
  upload('POST', '/apps/{app}/processes/{process}/files', files.uploadFiles, { query: ['tar-extra'] }),
  http('DELETE', '/apps/{app}/processes/{process}/files', files.deleteFiles, { value: ['files'] }),
  http('GET', '/apps/{app}/objects', objects.listObjects, { value: ['prefix'] }),
  http('HEAD', '/apps/{app}/objects/{key:.*}', objects.objectExists),
  http('GET', '/apps/{app}/objects/{key:.*}', objects.fetchObject),
  upload('POST', '/apps/{app}/objects/{key:.*}', objects.storeObject, { header: ['Public'] }),
  http('DELETE', '/apps/{app}/objects/{key:.*}', objects.deleteObject),
  http('GET', '/apps/{app}/releases', releases.listReleases, { query: ['limit'] }),
  http('POST', '/apps/{app}/releases', releases.createRelease, releaseFields),
  http('GET', '/apps/{app}/releases/{release}', releases.getRelease),
  http('POST', '/apps/{app}/releases/{release}/promote', releases.promoteRelease, promoteFields),
  http('GET', '/apps/{app}/resources', services.listResources),
  http('GET', '/apps/{app}/resources/{resource}', services.getResource),
  later('WS', '/apps/{app}/resources/{resource}/console', { header: ['Height', 'Width'] }),
  later('GET', '/apps/{app}/resources/{resource}/data'),
  later('PUT', '/apps/{app}/resources/{resource}/data'),
  http('GET', '/apps/{app}/services', services.listServices),
  http('PUT', '/apps/{app}/services/{service}', services.updateService, serviceFields),
  http('POST', '/apps/{app}/services/{service}/restart', services.restartOneService),
  later('POST', '/apps/{app}/services/{service}/scale-override', { value: ['active', 'ack_by'] }),
  later('POST', '/apps/{app}/services/{service}/triggers/enable', { value: ['opts', 'ack_by'] }),
  later('POST', '/apps/{app}/services/{service}/triggers/disable', { value: ['ack_by'] }),
  later('POST', '/apps/{app}/services/{service}/triggers/threshold', { value: ['type', 'threshold', 'ack_by'] }),
]
