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

const Token = Type.Object({
  token: Type.String({ minLength: 1, description: 'a token' }),
  email: Type.Optional(Type.String({ description: 'whose token it is' })),
  expires_at: Type.Optional(Type.String({ description: 'when the token ends, such as 2024-02-01T00:00:00Z' })),
  renew_at: Type.Optional(
    Type.String({ description: 'when it is time for a newer one, such as 2024-01-15T00:00:00Z' }),
  ),
})

/** A plain string key would leave out names with a line break in them. */
const AnyName = Type.String({ pattern: '^[\\s\\S]*$' })

/** The CLI's file. Fields that aren't named here are kept as they are, at every level. */
export const ClientFile = Type.Object({
  gateways: Type.Optional(Type.Record(AnyName, Gateway)),
  tokens: Type.Optional(Type.Record(AnyName, Token)),
  current: Type.Optional(Type.String({ description: "a gateway's name" })),
})

/** Where and how a file fails the schema, such as `gateways.staging.url must be string`; without any value. Empty if it doesn't. */
export function clientFileProblem(value: unknown): string {
  const [first] = Value.Errors(ClientFile, value)
  if (first === undefined) return ''
  const missing = first.keyword === 'required' ? first.params.requiredProperties.slice(0, 1) : []
  const place = [...first.instancePath.split('/').slice(1), ...missing].map((part) =>
    part.replaceAll('~1', '/').replaceAll('~0', '~'),
  )
  const where = place.length === 0 ? 'the whole file' : place.join('.')
  return missing.length > 0 ? `${where} is missing` : `${where} ${first.message}`
}
