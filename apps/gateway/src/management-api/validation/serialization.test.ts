import Fastify from 'fastify'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { serializerFor } from './serialization.ts'

const schema = Type.Object({ name: Type.String() })

test.each(['compiles it', 'shares what the first one compiled'])(
  'a response has only the members of its schema: a server %s',
  async () => {
    const app = Fastify()
    app.get('/', async (_request, reply) => {
      void reply.serializer(serializerFor(reply, schema))
      return { name: 'ann', hash: 'secret' }
    })
    expect((await app.inject('/')).body).toBe('{"name":"ann"}')
    await app.close()
  },
)
