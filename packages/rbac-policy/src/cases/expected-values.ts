import { joinWithAnd } from '@rack-gateway/command-matcher'
import type { Policy } from '../policy/policy.ts'
import { type Visibility, visibilityOf } from '../policy/visibility.ts'
import type { NamedValues, PolicyCase } from './policy-case.ts'

export interface ValuesSeen {
  /** Differences from the expectation, each a sentence without its full stop. */
  readonly differences: readonly string[]
  /** Names that the case expects to be hidden, and that are hidden because they are secret. */
  readonly secrets: NamedValues
}

type SecretsPolicy = Pick<Policy, 'hasPermission' | 'isSecretKey' | 'isSecretParameter'>

export function compareValues(
  { principal, rack, calls, at, address, expected }: PolicyCase,
  policy: SecretsPolicy,
): ValuesSeen {
  const { hidden, shown } = expected
  const app = calls.find((call) => call.app !== null)?.app ?? null
  const scope = { rack, app, scope: app === null ? 'rack' : 'app' } as const
  const visibility = visibilityOf(policy, principal, scope, { at, address })
  const isSecret = { environment: policy.isSecretKey, parameters: policy.isSecretParameter }
  const hides = { environment: hidesKey(visibility, policy), parameters: hidesParameter(visibility, policy) }
  const differences = (['environment', 'parameters'] as const).flatMap((kind) => [
    ...describe(
      kind,
      'is shown',
      hidden[kind].filter((name) => !hides[kind](name)),
    ),
    ...describe(kind, 'is hidden', shown[kind].filter(hides[kind])),
  ])
  const secret = (kind: keyof NamedValues) => hidden[kind].filter((name) => hides[kind](name) && isSecret[kind](name))
  return { differences, secrets: { environment: secret('environment'), parameters: secret('parameters') } }
}

function hidesKey({ environment }: Visibility, { isSecretKey }: SecretsPolicy): (key: string) => boolean {
  return (key) => environment === 'hidden' || (environment === 'secrets-hidden' && isSecretKey(key))
}

function hidesParameter({ secrets }: Visibility, { isSecretParameter }: SecretsPolicy): (name: string) => boolean {
  return (name) => !secrets && isSecretParameter(name)
}

const kinds = { environment: 'the key', parameters: 'the parameter' } as const

function describe(kind: keyof NamedValues, how: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${kinds[kind]} ${joinWithAnd(names)} ${how}`]
}
