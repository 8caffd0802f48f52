import { type AskedParameter, type ParameterKind, parameterKinds } from '@rack-gateway/auth/step-ups'
import { isRecordable } from '@rack-gateway/convox-api'
import type { Policy } from '@rack-gateway/rbac-policy'
import { isSecretName, isSecretText } from './secret-values.ts'

/** A value of null is one that only the command knows. */
type Values = ReadonlyMap<string, string | null>

interface ParametersOfCall {
  /** Such as `PUT /apps/{app}/services/{name}`. */
  readonly route: string
  /** The token of the rack, which no page shows; null for an unknown rack. */
  readonly rackToken: string | null
  readonly params: Values
  /** Null: any parameters. */
  readonly parameters: Readonly<Record<ParameterKind, Values | null>>
}

const maxShown = 50
const maxCharacters = 500

/** The parameters of a call without secrets, as the page for its proof shows them. The page shows the app by itself. */
export function shownParameters(policy: Pick<Policy, 'isSecretParameter'>, call: ParametersOfCall): AskedParameter[] {
  const { route, rackToken, params, parameters } = call
  const named = [pathParametersOf(route, params), ...parameterKinds.map((kind) => parameters[kind] ?? new Map())]
  const shown: AskedParameter[] = []
  for (const values of named)
    for (const [name, value] of values) {
      if (shown.length === maxShown) break
      shown.push({ name, value: shownValue(name, value) })
    }
  const total = named.reduce((sum, { size }) => sum + size, 0)
  if (total > maxShown) shown.push({ name: '…', value: `${total - maxShown} more` })
  return shown

  function shownValue(name: string, value: string | null): string | null {
    if (value === null) return null
    if (!isRecordable(name) || isSecretName(policy, name)) return '[hidden]'
    if (value.length > maxCharacters) return `[${value.length} characters]`
    return isSecretText(value, rackToken) ? '[hidden]' : value
  }
}

/** Names of processes, services, and others; null if only the command knows them. */
function pathParametersOf(route: string, params: Values): Values {
  const names = [...route.matchAll(/\{([a-z]+)(?::\.\*)?\}/g)].map(([, name = '']) => name)
  return new Map(names.filter((name) => name !== 'app').map((name) => [name, params.get(name) ?? null]))
}
