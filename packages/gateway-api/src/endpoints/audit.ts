import { EventProof } from '@rack-gateway/audit/events'
import { Type } from 'typebox'
import * as schemas from '../schemas/audit.ts'
import { pageOf } from '../schemas/common.ts'
import { type EndpointTable, everyKind, usersOnly } from './endpoint.ts'

const auditRead = { permission: 'gateway:audit:read', scope: 'gateway', principalKinds: everyKind } as const

export const auditEndpoints = {
  searchAudit: {
    method: 'GET',
    path: '/audit/events',
    summary: 'Searches the audit log, newest events first.',
    description:
      'An event must match every filter. An exclusion is a parameter that begins with `not`: it leaves out the events that match it, but not the events that lack its field. The search itself is recorded.',
    ...auditRead,
    query: schemas.AuditPageQuery,
    response: pageOf(schemas.LoggedEvent),
    compress: true,
  },
  getAuditEvent: {
    method: 'GET',
    path: '/audit/events/{id}',
    summary: 'Shows an audit event, with its hashes and the events before and after it.',
    ...auditRead,
    response: schemas.LoggedEventWithHashes,
  },
  proveAuditEvent: {
    method: 'GET',
    path: '/audit/events/{id}/proof',
    summary: 'Proves that an event is in the audit log, with the first checkpoint that signs it.',
    description: 'A checkpoint signs each event within a minute.',
    ...auditRead,
    response: EventProof,
  },
  countAuditEvents: {
    method: 'GET',
    path: '/audit/histogram',
    summary: 'Counts audit events by time and result.',
    description:
      'Without `from`, counts the 24 hours before `to`. Without `to`, counts until now. Counts the newest events first, and stops after a million events or a few seconds. The request is recorded like a search.',
    ...auditRead,
    query: schemas.AuditHistogramQuery,
    response: schemas.AuditHistogram,
    compress: true,
  },
  followAudit: {
    method: 'GET',
    path: '/audit/events/stream',
    summary: 'Streams new audit events of all gateway processes, as server-sent events named audit.',
    description:
      'Starts now, or after Last-Event-ID. Closes with an event named end when the caller loses the permission.',
    ...auditRead,
    query: schemas.AuditLiveQuery,
    response: Type.String(),
    mediaTypes: ['text/event-stream'],
  },
  exportAudit: {
    method: 'GET',
    path: '/audit/export',
    summary: 'Exports all events that match the filters, oldest first.',
    description:
      'NDJSON can be checked with rack-gateway audit verify, CSV is for spreadsheets, and OCSF for SIEM systems. The export is recorded with its filters and its number of events.',
    ...auditRead,
    query: schemas.AuditExportQuery,
    response: Type.String(),
    mediaTypes: ['application/x-ndjson', 'text/csv'],
  },
  listAlarms: {
    method: 'GET',
    path: '/audit/alarms',
    summary: 'Lists the newest alarms, with their acknowledgments.',
    description: 'To find older alarms, search for events of the same kind.',
    ...auditRead,
    query: schemas.AlarmQuery,
    response: schemas.AlarmList,
  },
  acknowledgeAlarm: {
    method: 'POST',
    path: '/audit/alarms/{id}/acknowledge',
    summary: 'Acknowledges an alarm, so that readiness no longer reports it.',
    description: 'The audit log keeps the alarm and the acknowledgment. A verification still reports what it found.',
    permission: 'gateway:audit:acknowledge',
    scope: 'gateway',
    principalKinds: usersOnly,
    body: schemas.AcknowledgeRequest,
    response: schemas.Alarm,
  },
  listAuditKeys: {
    method: 'GET',
    path: '/audit/keys',
    summary: 'Lists the public keys that signed checkpoints of the audit log, oldest first.',
    authentication: 'anyone',
    response: schemas.AuditKeys,
  },
  getCheckpointStatus: {
    method: 'GET',
    path: '/audit/checkpoint',
    summary:
      'Shows the newest checkpoint of the audit log, how many events the next one will include, and where copies are.',
    description: 'The status is at most a second old.',
    ...auditRead,
    response: schemas.CheckpointStatus,
  },
  readAuditLog: {
    method: 'GET',
    path: '/audit/log',
    summary:
      'Streams the whole audit log for verification: checkpoints, archives, and events, one JSON value per line.',
    description: 'The response is the input of rack-gateway audit verify. Each read is recorded.',
    ...auditRead,
    response: Type.String(),
    mediaTypes: ['application/x-ndjson'],
  },
} as const satisfies EndpointTable
