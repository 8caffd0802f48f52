import type { Call } from '../calls/call.ts'
import { notFound } from '../errors/rack-error.ts'
import { readTar, writeTar } from '../process/tar.ts'
import { findProcess } from '../state/processes.ts'
import { findApp } from '../state/rack.ts'
import type { RackResponse } from '../wire/response.ts'
import { binary, ok, oneChunk } from '../wire/responses.ts'

const maxBytes = 16 * 1024 * 1024

/** The files exist as long as the process. */
export async function uploadFiles(call: Call): Promise<RackResponse> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of call.body) {
    if (length < maxBytes) chunks.push(chunk)
    length += chunk.length
  }
  const files = filesOf(call)
  for (const file of readTar(Buffer.concat(chunks))) files.set(absolute(file.path), file.content)
  return ok()
}

/** A tar of one file, or of all files in a directory. */
export function downloadFiles(call: Call): RackResponse {
  const wanted = absolute(call.parameters.file ?? '')
  const found = [...filesOf(call)].filter(([path]) => path === wanted || path.startsWith(`${wanted}/`))
  if (found.length === 0) throw notFound('file', call.parameters.file ?? '')
  return binary(oneChunk(writeTar(found.map(([path, content]) => ({ path, content })))))
}

export function deleteFiles(call: Call): RackResponse {
  const files = filesOf(call)
  for (const path of (call.parameters.files ?? '').split(',')) files.delete(absolute(path))
  return ok()
}

function filesOf({ rack, variables }: Call): Map<string, Buffer> {
  const app = findApp(rack, variables.app)
  const { id } = findProcess(app, variables.process ?? '')
  const files = app.files.get(id) ?? new Map<string, Buffer>()
  app.files.set(id, files)
  return files
}

function absolute(path: string): string {
  return `/${path.replace(/^\/+|\/+$/g, '')}`
}
