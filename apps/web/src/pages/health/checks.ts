import type { Health } from '@rack-gateway/gateway-api'

export type Check = Health['checks'][number]

export function checkState({ ready, remedy }: Pick<Check, 'ready' | 'remedy'>) {
  if (!ready) return { tone: 'deny', word: 'Not ready' } as const
  return remedy === null
    ? ({ tone: 'allow', word: 'Healthy' } as const)
    : ({ tone: 'warn', word: 'Needs attention' } as const)
}

const order = ['deny', 'warn', 'allow']

export function checksByState(checks: readonly Check[]): Check[] {
  return checks.toSorted((one, other) => order.indexOf(checkState(one).tone) - order.indexOf(checkState(other).tone))
}
