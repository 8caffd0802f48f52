import type { Call } from '../calls/call.ts'
import { notFound, RackError } from '../errors/rack-error.ts'
import { findApp } from '../state/rack.ts'
import { contentOf, storeBytes } from '../state/stored-bytes.ts'
import type { RackResponse } from '../wire/response.ts'
import { bare, binary, json, ok } from '../wire/responses.ts'

const maxObjects = 100

export async function storeObject({ rack, variables, body }: Call): Promise<RackResponse> {
  const app = findApp(rack, variables.app)
  const object = await storeBytes(body)
  const key = checkedKey(variables.key) || object.sha256
  app.objects.set(key, object)
  const [oldest] = app.objects.keys()
  if (app.objects.size > maxObjects && oldest !== undefined) app.objects.delete(oldest)
  return json({ Url: `object://${app.app.name}/${key}` })
}

export function fetchObject({ rack, variables }: Call): RackResponse {
  const found = findApp(rack, variables.app).objects.get(checkedKey(variables.key))
  if (found === undefined) throw notFound('object', variables.key ?? '')
  return binary(contentOf(found))
}

/** A rack answers 200 even if the object doesn't exist. */
export function objectExists(): RackResponse {
  return bare(200)
}

export function deleteObject({ rack, variables }: Call): RackResponse {
  const { objects } = findApp(rack, variables.app)
  if (!objects.delete(checkedKey(variables.key))) throw notFound('object', variables.key ?? '')
  return ok()
}

export function listObjects({ rack, variables, parameters }: Call): RackResponse {
  const keys = [...findApp(rack, variables.app).objects.keys()]
  return json(keys.filter((key) => key.startsWith(parameters.prefix ?? '')).sort())
}

function checkedKey(key = ''): string {
  if (key.split('/').includes('..')) throw new RackError(400, `invalid key: ${key}`)
  return key
}
