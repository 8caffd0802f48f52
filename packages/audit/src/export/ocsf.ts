import type { Actor, AuditEvent } from '../events/event.ts'
import type { ExportFormat } from './format.ts'
import { type Activity, activityOf, authenticationOf } from './ocsf-activity.ts'

const ocsfVersion = '1.8.0'

const apiActivity = {
  category_uid: 6,
  category_name: 'Application Activity',
  class_uid: 6003,
  class_name: 'API Activity',
}
const authentication = {
  category_uid: 3,
  category_name: 'Identity & Access Management',
  class_uid: 3002,
  class_name: 'Authentication',
}

export const ocsf: ExportFormat = {
  mediaType: 'application/x-ndjson',
  head: '',
  line: (found) => `${JSON.stringify(toOcsf(found.event, found.writtenAt))}\n`,
}

/**
 * Converts an event to the Open Cybersecurity Schema Framework: logins and logouts to Authentication (3002), everything
 * else to API Activity (6003). Fields without an OCSF attribute go to `unmapped`.
 *
 * @see https://schema.ocsf.io
 */
export function toOcsf(event: AuditEvent, writtenAt: Date | null = null): Readonly<Record<string, unknown>> {
  const logon = authenticationOf(event)
  if (logon === null) {
    return compactObject(
      apiActivity,
      activityFields(apiActivity.class_uid, activityOf(event)),
      commonOf(event, writtenAt),
      statusOf(event),
      {
        actor: actorOf(event),
        api: {
          operation: event.route ?? event.kind,
          service: { name: event.rack ?? 'rack-gateway' },
          request: { uid: event.request },
        },
        resources: resourcesOf(event),
      },
    )
  }
  return compactObject(
    authentication,
    activityFields(authentication.class_uid, logon.activity),
    commonOf(event, writtenAt),
    statusOf(event),
    {
      actor: actorOf(event),
      user: logon.user ?? userOf(event.principal),
      service: { name: 'rack-gateway' },
      is_remote: true,
      auth_protocol_id: 4,
      auth_protocol: 'OpenID',
      session: { uid: logon.session ?? undefined },
    },
  )
}

function activityFields(classUid: number, { id, name }: Activity) {
  return { activity_id: id, activity_name: name, type_uid: classUid * 100 + id }
}

function commonOf(event: AuditEvent, writtenAt: Date | null) {
  const { method, path, source, status, durationMs } = event
  return {
    time: Date.parse(event.at),
    timezone_offset: 0,
    severity_id: event.decision?.effect === 'deny' ? 2 : 1,
    severity: event.decision?.effect === 'deny' ? 'Low' : 'Informational',
    message: messageOf(event),
    duration: durationMs,
    metadata: {
      version: ocsfVersion,
      product: { name: 'Rack Gateway', vendor_name: 'Rack Gateway', uid: 'rack-gateway' },
      uid: event.id,
      original_event_uid: event.id,
      event_code: event.kind,
      correlation_uid: event.request,
      log_name: `audit ${event.stream}`,
      sequence: event.seq,
      original_time: event.at,
      logged_time: writtenAt?.getTime(),
    },
    src_endpoint: endpointOf(source?.address),
    http_request:
      method === undefined
        ? undefined
        : {
            http_method: method,
            uid: event.request,
            url: path === undefined ? undefined : { path },
            user_agent: source?.client,
          },
    http_response: status === undefined ? undefined : { code: status },
    unmapped: unmappedOf(event),
  }
}

/** Success or failure by the decision or the status; unknown without both. */
function statusOf({ decision, status, close }: AuditEvent) {
  const refused = decision !== undefined && decision.effect !== 'allow'
  const failed = refused || (status !== undefined && status >= 400)
  const known = failed || status !== undefined || decision !== undefined
  return {
    status_id: failed ? 2 : known ? 1 : 0,
    status: failed ? 'Failure' : known ? 'Success' : 'Unknown',
    status_code: refused ? decision.rule : status === undefined ? undefined : `${status}`,
    status_detail: (refused ? decision.reason : undefined) ?? close,
  }
}

function messageOf({ kind, principal, route, rack, app, command, decision }: AuditEvent): string {
  const what = command === undefined ? (route ?? '') : command.join(' ')
  const where = [rack, app].filter((name) => name !== undefined).join('/')
  return [kind, principal?.name, decision?.effect, what, where].filter((part) => part).join(' · ')
}

/** Without an address, the endpoint is the gateway itself. */
function endpointOf(address: string | undefined) {
  if (address === undefined) return { name: 'rack-gateway' }
  return /^[\da-fA-F.:]+$/.test(address) ? { ip: address } : { name: address }
}

function actorOf({ principal }: AuditEvent) {
  if (principal === undefined) return { app_name: 'rack-gateway' }
  const { credential } = principal
  return { user: userOf(principal), session: credential === undefined ? undefined : { uid: credential } }
}

const userTypes = {
  user: [1, 'User'],
  'api-token': [4, 'Service'],
  workload: [4, 'Service'],
  system: [3, 'System'],
} as const

function userOf(principal: Actor | undefined) {
  if (principal === undefined) return { name: 'unknown', type_id: 0, type: 'Unknown' }
  const { id, name, kind, groups, credential } = principal
  const [typeId, type] = userTypes[kind]
  return {
    uid: id,
    name,
    type_id: typeId,
    type,
    email_addr: kind === 'user' && name.includes('@') ? name : undefined,
    credential_uid: credential,
    groups: groups?.map((group) => ({ name: group })),
  }
}

function resourcesOf({ rack, app, service, process, release }: AuditEvent) {
  const named = { rack, app, service, process, release }
  const resources = Object.entries(named).flatMap(([type, name]) => (name === undefined ? [] : [{ type, name }]))
  return resources.length === 0 ? undefined : resources
}

function unmappedOf({
  decision,
  permission,
  command,
  environment,
  parameters,
  hidden,
  principal,
  of,
  upstream,
  detail,
  ...event
}: AuditEvent) {
  const { bytesIn, bytesOut, count, body, recording, truncated, sent } = event
  const fields = {
    permission,
    command,
    environment,
    parameters,
    hidden,
    of,
    upstream,
    bytesIn,
    bytesOut,
    count,
    body,
    recording,
    truncated,
    detail,
    sent,
  }
  const { owner, roles, bindings, boundTo, job, device, trust } = principal ?? {}
  return { ...fields, decision, principal: principal && { owner, roles, bindings, boundTo, job, device, trust } }
}

/** Merges objects, without undefined members and empty objects. */
function compactObject(...parts: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> {
  const members: [string, unknown][] = []
  for (const part of parts) {
    for (const name of Object.keys(part)) {
      const member = part[name]
      const compact = isRecord(member) ? compactObject(member) : member
      const isEmpty = compact === undefined || (isRecord(compact) && Object.keys(compact).length === 0)
      if (!isEmpty) members.push([name, compact])
    }
  }
  return Object.fromEntries(members)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
