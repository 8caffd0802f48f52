import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ContainerEngine, engineIn } from './engine.ts'

const workspace = fileURLToPath(new URL('../../..', import.meta.url))
const images = fileURLToPath(new URL('../../images/', import.meta.url))
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rack-gateway')

/** Makes the base images once for this version of their scripts. @returns the store of the images */
export async function makeBaseImages(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ['make-base-images.sh', 'postgres-entrypoint.sh']) hash.update(readFileSync(join(images, name)))
  const parent = join(cache, 'base-images')
  const made = join(parent, hash.digest('hex').slice(0, 16))
  const store = join(made, 'storage')
  if (existsSync(store)) return store
  mkdirSync(parent, { recursive: true })
  const directory = mkdtempSync(join(parent, '.new-'))
  try {
    await engineIn(directory).run(join(images, 'make-base-images.sh'))
    // Another test run can have made the same images.
    if (!existsSync(made)) renameSync(directory, made)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  return store
}

/** Builds the Dockerfile as `docker build` does. The packages of pnpm are kept for the next build. */
export async function buildImage(engine: ContainerEngine, name: string): Promise<void> {
  const packages = join(cache, 'pnpm-store')
  mkdirSync(packages, { recursive: true })
  const mounts = ['--volume', `${packages}:/root/.local/share/pnpm/store`]
  // What this machine needs to reach the registry of npm. Nothing of it gets into the image.
  for (const [file, target] of [
    ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/certs/ca-certificates.crt'],
    [join(homedir(), '.npmrc'), '/root/.npmrc'],
  ] as const)
    if (existsSync(file)) mounts.push('--volume', `${file}:${target}:ro`)
  await engine.run(
    'buildah',
    'bud',
    // The format of Docker, because that of OCI has no health check.
    ...['--format', 'docker', '--network', 'host'],
    ...['--build-arg', 'NODE_IMAGE=localhost/node:24', '--build-arg', 'BASE_IMAGE=localhost/debian:slim'],
    ...mounts,
    ...['--file', join(workspace, 'infra/Dockerfile'), '--tag', name, workspace],
  )
}
