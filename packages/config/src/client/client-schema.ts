import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Gateway = Type.Object({
  url: Type.String({ description: 'the address of a gateway' }),
  rack: Type.Optional(Type.String({ description: 'the name of a rack behind the gateway' })),
  relay: Type.Optional(
    Type.Boolean({ description: 'whether convox reaches it through the relay that verifies its certificate' }),
  ),
  ca: Type.Optional(
    Type.String({ description: 'the only authorities that may have signed its certificate: a PEM file, or its text' }),
  ),
})

/** The gateway's last response about the principal of a token. */
const Confirmed = Type.Object({
  at: Type.String({ description: 'when the gateway confirmed the token, such as 2024-01-01T00:00:00Z' }),
  kind: Type.String({ description: 'the kind of principal' }),
  rack: Type.Union([Type.String(), Type.Null()], { description: 'the only rack that the token is valid for' }),
  racks: Type.Array(Type.String(), { description: 'the racks on which the principal has a role' }),
  roles: Type.Array(Type.String(), { description: 'the roles of the principal' }),
})

const Token = Type.Object({
  token: Type.Optional(Type.String({ minLength: 1, description: 'a token, unless the keychain has it' })),
  kept_in: Type.Optional(Type.Enum(['keychain'], { description: 'the store that has the token instead' })),
  url: Type.Optional(
    Type.String({ description: 'for an entry of `tokens`: the only address that the token is sent to' }),
  ),
  email: Type.Optional(Type.String({ description: 'the email address or name of the principal' })),
  expires_at: Type.Optional(Type.String({ description: 'when the token expires, such as 2024-02-01T00:00:00Z' })),
  renew_at: Type.Optional(
    Type.String({ description: 'when the token should be renewed, such as 2024-01-15T00:00:00Z' }),
  ),
  confirmed: Type.Optional(Confirmed),
})

/** Unlike the key pattern of `Type.String()`, this pattern also matches names with a line break. */
const AnyName = Type.String({ pattern: '^[\\s\\S]*$' })

/**
 * The CLI's file. `sessions` are keyed by the gateway's origin and apply to every rack there. `tokens` are keyed by the
 * name of the one gateway that they apply to. Unknown fields are preserved at every level.
 */
export const ClientFile = Type.Object({
  gateways: Type.Optional(Type.Record(AnyName, Gateway)),
  sessions: Type.Optional(Type.Record(AnyName, Token)),
  tokens: Type.Optional(Type.Record(AnyName, Token)),
  current: Type.Optional(Type.String({ description: "a gateway's name" })),
  token_store: Type.Optional(Type.Enum(['file', 'keychain'], { description: 'where new tokens are stored' })),
  file_store_told: Type.Optional(Type.Boolean({ description: 'whether the user was told that this file has tokens' })),
})

/** The first violation, such as `gateways.staging.url must be string`, or an empty string. Never quotes a value. */
export function clientFileProblem(value: unknown): string {
  const [first] = Value.Errors(ClientFile, value)
  if (first === undefined) return ''
  const missing = first.keyword === 'required' ? first.params.requiredProperties.slice(0, 1) : []
  const path = [...first.instancePath.split('/').slice(1), ...missing].map((part) =>
    part.replaceAll('~1', '/').replaceAll('~0', '~'),
  )
  const where = path.length === 0 ? 'the whole file' : path.join('.')
  return missing.length > 0 ? `${where} is missing` : `${where} ${first.message}`
}
