import type { ItemOf, Me, ResponseOf } from '@rack-gateway/gateway-api'
import { scopeText } from '../../../ui/text/scope-text.ts'

export interface WaitingItem {
  readonly tone: 'deny' | 'warn'
  readonly word: string
  /** Other people can choose parts of this text, so `VisibleText` must show it. */
  readonly text: string
  /** The deadline or the expiry, in RFC 3339. */
  readonly at?: string
  readonly to: '/audit' | '/people/tokens' | '/access' | '/second-factors'
  readonly search?: { readonly dialog: 'alarms' | 'checkpoint' }
}

interface WaitingFacts {
  readonly me: Pick<Me, 'access'>
  /** Null until the status is loaded, and for a person who cannot read the audit log. */
  readonly checkpoint: Pick<ResponseOf<'getCheckpointStatus'>, 'alarms' | 'openAlarms' | 'late'> | null
  /** Null unless the policy requires a second factor of the person and the person has none. */
  readonly missingFactor: { readonly requiredBy: string | null } | null
  readonly tokens: readonly Pick<ItemOf<'listTokens'>, 'name' | 'expiresAt' | 'revokedAt'>[]
}

/** A role or a token is listed this many days before it expires. */
const noticeDays = 14

/**
 * Alarms come first, then a missing second factor, then roles and tokens that expire soon.
 *
 * @param now milliseconds since the epoch
 */
export function waitingItems(facts: WaitingFacts, now: number): WaitingItem[] {
  const { me, checkpoint, missingFactor, tokens } = facts
  const isSoon = (at: string) => {
    const left = Date.parse(at) - now
    return left > 0 && left < noticeDays * 86_400_000
  }
  return [
    ...alarmItems(checkpoint),
    ...(missingFactor === null
      ? []
      : [
          {
            tone: 'warn',
            word: 'Required',
            text: 'Add a second factor',
            ...(missingFactor.requiredBy !== null && { at: missingFactor.requiredBy }),
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
    ...tokens.flatMap(({ name, expiresAt, revokedAt }) =>
      revokedAt === null && isSoon(expiresAt)
        ? [
            {
              tone: 'warn',
              word: 'Expires',
              text: `Your API token ${name}`,
              at: expiresAt,
              to: '/people/tokens',
            } as const,
          ]
        : [],
    ),
  ]
}

function* alarmItems(checkpoint: WaitingFacts['checkpoint']): Generator<WaitingItem> {
  if (checkpoint === null) return
  const { alarms, openAlarms, late } = checkpoint
  // `openAlarms` counts alarms of all kinds, but can be unknown. `alarms` counts only inconsistencies of the log.
  const known = openAlarms ?? alarms
  if (known > 0)
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
  if (openAlarms === null)
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
