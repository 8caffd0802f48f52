import type { Me } from '@rack-gateway/gateway-api'
import { can } from '../../api/can.ts'

const actions = [
  { dialog: 'export', label: 'Export events of the audit log' },
  { dialog: 'alarms', label: 'Show the alarms of the audit log' },
  { dialog: 'checkpoint', label: 'Show the newest checkpoint of the audit log' },
  { dialog: 'range', label: 'Choose a time range of the audit log' },
] as const

/** The dialogs of the audit page that the person can open from the command palette. */
export function auditActions(me: Me) {
  return can(me, 'gateway:audit:read') ? actions : []
}
