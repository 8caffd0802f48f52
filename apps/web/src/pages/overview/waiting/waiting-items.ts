import type { Me, Notices, ResponseOf } from '@rack-gateway/gateway-api'
import { can } from '../../../api/can.ts'
import { deviceName } from '../../../ui/text/device-name.ts'
import { scopeText } from '../../../ui/text/scope-text.ts'

export interface WaitingItem {
  readonly tone: 'deny' | 'warn'
  readonly word: string
  /** Other people can choose parts of this text, so `VisibleText` must show it. */
  readonly text: string
  /** The deadline or the expiry, in RFC 3339. */
  readonly at?: string
  /** Null if no page of the console helps. */
  readonly to: '/audit' | '/people/tokens' | '/access' | '/second-factors' | '/step-up' | null
  readonly search?: { readonly dialog: 'alarms' | 'checkpoint' } | { readonly id: string }
}

interface WaitingFacts {
  readonly me: Pick<Me, 'access' | 'permissions'>
  /** Null until the status is loaded, and for a person who cannot read the audit log. */
  readonly checkpoint: Pick<ResponseOf<'getCheckpointStatus'>, 'alarms' | 'openAlarms' | 'late'> | null
  readonly notices: Notices
}

/** A role is listed this many days before it expires. */
const noticeDays = 14

/**
 * Step-ups come first, because they last minutes. Then alarms, a missing second factor, and roles and tokens that expire
 * soon.
 *
 * @param now milliseconds since the epoch
 */
export function waitingItems(facts: WaitingFacts, now: number): WaitingItem[] {
  const { me, checkpoint } = facts
  const { secondFactor, tokens, stepUps } = facts.notices
  const isSoon = (at: string) => {
    const left = Date.parse(at) - now
    return left > 0 && left < noticeDays * 86_400_000
  }
  return [
    ...stepUps.map(stepUpItem),
    ...alarmItems(checkpoint, can(me, 'gateway:audit:acknowledge')),
    ...(secondFactor === null
      ? []
      : [
          {
            tone: 'warn',
            word: 'Required',
            text: 'Add a second factor',
            ...(secondFactor.requiredBy !== null && { at: secondFactor.requiredBy }),
            to: '/second-factors',
          } as const,
        ]),
    ...(me.access ?? []).flatMap(({ role, racks, apps, expiresAt }) =>
      expiresAt !== null && isSoon(expiresAt)
        ? [
            {
              tone: 'warn',
              word: 'Expires',
              text: `Your role ${role} on ${scopeText({ racks, apps })}`,
              at: expiresAt,
              to: '/access',
            } as const,
          ]
        : [],
    ),
    ...tokens.map(
      ({ name, expiresAt }) =>
        ({
          tone: 'warn',
          word: 'Expires',
          text: `Your API token ${name}`,
          at: expiresAt,
          to: '/people/tokens',
        }) as const,
    ),
  ]
}

/** Only the program knows the address for a result that a browser delivers, so there is no link to such a step-up. */
function stepUpItem({ id, device, delivery, expiresAt }: Notices['stepUps'][number]): WaitingItem {
  const common = { tone: 'warn', word: 'Confirm', at: expiresAt } as const
  const what = `A command on ${deviceName(device)} waits for your second factor`
  if (delivery === 'code') return { ...common, text: what, to: '/step-up', search: { id } }
  return { ...common, text: `${what}. Open the link that it printed`, to: null }
}

/** Open alarms wait only for a person who can acknowledge them. */
function* alarmItems(checkpoint: WaitingFacts['checkpoint'], canAcknowledge: boolean): Generator<WaitingItem> {
  if (checkpoint === null) return
  const { alarms, openAlarms, late } = checkpoint
  // `openAlarms` counts alarms of all kinds, but can be unknown. `alarms` counts only inconsistencies of the log.
  const known = openAlarms ?? alarms
  if (known > 0 && canAcknowledge)
    yield {
      tone: 'deny',
      word: 'Alarm',
      text:
        known === 1
          ? 'Nobody has acknowledged an alarm of the audit log'
          : `Nobody has acknowledged ${known} alarms of the audit log`,
      to: '/audit',
      search: { dialog: 'alarms' },
    }
  if (openAlarms === null && canAcknowledge)
    yield {
      tone: 'warn',
      word: 'Unknown',
      text: 'Counting the open alarms of the audit log took too long',
      to: '/audit',
      search: { dialog: 'alarms' },
    }
  if (late)
    yield {
      tone: 'warn',
      word: 'Late',
      text: 'The next checkpoint of the audit log is overdue',
      to: '/audit',
      search: { dialog: 'checkpoint' },
    }
}
