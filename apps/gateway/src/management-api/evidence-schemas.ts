import { Type } from 'typebox'
import { Nullable, Time } from './schemas.ts'

export const AuditKeys = Type.Object({
  keys: Type.Array(
    Type.Object({
      key: Type.String({ description: '<name>+<id>+<base64>, as https://c2sp.org/signed-note has it' }),
      from: Type.Integer({ description: 'the first checkpoint that it has signed' }),
      at: Time,
      replaces: Nullable(Type.String({ description: 'the key before' })),
      vouched: Type.Boolean({ description: 'whether the key before has signed the change; of the first one: false' }),
    }),
  ),
})
