import { containsToken } from '@rack-gateway/errors/redact-tokens'
import { UsageError } from './definitions/usage-error.ts'

/** Names and reasons are stored in clear. @throws UsageError for an argument that contains a token of the gateway */
export function rejectTokens(args: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(args))
    if (name !== '$0' && [value].flat().some((one) => typeof one === 'string' && containsToken(one)))
      throw new UsageError(
        `${name === '_' ? 'An argument' : `--${name}`} contains what looks like a token of the gateway. Leave the token out. If other people may have seen it, revoke it.`,
      )
  return true
}
