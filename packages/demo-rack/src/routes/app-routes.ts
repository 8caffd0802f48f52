import type { DemoRoute } from '../calls/call.ts'
import * as apps from '../handlers/apps.ts'
import * as budgets from '../handlers/budgets.ts'
import * as transfers from '../handlers/build-transfers.ts'
import * as builds from '../handlers/builds.ts'
import { applyCertificate } from '../handlers/certificates.ts'
import * as configs from '../handlers/configs.ts'
import { diagnoseApp } from '../handlers/diagnose.ts'
import { execInProcess } from '../handlers/exec.ts'
import * as files from '../handlers/files.ts'
import * as logs from '../handlers/logs.ts'
import * as metrics from '../handlers/metrics.ts'
import * as objects from '../handlers/objects.ts'
import * as processes from '../handlers/processes.ts'
import * as releases from '../handlers/releases.ts'
import * as resources from '../handlers/resources.ts'
import * as scaling from '../handlers/scaling.ts'
import * as services from '../handlers/services.ts'
import { http, upload, websocket } from './define.ts'

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
const acknowledgment = { value: ['ack_by'] }
const budgetFields = {
  form: ['monthly-cap-usd', 'alert-threshold-percent', 'at-cap-action', 'pricing-adjustment'],
  value: ['ack_by'],
}

/** Everything below `/apps`, in the order in which the rack's router tries the routes. */
export const appRoutes: readonly DemoRoute[] = [
  http('GET', '/apps', apps.listApps),
  http('POST', '/apps', apps.createApp, { value: ['name'], form: ['generation', 'timeout'] }),
  http('GET', '/apps/{app}', apps.getApp),
  http('PUT', '/apps/{app}', apps.updateApp, { form: ['lock', 'parameters'] }),
  http('DELETE', '/apps/{app}', apps.deleteApp),
  http('POST', '/apps/{app}/cancel', apps.cancelApp),
  http('GET', '/apps/{app}/diagnose', diagnoseApp, diagnoseOptions),
  websocket('/apps/{app}/logs', logs.appLogs, logOptions),
  websocket('/apps/{app}/services/{service}/logs', logs.serviceLogs, logOptions),
  websocket('/apps/{app}/processes/{process}/logs', logs.processLogs, logOptions),
  websocket('/apps/{app}/builds/{build}/logs', logs.buildLogs, logOptions),
  http('GET', '/apps/{app}/manifest/services/{service}', services.getManifestService),
  http('GET', '/apps/{app}/metrics', metrics.appMetrics, metricOptions),
  http('GET', '/apps/{app}/services/{service}/metrics', metrics.serviceMetrics, metricOptions),
  http('GET', '/apps/{app}/metrics-by-service', metrics.metricsByService, metricOptions),
  http('GET', '/apps/{app}/budget', budgets.getBudget),
  http('POST', '/apps/{app}/budget', budgets.setAppBudget, budgetFields),
  http('DELETE', '/apps/{app}/budget', budgets.clearBudget, { bodyOrValue: ['ack_by'] }),
  http('POST', '/apps/{app}/budget/reset', budgets.resetAppBudget, {
    value: ['ack_by', 'force_clear_cooldown', 'reset_period'],
  }),
  http('GET', '/apps/{app}/budget/shutdown-state', budgets.getShutdownState),
  http('POST', '/apps/{app}/budget/simulate-shutdown', budgets.simulateShutdown, acknowledgment),
  http('POST', '/apps/{app}/budget/dismiss-recovery', budgets.dismissRecovery, acknowledgment),
  http('GET', '/apps/{app}/cost', budgets.getCost),
  http('GET', '/apps/{app}/balancers', apps.listBalancers),
  http('GET', '/apps/{app}/builds', builds.listBuilds, { query: ['limit'] }),
  http('POST', '/apps/{app}/builds', builds.createBuild, buildFields),
  http('GET', '/apps/{app}/builds/{build}.tgz', transfers.exportBuild),
  http('GET', '/apps/{app}/builds/{build}', builds.getBuild),
  http('PUT', '/apps/{app}/builds/{build}', builds.updateBuild, buildUpdate),
  upload('POST', '/apps/{app}/builds/import', transfers.importBuild),
  http('POST', '/apps/{app}/builds/{build}/image', transfers.importImage, imageFields),
  http('GET', '/apps/{app}/configs', configs.listConfigs),
  http('GET', '/apps/{app}/configs/{config}', configs.getConfig),
  http('PUT', '/apps/{app}/configs/{config}', configs.setConfig, { value: ['value'] }),
  http('PUT', '/apps/{app}/ssl/{service}/{port}', applyCertificate, { value: ['id'] }),
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
  http('GET', '/apps/{app}/resources', resources.listResources),
  http('GET', '/apps/{app}/resources/{resource}', resources.getResource),
  websocket('/apps/{app}/resources/{resource}/console', resources.openConsole, { header: ['Height', 'Width'] }),
  http('GET', '/apps/{app}/resources/{resource}/data', resources.exportData),
  upload('PUT', '/apps/{app}/resources/{resource}/data', resources.importData),
  http('GET', '/apps/{app}/services', services.listServices),
  http('PUT', '/apps/{app}/services/{service}', services.updateService, serviceFields),
  http('POST', '/apps/{app}/services/{service}/restart', services.restartOneService),
  http('POST', '/apps/{app}/services/{service}/scale-override', scaling.overrideScale, {
    value: ['active', 'ack_by'],
  }),
  http('POST', '/apps/{app}/services/{service}/triggers/enable', scaling.enableTriggers, {
    value: ['opts', 'ack_by'],
  }),
  http('POST', '/apps/{app}/services/{service}/triggers/disable', scaling.disableTriggers, acknowledgment),
  http('POST', '/apps/{app}/services/{service}/triggers/threshold', scaling.setTriggerThreshold, {
    value: ['type', 'threshold', 'ack_by'],
  }),
]
