/** One line of the contract, which is written independently of the route table. A test compares contract and table. */
export interface ContractLine {
  /** `METHOD /path`; a websocket's method is WS. `variablesOf` in `examples.ts` has values of the variables. */
  readonly route: string
  readonly parameters: readonly (readonly [location: ParameterLocation, name: string])[]
  /**
   * The body: `ok`, `bytes`, `none` (no body), `empty` (no body, with status 202), a websocket's `stream`, or the
   * fields of a JSON object; `[…]` for a list of objects. `null` and `["k"]` are the JSON itself.
   */
  readonly response: string
}

/**
 * Where the rack reads a parameter. `form`: in the body or the query. `value`: in the form, or else in a header. `body
 * value`: in a URL-encoded body, or else as `value`.
 */
export type ParameterLocation = 'header' | 'query' | 'form' | 'value' | 'body value'

/** The abbreviations in `lines`. */
const locations: Readonly<Record<string, ParameterLocation>> = {
  H: 'header',
  Q: 'query',
  F: 'form',
  V: 'value',
  B: 'body value',
}

const app = 'generation locked name release router status parameters'
const build =
  'id app description entrypoint git-sha logs manifest process release reason repository status started ended'
const certificate = 'id domain domains expiration status'
const metrics = '[name values]'
const process = 'id app command cpu gpu host image instance memory name ports release started status service'
const release = 'id app build env manifest description created'
const resource = 'name status type url'
const rackResource = 'name parameters status type url apps'
const logOptions = 'H:Filter,Follow,Maxlogrequests,Prefix,Since,Previous,Tail'
const metricOptions = 'Q:start,end,period,metrics'
const runOptions =
  'H:Command,Cpu,Cpu-Limit,Environment,Gpu,Gpu-Vendor,Height,Width,Image,Memory,Memory-Limit,Release,Volumes,Use-Service-Volume,Privileged,Node-Labels,System-Critical'

const lines: readonly (readonly [route: string, parameters: string, response: string])[] = [
  ['GET /auth', '', 'ok'],
  ['GET /check', '', 'ok'],
  ['GET /apps', '', `[${app}]`],
  ['POST /apps', 'V:name F:generation,timeout', app],
  ['GET /apps/{app}', '', app],
  ['PUT /apps/{app}', 'F:lock,parameters', 'ok'],
  ['DELETE /apps/{app}', '', 'ok'],
  ['POST /apps/{app}/cancel', '', 'ok'],
  [
    'GET /apps/{app}/diagnose',
    'Q:checks,services,age,all,lines,events,previous',
    'namespace rack app timestamp overview pods summary',
  ],
  ['WS /apps/{app}/logs', logOptions, 'stream'],
  ['WS /apps/{app}/services/{service}/logs', logOptions, 'stream'],
  ['WS /apps/{app}/processes/{process}/logs', logOptions, 'stream'],
  ['WS /apps/{app}/builds/{build}/logs', logOptions, 'stream'],
  ['WS /system/logs', logOptions, 'stream'],
  ['GET /apps/{app}/manifest/services/{service}', '', 'name scale'],
  ['GET /apps/{app}/metrics', metricOptions, metrics],
  ['GET /system/metrics', metricOptions, metrics],
  ['GET /apps/{app}/services/{service}/metrics', metricOptions, metrics],
  ['GET /apps/{app}/metrics-by-service', `${metricOptions},services`, '[name metrics]'],
  ['GET /apps/{app}/budget', '', 'config state'],
  [
    'POST /apps/{app}/budget',
    'F:monthly-cap-usd,alert-threshold-percent,at-cap-action,pricing-adjustment V:ack_by',
    'ok',
  ],
  ['DELETE /apps/{app}/budget', 'B:ack_by', 'ok'],
  ['POST /apps/{app}/budget/reset', 'V:ack_by,force_clear_cooldown,reset_period', 'ok'],
  ['GET /apps/{app}/budget/shutdown-state', '', 'null'],
  [
    'POST /apps/{app}/budget/simulate-shutdown',
    'V:ack_by',
    'app at-cap-action webhook-url notify-before-minutes shutdown-grace-period shutdown-order recovery-mode eligibility would-shut-down-services would-shut-down-count estimated-cost-saved-usd-per-hour simulated-at',
  ],
  ['POST /apps/{app}/budget/dismiss-recovery', 'V:ack_by', 'app status'],
  [
    'GET /apps/{app}/cost',
    '',
    'app month-start as-of spend-usd breakdown pricing-source pricing-table-version pricing-adjustment',
  ],
  ['GET /apps/{app}/balancers', '', '[name endpoint ports service]'],
  ['GET /apps/{app}/builds', 'Q:limit', `[${build}]`],
  [
    'POST /apps/{app}/builds',
    'V:url F:build-args,description,development,external,manifest,no-cache,wildcard-domain,git-sha',
    build,
  ],
  ['GET /apps/{app}/builds/{build}', '', build],
  ['GET /apps/{app}/builds/{build}.tgz', '', 'bytes'],
  ['PUT /apps/{app}/builds/{build}', 'F:ended,entrypoint,logs,manifest,release,started,status', build],
  ['POST /apps/{app}/builds/import', '', build],
  ['POST /apps/{app}/builds/{build}/image', 'V:image F:src-creds-user,src-creds-pass', 'empty'],
  ['GET /apps/{app}/configs', '', '[name value]'],
  ['GET /apps/{app}/configs/{config}', '', 'name value'],
  ['PUT /apps/{app}/configs/{config}', 'V:value', 'ok'],
  [
    'GET /system/capacity',
    '',
    'cluster-cpu cluster-gpu cluster-memory process-count process-cpu process-gpu process-memory',
  ],
  ['PUT /apps/{app}/ssl/{service}/{port}', 'V:id', 'ok'],
  ['GET /certificates', 'F:generated', `[${certificate}]`],
  ['POST /certificates', 'V:pub,key F:chain', certificate],
  ['POST /certificates/generate', 'V:domains F:issuer,duration', certificate],
  ['DELETE /certificates/{certificate}', '', 'ok'],
  ['POST /certificates/{certificate}/renew', '', 'ok'],
  ['GET /letsencrypt/config', '', 'role solvers'],
  ['PUT /letsencrypt/config', '', 'ok'],
  ['POST /events', 'V:action F:data,error,status', 'ok'],
  ['GET /apps/{app}/processes', 'Q:service,release', `[${process}]`],
  ['GET /apps/{app}/processes/{process}', '', process],
  ['DELETE /apps/{app}/processes/{process}', '', 'ok'],
  ['POST /apps/{app}/services/{service}/processes', runOptions, process],
  ['WS /apps/{app}/processes/{process}/exec', 'V:command H:Entrypoint,Height,Width,Tty,Disable-Stdin', 'stream'],
  ['GET /apps/{app}/processes/{process}/files', 'V:file', 'bytes'],
  ['POST /apps/{app}/processes/{process}/files', 'Q:tar-extra', 'ok'],
  ['DELETE /apps/{app}/processes/{process}/files', 'V:files', 'ok'],
  [
    'GET /instances',
    '',
    '[agent cpu cpu-capacity cpu-allocatable gpu-capacity gpu-allocatable id memory memory-capacity memory-allocatable private-ip processes public-ip status started]',
  ],
  ['POST /instances/keyroll', '', 'name private-key'],
  ['WS /instances/{instance}/shell', 'H:Command,Private-Key,Height,Width', 'stream'],
  ['DELETE /instances/{instance}', '', 'ok'],
  ['GET /apps/{app}/objects', 'V:prefix', '["k"]'],
  ['HEAD /apps/{app}/objects/{key:.*}', '', 'none'],
  ['GET /apps/{app}/objects/{key:.*}', '', 'bytes'],
  ['POST /apps/{app}/objects/{key:.*}', 'H:Public', 'Url'],
  ['DELETE /apps/{app}/objects/{key:.*}', '', 'ok'],
  ['GET /registries', '', '[server username password]'],
  ['POST /registries', 'V:server,username,password', 'server username password'],
  ['DELETE /registries/{server:.*}', '', 'ok'],
  ['ANY /v2/{path:.*}', '', 'none'],
  ['ANY /custom/http/proxy/{path:.*}', 'H:X-Host,X-Port', 'method host port path'],
  ['WS /proxy/{host}/{port}', '', 'stream'],
  ['GET /apps/{app}/releases', 'Q:limit', `[${release}]`],
  ['POST /apps/{app}/releases', 'F:build,description,env,parent-release', release],
  ['GET /apps/{app}/releases/{release}', '', release],
  ['POST /apps/{app}/releases/{release}/promote', 'F:development,force,idle,min,max,timeout', 'ok'],
  ['GET /apps/{app}/resources', '', `[${resource}]`],
  ['GET /apps/{app}/resources/{resource}', '', resource],
  ['WS /apps/{app}/resources/{resource}/console', 'H:Height,Width', 'stream'],
  ['GET /apps/{app}/resources/{resource}/data', '', 'bytes'],
  ['PUT /apps/{app}/resources/{resource}/data', '', 'ok'],
  ['GET /apps/{app}/services', '', '[count cpu domain gpu gpu-vendor memory name nlb ports]'],
  ['PUT /apps/{app}/services/{service}', 'F:count,cpu,gpu,gpu-vendor,memory,min,max', 'ok'],
  ['POST /apps/{app}/services/{service}/restart', '', 'ok'],
  ['POST /apps/{app}/services/{service}/scale-override', 'V:active,ack_by', 'ok'],
  ['POST /apps/{app}/services/{service}/triggers/enable', 'V:opts,ack_by', 'ok'],
  ['POST /apps/{app}/services/{service}/triggers/disable', 'V:ack_by', 'ok'],
  ['POST /apps/{app}/services/{service}/triggers/threshold', 'V:type,threshold,ack_by', 'ok'],
  ['GET /system', '', 'count domain name parameters provider rack-domain router-internal region status type version'],
  ['PUT /system', 'F:count,force,parameters,type,version', 'ok'],
  [
    'GET /system/processes',
    'Q:all',
    '[id app command cpu gpu host image instance memory name ports release started status]',
  ],
  ['GET /system/releases', '', '[id app build env manifest description created]'],
  ['PUT /system/jwt/rotate', '', 'ok'],
  ['POST /system/jwt/token', 'V:role,durationInHour', 'token'],
  ['POST /system/karpenter/cleanup', '', 'ok'],
  ['GET /resources', '', `[${rackResource}]`],
  ['POST /resources', 'V:kind F:name,parameters', rackResource],
  ['OPTIONS /resources', '', '[name parameters]'],
  ['GET /resources/{rackResource}', '', rackResource],
  ['PUT /resources/{rackResource}', 'F:parameters', rackResource],
  ['DELETE /resources/{rackResource}', '', 'ok'],
  ['POST /resources/{rackResource}/links', 'V:app', rackResource],
  ['DELETE /resources/{rackResource}/links/{app}', '', rackResource],
]

export const contract: readonly ContractLine[] = lines.map(([route, parameters, response]) => ({
  route,
  response,
  parameters: parameters.split(' ').flatMap(readParameters),
}))

function readParameters(group: string): (readonly [ParameterLocation, string])[] {
  const [abbreviation = '', names = ''] = group.split(':')
  const location = locations[abbreviation]
  return location === undefined ? [] : names.split(',').map((name) => [location, name])
}
