import { createHash } from 'node:crypto'
import { notFound, RackError } from '../errors.ts'
import type { StoredObject } from '../state/app.ts'
import { findApp } from '../state/rack.ts'
import type { Answer, Call } from '../types.ts'
import { bare, binary, json, ok } from '../wire/answers.ts'

const keptBytes = 8 * 1024 * 1024
const keptObjects = 100

/** Takes an upload of any size; keeps its beginning and its length. */
export async function storeObject({ rack, variables, body }: Call): Promise<Answer> {
  const app = findApp(rack, variables.app)
  const object = await readObject(body)
  const key = checkedKey(variables.key) || `${createHash('sha256').update(object.bytes).digest('hex')}`
  app.objects.set(key, object)
  const [oldest] = app.objects.keys()
  if (app.objects.size > keptObjects && oldest !== undefined) app.objects.delete(oldest)
  return json({ Url: `object://${app.app.name}/${key}` })
}

export function fetchObject({ rack, variables }: Call): Answer {
  const found = findApp(rack, variables.app).objects.get(checkedKey(variables.key))
  if (found === undefined) throw notFound('object', variables.key ?? '')
  return binary(contentOf(found))
}

/** As long as what was uploaded: after the part that was kept come zeros. */
async function* contentOf({ bytes, length }: StoredObject): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes
  const zeros = Buffer.alloc(64 * 1024)
  for (let left = length - bytes.length; left > 0; left -= zeros.length) yield zeros.subarray(0, left)
}

/** A rack says 200 whether the object is there or not. */
export function objectExists(): Answer {
  return bare(200)
}

export function deleteObject({ rack, variables }: Call): Answer {
  const { objects } = findApp(rack, variables.app)
  if (!objects.delete(checkedKey(variables.key))) throw notFound('object', variables.key ?? '')
  return ok()
}

export function listObjects({ rack, variables, parameters }: Call): Answer {
  const keys = [...findApp(rack, variables.app).objects.keys()]
  return json(keys.filter((key) => key.startsWith(parameters.prefix ?? '')).sort())
}

function checkedKey(key = ''): string {
  if (key.split('/').includes('..')) throw new RackError(400, `invalid key: ${key}`)
  return key
}

async function readObject(body: AsyncIterable<Buffer>): Promise<StoredObject> {
  const kept: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    if (length < keptBytes) kept.push(chunk.subarray(0, keptBytes - length))
    length += chunk.length
  }
  return { length, bytes: Buffer.concat(kept) }
}
