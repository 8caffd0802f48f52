import { gunzipSync, gzipSync } from 'node:zlib'
import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import { readTar, writeTar } from '../process/tar.ts'
import { completeBuild, findBuild, newBuild } from '../state/builds.ts'
import { findApp } from '../state/rack.ts'
import { addRelease } from '../state/releases.ts'
import { contentOf, storeBytes } from '../state/stored-bytes.ts'
import type { RackResponse } from '../wire/response.ts'
import { bare, binary, json, oneChunk } from '../wire/responses.ts'

const maxArchives = 10
const imageTime = 1000

/** A gzipped tar with the build, or the imported bytes for an imported build. */
export function exportBuild({ rack, variables }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const build = findBuild(app, variables.build ?? '')
  const imported = app.archives.get(build.id)
  if (imported !== undefined) return binary(contentOf(imported))
  const files = [
    { path: 'build.json', content: Buffer.from(JSON.stringify(build)) },
    { path: 'convox.yml', content: Buffer.from(build.manifest) },
  ]
  return binary(oneChunk(gzipSync(writeTar(files))))
}

/** The new release gets the previous environment. */
export async function importBuild({ rack, variables, body }: Call): Promise<RackResponse> {
  const app = findApp(rack, variables.app)
  const archive = await storeBytes(body)
  if (archive.length === 0) throw new RackError(400, 'the archive is empty')
  const build = newBuild(rack, app, { description: `import of ${archive.length} bytes`, gitSha: '', status: 'running' })
  app.archives.set(build.id, archive)
  const [oldest] = app.archives.keys()
  if (app.archives.size > maxArchives && oldest !== undefined) app.archives.delete(oldest)
  completeBuild(rack, build, manifestIn(archive.bytes))
  build.release = addRelease(rack, app, {
    build: build.id,
    manifest: build.manifest,
    description: build.description,
  }).id
  return json(build)
}

/** Does not fetch the image. The build is complete after a second. */
export function importImage({ rack, variables, parameters }: Call): RackResponse {
  const build = findBuild(findApp(rack, variables.app), variables.build ?? '')
  if (!parameters.image) throw new RackError(400, 'image is required')
  rack.clock.after(imageTime, () => completeBuild(rack, build, build.manifest))
  return bare(202)
}

/** The convox.yml of a small, valid archive. Empty for other archives, because an import can contain any bytes. */
function manifestIn(archive: Buffer): string {
  try {
    const files = readTar(gunzipSync(archive, { maxOutputLength: 16 * 1024 * 1024 }))
    return files.find(({ path }) => path === 'convox.yml')?.content.toString('utf8') ?? ''
  } catch {
    return ''
  }
}
