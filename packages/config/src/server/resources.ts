import { defaultLimits, type Limits } from './limits.ts'

/** A limit: a fixed number, or a multiple or a part of a setting. */
export type Bound = { readonly fixed: number } | { readonly setting: keyof Limits; readonly times?: number }

/** What callers share, and how much of it each of them can use at once. Each gateway process counts separately. */
export interface Resource {
  /** A plural for messages, such as `calls`. */
  readonly what: string
  /** More about `what`, for the reference. */
  readonly remark: string | null
  readonly unit: 'number' | 'bytes'
  /** Whether each rack has limits of its own. */
  readonly perRack: boolean
  /** All callers together. */
  readonly process: Bound | null
  /** All credentials of one person, of one API token of a service account, or of one subject of a trust. */
  readonly principal: Bound | null
  /** Callers without a valid credential: those of one client network, of one IPv6 /56, and of all networks. */
  readonly network: Bound | null
  readonly site: Bound | null
  readonly networks: Bound | null
  /** Requests of one principal or network that wait for their turn; null: none wait. */
  readonly waiting: Bound | null
}

const none = {
  remark: null,
  perRack: false,
  process: null,
  principal: null,
  network: null,
  site: null,
  networks: null,
  waiting: null,
}

function countPerRack(what: string, process: keyof Limits | null, principal: keyof Limits, canWait: boolean): Resource {
  return {
    ...none,
    what,
    unit: 'number',
    perRack: true,
    process: process && { setting: process },
    principal: { setting: principal },
    waiting: canWait ? { setting: principal } : null,
  }
}

/** One principal can use half. */
function slots(what: string, count: number): Resource {
  const principal = { fixed: Math.max(1, Math.floor(count / 2)) }
  return { ...none, what, unit: 'number', process: { fixed: count }, principal }
}

/** Above the limit, the gateway closes the connections that use the most. */
function connectionMemory(what: string, remark: string): Resource {
  return { ...none, what, remark, unit: 'bytes', process: { fixed: 64 * 2 ** 20 } }
}

/**
 * The only list of shared resources. The gateway asks for each of them before the work that needs it.
 * The processor is shared by costs instead; see `apps/gateway/src/resource-account/costs.ts`.
 */
export const resources = {
  connections: {
    ...none,
    what: 'open connections',
    unit: 'number',
    process: { setting: 'connections' },
    principal: { setting: 'connectionsPerCaller' },
    network: { setting: 'connectionsPerCaller' },
    site: { setting: 'connectionsPerCaller', times: 4 },
  },
  calls: {
    ...countPerRack('calls', 'callsPerRack', 'callsPerPrincipal', true),
    remark: 'without transfers and WebSockets',
  },
  transfers: {
    ...countPerRack('uploads and downloads', 'transfersPerRack', 'transfersPerPrincipal', true),
    remark: 'sources, builds, resource data, files, and objects',
  },
  websockets: countPerRack('WebSockets', null, 'websocketsPerPrincipal', false),
  heads: connectionMemory('heads of requests', 'until they are authenticated or answered'),
  unsent: connectionMemory('unread responses', 'that are outside of the buffers of the kernel'),
  metricsConnections: {
    ...none,
    what: 'open connections to the port of the metrics',
    unit: 'number',
    process: { fixed: 20 },
  },
  bodies: {
    ...none,
    what: 'request bodies',
    remark: 'until they are parsed',
    unit: 'bytes',
    process: { setting: 'bodyMemory' },
    principal: { setting: 'bodyMemory', times: 1 / 4 },
    network: { setting: 'bodyMemory', times: 1 / 64 },
    site: { setting: 'bodyMemory', times: 1 / 16 },
    networks: { setting: 'bodyMemory', times: 1 / 4 },
    waiting: { setting: 'callsPerPrincipal' },
  },
  responses: {
    ...none,
    what: 'large responses',
    remark: 'above 64 KiB, until their callers have received them',
    unit: 'bytes',
    process: { setting: 'maskMemory' },
    principal: { setting: 'maskMemory', times: 1 / 2 },
    waiting: { setting: 'callsPerPrincipal' },
  },
  children: {
    ...none,
    what: 'checks and studies of policy documents',
    remark: 'each runs in a child process',
    unit: 'number',
    process: { fixed: 1 },
    principal: { fixed: 1 },
    waiting: { fixed: 1 },
  },
  denials: {
    ...none,
    what: 'denials',
    remark: 'while they are being recorded',
    unit: 'number',
    principal: { setting: 'callsPerPrincipal' },
    waiting: { setting: 'callsPerPrincipal' },
  },
  searches: slots('searches of the audit log', 16),
  changeSearches: slots('searches for changes of apps', 16),
  followers: slots('followers of the audit log and of sessions', 10),
  recordingReaders: slots('readers of recordings', 10),
  exports: slots('exports of the audit log', 2),
  logReadings: slots('readings of the whole audit log', 2),
  proofs: slots('proofs', 2),
  silentChecks: slots('checks of connections that wait', 8),
} as const satisfies Readonly<Record<string, Resource>>

export type ResourceName = keyof typeof resources

/** The same as `Resource`, with numbers. A limit that does not exist is infinite; no waiting is 0. */
export interface ResourceLimits {
  readonly process: number
  readonly principal: number
  readonly network: number
  readonly site: number
  readonly networks: number
  readonly waiting: number
}

export function limitsOfResource(name: ResourceName, limits: Limits = defaultLimits): ResourceLimits {
  const { process, principal, network, site, networks, waiting }: Resource = resources[name]
  const numberOf = (bound: Bound | null) => (bound === null ? Number.POSITIVE_INFINITY : boundNumber(bound, limits))
  return {
    process: numberOf(process),
    principal: numberOf(principal),
    network: numberOf(network),
    site: numberOf(site),
    networks: numberOf(networks),
    waiting: waiting === null ? 0 : boundNumber(waiting, limits),
  }
}

export function boundNumber(bound: Bound, limits: Limits): number {
  return 'fixed' in bound ? bound.fixed : Math.floor(limits[bound.setting] * (bound.times ?? 1))
}
