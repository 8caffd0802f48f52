import type { CheckpointStatus } from '@rack-gateway/gateway-api'

/** `openAlarms` is null if counting all open alarms took too long. Then `alarms` is a lower bound. */
export function alarmsText({ alarms, openAlarms }: Pick<CheckpointStatus, 'alarms' | 'openAlarms'>): string {
  if (openAlarms === 0) return 'Alarms'
  if (openAlarms === null && alarms === 0) return 'Alarms: not counted'
  const known = openAlarms ?? alarms
  return `${openAlarms === null ? 'At least ' : ''}${known} open ${known === 1 ? 'alarm' : 'alarms'}`
}
